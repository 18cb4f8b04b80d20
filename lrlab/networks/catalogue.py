"""The catalogue: every kind of network, in the order in which the pages show them."""

from lrlab.networks.base import Network
from lrlab.networks.convolutional import Convolutional
from lrlab.networks.dense import Dense
from lrlab.parameters.record import from_record, of_kind

NETWORKS: list[type[Network]] = [Dense, Convolutional]


def network_of_kind(kind, **parameters) -> Network:
    """The network of that kind; raises UserError for an unknown kind or parameter name.

    >>> network_of_kind("dense", widths=[64]).parameter_count()
    50890
    """
    return of_kind("network", NETWORKS, kind, parameters)


def network_from_record(record) -> Network:
    """The network that `to_dict` wrote, or the default one of a kind; raises UserError otherwise.

    >>> network_from_record({"kind": "dense", "widths": [64]}).widths
    (64,)
    """
    return from_record("network", NETWORKS, record)
