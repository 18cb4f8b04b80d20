"""Times that a run does not reach: whether they are named exactly when they make no difference."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.summary import summary
from lrlab.runs.timing import about_times
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    Cooldown,
    CosineDecay,
    CosineRestarts,
    Cyclic,
    Formula,
    InverseSqrtDecay,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    StepDecay,
    TimeBasedDecay,
    Warmup,
)


def said(schedule, epochs=100, size=250, clock="epoch"):
    return [*about_times(Plan(schedule, epochs, size, clock))]


@pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
def test_the_default_curves_fit_the_default_run(cls):
    assert said(cls()) == []
    assert said(cls(), clock="smooth") == []
    assert said(Cooldown(cls())) == []


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.id)
def test_the_articles_curves_have_no_warning(curve):
    assert summary(Plan(curve.schedule, clock=curve.clock)).warnings == ()


@given(
    make=st.sampled_from(
        [
            lambda time: StepDecay(0.5, 0.5, time),
            lambda time: TimeBasedDecay(0.5, 0.1, time),
            lambda time: PiecewiseConstant((0.5, 0.1), (time,)),
        ]
    ),
    around=st.sampled_from(
        [
            lambda inner: inner,
            lambda inner: Warmup(inner, 5),
            lambda inner: Cooldown(inner, 7),
            lambda inner: Warmup(Cooldown(inner, 7), 5),
            lambda inner: Cooldown(Warmup(inner, 5), 7),
        ]
    ),
    time=st.integers(1, 60),
    epochs=st.integers(13, 40),
    clock=st.sampled_from(CLOCKS),
)
@example(lambda time: StepDecay(0.5, 0.5, time), lambda inner: Cooldown(inner, 7), 33, 40, "epoch")
def test_a_time_is_named_exactly_when_it_makes_no_difference(make, around, time, epochs, clock):
    size = 1 if clock == "step" else 4  # with one step per epoch, both clocks have the same times
    plan = Plan(around(make(time)), epochs, size, clock)
    without = replace(plan, schedule=around(make(1000)))
    same = np.array_equal(plan.rates(), without.rates())
    assert any("The rate never" in sentence for sentence in about_times(plan)) == same


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        (StepDecay(drop_every=200), "never changes: drop_every = 200 epochs, but the run ends after 100."),
        (TimeBasedDecay(hold=100), "never changes: hold = 100 epochs, but the run ends after 100."),
        (PiecewiseConstant((0.1, 0.01, 0.001), (30, 120)), "never changes there: boundaries = 120 epochs,"),
        (CosineRestarts(period=200), "never restarts: period = 200 epochs, but the run ends after 100."),
        (Cyclic(half_cycle=200), "never falls: half_cycle = 200 epochs, but the run ends after 100."),
        (Warmup(CosineDecay(), 200), "never reaches its peak: warmup = 200 epochs, but the run ends after"),
        (Warmup(StepDecay(), 95), "never changes: drop_every = 10 epochs, but the warm-up leaves 5."),
        (Cooldown(StepDecay(drop_every=81), 20), "drop_every = 81 epochs, but the cool-down leaves 80."),
        (
            Warmup(Cooldown(StepDecay(drop_every=80), 20), 5),
            "drop_every = 80 epochs, but the warm-up and the cool-down leave 75.",
        ),
        (LinearDecay(duration=200), "never reaches its end: duration = 200 epochs, but the run ends after"),
        (Warmup(LinearDecay(duration=98), 5), "duration = 98 epochs, but the warm-up leaves 95."),
    ],
)
def test_what_never_comes_is_said_once(schedule, sentence):
    (found,) = said(schedule)
    assert sentence in found
    assert found.startswith("The rate never ")
    assert found in summary(Plan(schedule)).warnings


@pytest.mark.parametrize("around", [lambda cycle: cycle, lambda cycle: Cooldown(cycle, 1)])
def test_a_rise_shorter_than_one_setting_is_noticed(around):
    for clock, size, limit in (
        ("epoch", 250, "rise = 0.1 of 5 epochs"),
        ("step", 1, "rise = 0.1 of 5 steps"),
        ("smooth", 1, "rise = 0.1 of 5 steps"),
    ):
        cycle = around(OneCycle(rise=0.1))
        plan = Plan(cycle, 5, size, clock)
        assert [*about_times(plan)] == [
            f"The rate never rises: {limit} is less than one. Make the rise or the run longer."
        ]
        assert plan.rates()[0] == plan.rates().max()
        longer = Plan(cycle, 20, size, clock)
        assert [*about_times(longer)] == []
        assert longer.rates()[0] < longer.rates().max()


@pytest.mark.parametrize(
    "schedule",
    [
        LinearDecay(duration=100),  # what a duration that is left out becomes
        Cooldown(LinearDecay(duration=100), 20),
        Formula(duration=200),  # a number in a formula
        InverseSqrtDecay(timescale=1000),  # nothing happens at that time
    ],
)
def test_a_time_that_ends_nothing_is_no_mistake(schedule):
    assert said(schedule) == []


def test_epochs_under_the_step_clock_are_noticed_and_steps_under_the_epoch_clock():
    drops = PiecewiseConstant((0.1, 0.01, 0.001), (30, 60))
    (sentence,) = said(drops, clock="step")
    assert sentence == (
        "The clock counts steps: boundaries = 60 steps are only 0.24 epochs. If you mean epochs, choose the "
        "clock epoch or smooth."
    )
    assert said(Warmup(drops, 5), clock="step") == [sentence]
    in_steps = replace(drops, boundaries=(7500, 15000))
    assert said(in_steps, clock="step") == []
    for clock in ("epoch", "smooth"):
        (sentence,) = said(in_steps, clock=clock)
        assert sentence.endswith("ends after 100. If you mean steps, choose the clock step.")
    assert said(StepDecay(drop_every=120))[0].endswith("ends after 100.")  # 120 steps are not one epoch


def test_batches_under_the_step_clock_are_noticed():
    """A schedule counts updates: with four batches for one, times in batches are beyond the run's end."""
    in_batches = PiecewiseConstant((0.1, 0.01), (12_500,))
    assert said(in_batches, clock="step") == []
    (sentence,) = about_times(Plan(in_batches, 100, 250, "step", 4))
    assert sentence == (
        "The rate never changes there: boundaries = 12500 steps, but the run ends after 6300. If you mean "
        "batches, divide by 4: a step is one update with 4 batches."
    )
    assert [*about_times(Plan(replace(in_batches, boundaries=(12_500 // 4,)), 100, 250, "step", 4))] == []
    (sentence,) = about_times(Plan(CosineDecay(0.1, duration=25_000), 100, 250, "step", 4))
    assert sentence.endswith("divide by 4: a step is one update with 4 batches.")
    (sentence,) = about_times(Plan(replace(in_batches, boundaries=(25_001,)), 100, 250, "step", 4))
    assert sentence.endswith("ends after 6300.")  # not a batch of the run either
    (sentence,) = said(PiecewiseConstant((0.1, 0.01), (25_000,)), clock="step")
    assert sentence.endswith("ends after 25000.")  # here a batch is a step


def test_an_update_of_more_batches_than_an_epoch_has_is_noticed():
    for epochs, ends in ((6, 1), (100, 0)):  # of a short run, the end is named too
        plan = Plan(LinearDecay(0.1), epochs, 3, "epoch", 7)
        assert plan.steps_per_epoch == 1
        first, *others = summary(plan).warnings
        assert first == (
            "An update takes 7 batches, but an epoch has 3: each update has the batches of one epoch. Use at "
            "most 3 per update."
        )
        assert len(others) == ends
    for together in (1, 2, 3):
        assert summary(Plan(LinearDecay(0.1), 100, 3, "epoch", together)).warnings == ()


def test_a_short_warm_up_in_steps_is_usual():
    assert said(Warmup(CosineDecay(), 100), clock="step") == []
    assert said(Warmup(Constant(), 5), clock="step") == []
    assert said(StepDecay(drop_every=2), 2, 5, "step") == []  # a short run: 2 of its 10 steps
