"""A plan in numbers and sentences, against what can be worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.summary import summary
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    CosineRestarts,
    ExponentialDecay,
    Formula,
    LinearDecay,
    PiecewiseConstant,
    StepDecay,
    Warmup,
    WarmupStableDecay,
)


def test_a_step_decay_worked_out_by_hand():
    numbers = summary(Plan(StepDecay(0.8, 0.1, 10), epochs=40, batches_per_epoch=5))
    assert numbers.peak == 0.8
    assert numbers.final == pytest.approx(0.0008)
    assert numbers.area == pytest.approx(8.888)
    assert numbers.mean == pytest.approx(0.2222)
    assert numbers.half_life == 10
    assert numbers.faint == 10


def test_half_life_counts_from_the_peak_and_in_fractions_of_an_epoch():
    halves = ExponentialDecay(0.1, np.log(2) / 500)
    assert summary(Plan(halves, 10, 250, "step")).half_life == pytest.approx(2.0, abs=1 / 250)
    assert summary(Plan(Warmup(StepDecay(0.1, 0.5, 10), 5), 30, 4)).half_life == 10
    assert summary(Plan(Constant(0.1))).half_life is None


@given(
    kind=st.sampled_from(SCHEDULES),
    epochs=st.integers(1, 60),
    size=st.integers(1, 20),
    clock=st.sampled_from(CLOCKS),
)
def test_numbers_fit_together_for_every_kind(kind, epochs, size, clock):
    assume(kind is not WarmupStableDecay or epochs >= 25)  # its phases are that long
    plan = Plan(kind(), epochs, size, clock)
    numbers = summary(plan)
    assert 0 <= numbers.final <= numbers.peak * (1 + 1e-12)
    assert numbers.area == pytest.approx(plan.rates().sum() / size)
    assert 0 <= numbers.faint <= epochs
    assert numbers.final == plan.rates()[-1]
    assert all(sentence.endswith(".") for sentence in numbers.warnings)


@pytest.mark.parametrize(
    ("plan", "warnings"),
    [
        (Plan(Constant(0.1)), []),
        (Plan(LinearDecay(0.1), 100), []),
        (Plan(LinearDecay(0.1), 10), ["should end at 0, but the last update has a rate of 0.01"]),
        (Plan(LinearDecay(0.1, duration=200)), ["duration = 200 epochs, but the run ends after 100"]),
        (Plan(LinearDecay(0.1, duration=50), 100, 10), ["zero from epoch 50 on"]),
        (Plan(Warmup(Constant(0.1), 5)), ["first update has a rate of zero"]),
        (Plan(PiecewiseConstant((0.0, 0.0), (5,))), ["zero during the whole run"]),
        (
            Plan(Warmup(LinearDecay(0.1, duration=98), 5, 0.01)),
            ["duration = 98 epochs, but the warm-up leaves 95"],
        ),
        (Plan(Warmup(LinearDecay(0.1), 5, 0.01), 15), ["should end at 0, but"]),
        (Plan(CosineRestarts(0.1, 20), 70), ["should end at 0, but"]),
    ],
)
def test_what_one_may_not_have_meant_is_said(plan, warnings):
    sentences = summary(plan).warnings
    assert len(sentences) == len(warnings)
    assert all(words in sentence for words, sentence in zip(warnings, sentences, strict=True))


def test_a_formula_without_a_rate_or_below_zero_is_warned_of():
    assert summary(Plan(Formula("initial_lr / (1 + t)"), 10, 2)).warnings == ()
    broken = summary(Plan(Formula("1 / (t - 3)"), 10, 2))
    assert broken.warnings == ("The rate at epoch 3 is not a finite number. Check the schedule's numbers.",)
    assert math.isnan(broken.mean)
    assert "The rate is negative at epoch 6" in " ".join(
        summary(Plan(Formula("0.5 - t / 10"), 10, 2)).warnings
    )


def test_a_rate_that_float32_cannot_hold_is_none():
    grows = ExponentialDecay(0.5, -1.0)  # finite in float64, in which plans compute
    numbers = summary(Plan(grows, 100))
    assert math.isnan(numbers.peak)
    assert numbers.warnings == (
        "In float32, in which networks are trained, the rate 6.10202e+38 at epoch 90 is not a finite number. "
        "Check the schedule's numbers.",
    )
    with np.errstate(over="ignore"):
        assert np.isinf(np.float32(grows(90)))
        assert np.isfinite(np.float32(grows(89)))
    assert math.isfinite(summary(Plan(grows, 90)).peak)


def test_a_peak_above_every_rate_that_can_be_chosen_is_warned_of():
    assert summary(Plan(ExponentialDecay(0.1, -0.07), 99)).warnings == ()  # up to 95
    assert summary(Plan(Constant(100.0))).warnings == ()
    (sentence,) = summary(Plan(ExponentialDecay(0.5, -1.0), 10)).warnings
    assert sentence == (
        "The rate rises to 4051.54 at epoch 9. A rate above 100 is hardly ever meant: check the schedule's "
        "numbers."
    )
