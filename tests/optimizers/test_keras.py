"""What each optimizer says about Keras, against Keras itself."""

import inspect
from math import prod

import keras
import pytest

from lrlab.networks import Dense
from lrlab.optimizers import OPTIMIZERS, Adagrad, Lion, Momentum, Nesterov, RMSprop
from lrlab.training.epoch import keras_optimizer
from lrlab.training.network import build_network

pytestmark = pytest.mark.training

each_optimizer = pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.kind)
# Keras's default is no momentum, which is the kind sgd.
OWN_DEFAULTS = {("momentum", "momentum"), ("nesterov", "momentum"), ("nesterov", "nesterov")}


@pytest.mark.parametrize(
    "optimizer",
    [
        *(cls() for cls in OPTIMIZERS),
        *(Momentum(0.0), Nesterov(0.0), Nesterov(1.0), RMSprop(momentum=0.5), RMSprop(momentum=1e-9)),
    ],
    ids=str,
)
def test_an_optimizer_keeps_as_much_as_it_says(optimizer):
    network = build_network(Dense((3,)))
    made = keras_optimizer(optimizer)
    made.build(network.trainable_variables)
    # The count of updates, the rate and the like are single numbers, however many weights there are.
    kept = sum(prod(variable.shape) for variable in made.variables if len(variable.shape))
    assert kept == optimizer.slots() * network.count_params()


@each_optimizer
def test_keras_takes_every_value_that_is_allowed(cls):
    for name, parameter in cls.parameters().items():
        for value in (parameter.low, parameter.high):
            assert keras_optimizer(cls(**{name: value})).get_config()[name] == value


@each_optimizer
def test_the_defaults_are_kerass(cls):
    taken = inspect.signature(getattr(keras.optimizers, cls.keras_class)).parameters
    for name, value in cls().keras_arguments().items():
        assert (value == taken[name].default) != ((cls.kind, name) in OWN_DEFAULTS), name


def test_the_usual_rate_is_kerass_where_no_paper_says_otherwise():
    for cls in OPTIMIZERS:
        default = inspect.signature(getattr(keras.optimizers, cls.keras_class)).parameters["learning_rate"]
        if cls not in (Adagrad, Lion):
            assert cls.usual_lr == default.default
    assert 3 <= 0.001 / Lion.usual_lr <= 10  # "3-10x smaller than that for AdamW"
