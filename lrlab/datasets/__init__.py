"""Fashion-MNIST from a folder, a cache or a download, and the built-in synthetic set."""

from lrlab.datasets.dataset import Dataset
from lrlab.datasets.sources import load, locate

__all__ = ["Dataset", "load", "locate"]
