"""The networks that a run can train, as lists of layers, and the catalogue that lists them."""

from lrlab.networks.base import CLASS_COUNT, FLOAT, IMAGE_SHAPE, Network
from lrlab.networks.catalogue import NETWORKS, network_from_record, network_of_kind
from lrlab.networks.convolutional import Convolutional
from lrlab.networks.dense import ARTICLE_NETWORK, Dense

__all__ = [
    "ARTICLE_NETWORK",
    "CLASS_COUNT",
    "FLOAT",
    "IMAGE_SHAPE",
    "NETWORKS",
    "Convolutional",
    "Dense",
    "Network",
    "network_from_record",
    "network_of_kind",
]
