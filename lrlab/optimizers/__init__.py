"""Optimizers with Keras's parameters and defaults, and the catalogue that lists them."""

from lrlab.optimizers.adagrad import Adagrad
from lrlab.optimizers.adam import Adam, AdamW, Nadam
from lrlab.optimizers.base import Optimizer
from lrlab.optimizers.catalogue import OPTIMIZERS, optimizer_from_record, optimizer_of_kind
from lrlab.optimizers.lion import Lion
from lrlab.optimizers.rmsprop import RMSprop
from lrlab.optimizers.sgd import SGD, Momentum, Nesterov

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Momentum",
    "Nadam",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "optimizer_from_record",
    "optimizer_of_kind",
]
