"""Optimizers as values: the catalogue is complete, and each is written as JSON and read again."""

import importlib
import json
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab import optimizers
from lrlab.errors import UserError
from lrlab.optimizers import (
    OPTIMIZERS,
    SGD,
    Momentum,
    Nesterov,
    Optimizer,
    RMSprop,
    optimizer_from_record,
    optimizer_of_kind,
)
from lrlab.runs.spec import RunSpec

each_optimizer = pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.kind)


def any_optimizer():
    """Every optimizer, with any values of its parameters."""
    return st.sampled_from(OPTIMIZERS).flatmap(
        lambda cls: st.builds(cls, **{n: st.floats(p.low, p.high) for n, p in cls.parameters().items()})
    )


def test_every_optimizer_is_in_the_catalogue():
    found = set()
    for module in pkgutil.iter_modules(optimizers.__path__):
        for value in vars(importlib.import_module(f"lrlab.optimizers.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Optimizer) and value is not Optimizer:
                found.add(value)
    assert found == set(OPTIMIZERS)
    assert len({cls.kind for cls in OPTIMIZERS}) == len({cls.title for cls in OPTIMIZERS}) == len(OPTIMIZERS)


@each_optimizer
def test_a_kind_alone_names_the_defaults(cls):
    assert optimizer_of_kind(cls.kind) == optimizer_from_record(cls.kind) == cls()


@given(any_optimizer())
def test_json_round_trip(optimizer):
    again = optimizer_from_record(json.loads(json.dumps(optimizer.to_dict())))
    assert again == optimizer
    assert hash(again) == hash(optimizer)
    assert RunSpec.from_json(RunSpec(optimizer=optimizer).to_json()).optimizer == optimizer


@given(any_optimizer())
def test_the_arguments_of_keras_are_plain_values(optimizer):
    arguments = optimizer.keras_arguments()
    assert json.loads(json.dumps(arguments)) == arguments
    assert {name: arguments[name] for name in optimizer.parameters()} == {
        name: getattr(optimizer, name) for name in optimizer.parameters()
    }


def test_what_is_no_parameter_is_an_argument_too():
    assert SGD().keras_arguments() == {}
    assert Nesterov(0.8).keras_arguments() == {"momentum": 0.8, "nesterov": True}


def test_momentum_takes_room_only_if_there_is_any():
    assert [Momentum(0.9).slots(), Momentum(0.0).slots(), Nesterov(0.0).slots()] == [1, 0, 0]
    assert [RMSprop().slots(), RMSprop(momentum=0.1).slots()] == [1, 2]


def test_what_is_unknown_is_refused():
    with pytest.raises(UserError, match=r"optimizer must be one of sgd, momentum, .*, but it is 'adamax'"):
        optimizer_of_kind("adamax")
    with pytest.raises(UserError, match=r"lion has no parameter 'epsilon'. It takes: beta_1, beta_2"):
        optimizer_from_record({"kind": "lion", "epsilon": 1e-7})
