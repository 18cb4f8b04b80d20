"""The catalogue: every kind of optimizer, in the order in which the pages show them."""

from lrlab.optimizers.adagrad import Adagrad
from lrlab.optimizers.adam import Adam, AdamW, Nadam
from lrlab.optimizers.base import Optimizer
from lrlab.optimizers.lion import Lion
from lrlab.optimizers.rmsprop import RMSprop
from lrlab.optimizers.sgd import SGD, Momentum, Nesterov
from lrlab.parameters.record import from_record, of_kind

OPTIMIZERS: list[type[Optimizer]] = [
    SGD,
    Momentum,
    Nesterov,
    Adam,
    AdamW,
    RMSprop,
    Adagrad,
    Nadam,
    Lion,
]


def optimizer_of_kind(kind, **parameters) -> Optimizer:
    """The optimizer of that kind; raises UserError for an unknown kind or parameter name.

    >>> optimizer_of_kind("momentum", momentum=0.8)
    Momentum(momentum=0.8)
    """
    return of_kind("optimizer", OPTIMIZERS, kind, parameters)


def optimizer_from_record(record) -> Optimizer:
    """The optimizer that `to_dict` wrote, or the default one of a kind; raises UserError otherwise.

    >>> optimizer_from_record({"kind": "momentum", "momentum": 0.8})
    Momentum(momentum=0.8)
    """
    return from_record("optimizer", OPTIMIZERS, record)
