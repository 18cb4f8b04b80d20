"""The data sets: each describes itself. Only `sources`, `download` and `kept` look for files.

Fashion-MNIST, MNIST, the built-in synthetic set, and sets of one's own.
"""

from lrlab.datasets.catalogue import AUTO, BUILT_IN, DataSet, data_set, title_of
from lrlab.datasets.dataset import Dataset
from lrlab.datasets.own import OwnData

__all__ = ["AUTO", "BUILT_IN", "DataSet", "Dataset", "OwnData", "data_set", "title_of"]
