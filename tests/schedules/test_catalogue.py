"""What holds for every kind of schedule: shapes, checks, JSON and documentation."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.parameters.kinds import Choice, Expression, Parameter, Switch
from lrlab.schedules import (
    SCHEDULES,
    WRAPPERS,
    Constant,
    Cooldown,
    ExponentialDecay,
    OneCycle,
    PiecewiseConstant,
    StepDecay,
    TimeBasedDecay,
    Warmup,
    WarmupStableDecay,
    schedule_from_dict,
    schedule_of_kind,
)

every_kind = pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
starting = pytest.mark.parametrize(
    "cls", [cls for cls in SCHEDULES if "initial_lr" in cls.parameters()], ids=lambda cls: cls.kind
)
RATES = ("initial_lr", "max_lr", "final_lr", "start_lr")
FORMULAS = (
    "initial_lr * exp(-decay * t)",
    "final_lr + (initial_lr - final_lr) * (1 - min(t / T, 1)) ** power",
    "initial_lr if t < T / 2 else final_lr",
    "clip(initial_lr * (1 + cos(pi * t / T)) / 2, 0, initial_lr)",
)


def values(parameter):
    """A strategy for allowed values of a parameter."""
    if isinstance(parameter, Choice):
        return st.sampled_from(parameter.choices)
    if isinstance(parameter, Switch):
        return st.booleans()
    if isinstance(parameter, Expression):
        return st.sampled_from(FORMULAS)
    if parameter.integer:
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


@st.composite
def schedules(draw, cls, duration=None):
    """Schedules of a class, with parameters from their allowed ranges that fit together."""
    if cls is PiecewiseConstant:
        boundaries = sorted(draw(st.sets(st.integers(0, 300), min_size=1, max_size=6)))
        each = st.floats(0, 10)
        return cls(
            draw(st.lists(each, min_size=len(boundaries) + 1, max_size=len(boundaries) + 1)), boundaries
        )
    given = {name: draw(values(p)) for name, p in cls.parameters().items()}
    if cls is ExponentialDecay:
        given["decay"] = abs(given["decay"])  # what grows has no largest rate
    if cls is StepDecay:
        given["drop_rate"] = draw(st.floats(1e-6, 1.0))
    if cls is WarmupStableDecay:
        given |= {"warmup": draw(st.integers(0, 50)), "cooldown": draw(st.integers(1, 50))}
        given |= {"start_lr": draw(st.floats(1e-8, 10))}  # an exponential warm-up cannot start at 0
    if "duration" in given:
        given["duration"] = draw(st.integers(100, 1000))
    if cls is OneCycle:
        assume(given["rise"] * given["duration"] != 1)  # is refused
        given["base_momentum"] = min(given["base_momentum"], given["max_momentum"])
    return cls(**given)


@every_kind
@given(data=st.data())
def test_round_trip_shape_and_range(cls, data):
    schedule = data.draw(schedules(cls))
    assert schedule_from_dict(json.loads(json.dumps(schedule.to_dict()))) == schedule
    assert hash(schedule) == hash(replace(schedule))
    with np.errstate(under="ignore"):
        for shape in ((), (7,), (2, 3)):
            rates = schedule(data.draw(st.integers(0, 1000)) * np.ones(shape))
            assert np.shape(rates) == shape
            assert np.asarray(rates).dtype == np.float64
            ends = [getattr(schedule, name, 0) for name in RATES] + list(getattr(schedule, "rates", ()))
            assert np.all((rates >= 0) & (rates <= max(ends) * (1 + 1e-9)))


@every_kind
def test_is_documented(cls):
    assert cls.__doc__.splitlines()[0].endswith((".", ":"))
    assert cls.title
    assert cls.latex
    assert cls.helps.endswith(".")
    assert cls.assumes.endswith(".")
    assert cls.paper.endswith(".") or cls.kind == "formula"
    for parameter in cls.parameters().values():
        assert parameter.help
        if isinstance(parameter, Parameter):
            assert parameter.symbol
            assert parameter.low <= parameter.slider[0] < parameter.slider[1] <= parameter.high


@starting
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1, 1e9, "0.1", True, None, [1], 10**400])
def test_an_initial_rate_that_is_no_rate_is_refused(cls, bad):
    with pytest.raises(UserError, match="initial_lr must be a number from 1e-08 to 100, but it is"):
        cls(initial_lr=bad)


@starting
def test_is_frozen_and_an_integer_rate_becomes_a_float(cls):
    schedule = cls(initial_lr=1)
    assert isinstance(schedule.initial_lr, float)
    with pytest.raises(FrozenInstanceError):
        schedule.initial_lr = 2.0


def test_unknown_kinds_and_names_name_the_known_ones():
    with pytest.raises(UserError, match="schedule must be one of constant, polynomial"):
        schedule_of_kind("cosinus")
    with pytest.raises(UserError, match="It takes: initial_lr, decay"):
        schedule_of_kind("exponential", gamma=1)
    with pytest.raises(UserError, match="whole number from 1 to"):
        schedule_of_kind("step", drop_every=2.5)
    for record in (None, [], "constant", {}, {"kind": 3}, {"kind": "constant", "__class__": 1}):
        with pytest.raises(UserError):
            schedule_from_dict(record)


@given(cls=st.sampled_from(SCHEDULES), wrapper=st.sampled_from(WRAPPERS), data=st.data())
def test_a_wrapped_schedule_round_trips_and_lasts_as_long_as_the_run(cls, wrapper, data):
    inner = data.draw(schedules(cls))
    schedule = wrapper(wrapper(inner))
    assert schedule_from_dict(json.loads(json.dumps(schedule.to_dict()))) == schedule
    with np.errstate(under="ignore"):
        rates = schedule.within(1200)(np.arange(1200))
    assert rates.shape == (1200,)
    assert np.isfinite(rates).all()


@given(cls=st.sampled_from(SCHEDULES), wrapped=st.booleans(), factor=st.floats(0.1, 1), data=st.data())
def test_a_scaled_schedule_is_the_same_curve_times_a_factor(cls, wrapped, factor, data):
    schedule = data.draw(schedules(cls))
    schedule = Warmup(Cooldown(schedule)) if wrapped else schedule
    try:
        scaled = schedule.scaled(factor)
    except UserError:
        assume(False)  # a rate has gone below what is allowed
    with np.errstate(under="ignore"):
        before, after = (each.within(1200)(np.arange(1200)) for each in (schedule, scaled))
    # Where a formula subtracts one rate from another, what is left has the rounding of the larger one.
    rounding = 1e-14 * max(abs(before).max(), *rates_of(schedule))
    np.testing.assert_allclose(after, before * factor, rtol=1e-9, atol=rounding)


def rates_of(schedule):
    """Every rate among the parameters of a schedule, and of what is inside it."""
    for name, parameter in schedule.parameters().items():
        if getattr(parameter, "is_rate", False):
            yield getattr(schedule, name)
        elif getattr(getattr(parameter, "each", None), "is_rate", False):
            yield from getattr(schedule, name)
    if hasattr(schedule, "schedule"):
        yield from rates_of(schedule.schedule)


def test_wrapped_too_deep_or_around_nothing_is_refused():
    deepest = Warmup(Cooldown(Warmup(Constant())))
    assert [layer.kind for layer in deepest.layers()] == ["warm-up", "cool-down", "warm-up", "constant"]
    assert schedule_from_dict(deepest.to_dict()) == deepest
    record = {"kind": "warm-up", "schedule": deepest.to_dict()}
    for too_deep in (lambda: Warmup(deepest), lambda: schedule_from_dict(record)):
        with pytest.raises(UserError, match="At most 3 wrappers"):
            too_deep()
    with pytest.raises(UserError, match="wraps another schedule"):
        schedule_from_dict({"kind": "warm-up"})


def test_importing_schedules_loads_no_heavy_library():
    code = (
        "import sys, lrlab.schedules, lrlab.runs.plan, lrlab.runs.spec;"
        "print([m for m in ('tensorflow', 'streamlit', 'plotly', 'sqlite3', 'pandas') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_record_of_an_old_curve_has_no_field_that_came_later():
    old = {"kind": "wsd", "initial_lr": 0.1, "warmup": 5, "cooldown": 20, "final_lr": 0.01}
    old |= {"shape": "linear", "duration": None}
    assert schedule_from_dict(old).to_dict() == old
    new = old | {"start_lr": 0.01, "warmup_shape": "cosine"}
    assert schedule_from_dict(new).to_dict() == new


def test_keras_names_stand_for_the_decay_of_an_exponential():
    schedule = schedule_of_kind("exponential", initial_lr=0.1, decay_rate=0.5, decay_steps=10, hold=10)
    assert schedule([0, 9, 10, 20]).tolist() == pytest.approx([0.1, 0.1, 0.05, 0.025])
    assert schedule.to_dict().keys() == {"kind", "initial_lr", "decay", "hold"}
    for words in ({"decay": 0.1, "decay_rate": 0.5}, {"decay_steps": 10}, {"decay_rate": 0.5}):
        with pytest.raises(UserError, match="either decay, or both decay_rate and decay_steps, but not"):
            schedule_of_kind("exponential", **words)
    with pytest.raises(UserError, match="decay_rate must be a number from 1e-06"):
        schedule_of_kind("exponential", decay_rate=-1, decay_steps=10)
    with pytest.raises(UserError, match="has no parameter 'decay_steps'"):
        schedule_of_kind("step", decay_steps=10)


def test_keras_names_stand_for_the_decay_of_a_time_based_decay():
    schedule = schedule_of_kind("time-based", initial_lr=0.1, decay_rate=0.5, decay_steps=10, hold=10)
    assert schedule == TimeBasedDecay(0.1, 0.05, 10)
    for words in ({"decay": 0.1, "decay_rate": 0.5}, {"decay_steps": 10}, {"decay_rate": 0.5}):
        with pytest.raises(UserError, match="either decay, or both decay_rate and decay_steps, but not"):
            schedule_of_kind("time-based", **words)
