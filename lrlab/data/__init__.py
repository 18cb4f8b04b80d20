"""Fashion-MNIST from a folder, a cache or a download, and the built-in synthetic set."""

from lrlab.data.dataset import Dataset
from lrlab.data.sources import load, locate

__all__ = ["Dataset", "load", "locate"]
