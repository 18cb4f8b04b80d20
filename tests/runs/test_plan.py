"""The rate of every update, under each clock."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.summary import summary
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
    WarmupStableDecay,
)


@given(
    kind=st.sampled_from(SCHEDULES),
    epochs=st.integers(1, 40),
    size=st.integers(1, 60),
    clock=st.sampled_from(CLOCKS),
)
def test_what_is_drawn_is_what_is_trained_with(kind, epochs, size, clock):
    assume(kind is not WarmupStableDecay or epochs >= 25)  # its phases are that long
    plan = Plan(kind(), epochs, size, clock)
    rates = plan.rates()
    assert rates.shape == (epochs * size,)
    assert rates.dtype == np.float64
    np.testing.assert_array_equal(plan.epoch_rates(), rates[::size])
    times, drawn = plan.curve(points=50)
    np.testing.assert_array_equal(drawn, rates[np.rint(times * size).astype(int)])
    assert times[0] == 0
    assert len(times) <= max(50, 2 * epochs)
    assert times[-1] == (plan.steps - 1) / size


@given(
    kind=st.sampled_from(SCHEDULES),
    epochs=st.integers(1, 40),
    batches=st.integers(1, 60),
    together=st.integers(1, 70),
    clock=st.sampled_from(CLOCKS),
)
def test_with_accumulated_gradients_a_step_is_an_update(kind, epochs, batches, together, clock):
    assume(kind is not WarmupStableDecay or epochs >= 25)
    plan = Plan(kind(), epochs, batches, clock, together)
    # Each epoch ends with an update, of the batches that are left over if there are any.
    ends = [batch % together == 0 or batch == batches for batch in range(1, batches + 1)]
    updates = sum(ends)
    assert plan.steps_per_epoch == updates
    steps = plan.step_of(np.arange(epochs * batches))
    np.testing.assert_array_equal(steps, np.cumsum([0, *(epochs * ends)])[:-1])
    alone = Plan(kind(), epochs, updates, clock)
    np.testing.assert_array_equal(plan.rates(), alone.rates())
    np.testing.assert_array_equal(plan.epoch_rates(), alone.epoch_rates())
    np.testing.assert_array_equal(plan.curve(), alone.curve())
    numbers, expected = summary(plan), summary(alone)
    assert replace(numbers, warnings=()) == replace(expected, warnings=()) or not np.isfinite(numbers.peak)
    assert len(numbers.warnings) == len(expected.warnings) + (together > batches)


def test_the_clock_says_what_time_is():
    schedule = TimeBasedDecay(0.1, 0.01)
    by_epoch = Plan(schedule, 2, 250, "epoch").rates()
    assert set(by_epoch[:250]) == {0.1}
    assert by_epoch[250] == pytest.approx(0.1 / 1.01)
    assert Plan(schedule, 2, 250, "step").rates()[250] == pytest.approx(0.1 / 3.5)
    assert Plan(schedule, 2, 250, "smooth").rates()[125] == pytest.approx(0.1 / 1.005)


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_duration_left_out_is_the_length_of_the_run(clock):
    last = Plan(PolynomialDecay(1.0), 10, 20, clock).rates()[-1]
    assert last == pytest.approx({"epoch": 1 / 10, "step": 1 / 200, "smooth": 1 / 200}[clock])


def test_a_drop_falls_on_the_first_step_of_its_epoch():
    rates = Plan(StepDecay(1.0, 0.5, 3), 7, 313, "smooth").rates()
    assert rates[3 * 313 - 1] == 1.0
    assert rates[3 * 313] == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clock": "minute"}, "clock must be one of epoch, step, smooth, but it is .minute."),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 1,000"),
        ({"epochs": 2.5}, "epochs must be a whole number"),
        ({"epochs": True}, "epochs must be a whole number"),
        ({"batches_per_epoch": 0}, "batches_per_epoch must be"),
        ({"batches_per_update": 0}, "batches_per_update must be a whole number from 1 to 10,000"),
        ({"batches_per_update": 1.5}, "batches_per_update must be a whole number"),
        ({"epochs": 1000, "batches_per_epoch": 60_000}, "at most 6,000,000 steps"),
    ],
)
def test_lengths_and_clocks_are_checked(arguments, message):
    with pytest.raises(UserError, match=message):
        Plan(Constant(), **arguments)
