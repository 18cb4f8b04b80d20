"""Some updates in place of all: what is exact, and how far the rest may be off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.runs import samples as module
from lrlab.runs.plan import CHUNK, CLOCKS, MAX_EPOCHS, MAX_STEPS, Plan
from lrlab.runs.samples import EVEN, PARTS, POINTS, ROUNDS, samples
from lrlab.runs.summary import summary
from lrlab.schedules import (
    SCHEDULES,
    WRAPPERS,
    CompoundingTimeBasedDecay,
    Constant,
    Cooldown,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    Formula,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    StepDecay,
    Warmup,
)
from lrlab.schedules.base import SUMMED, running_sum

LONGEST = MAX_EPOCHS, MAX_STEPS // MAX_EPOCHS
FORMULAS = ("exp(-t / T) * (1 + sin(t / T * 40))", "0.1 - t ** 0.1", "1 / (t - 30)", "0 if t < 99 else t % 7")
FREE = [*(cls() for cls in SCHEDULES), *map(Formula, FORMULAS)]
AROUND = [(), *((wrapper,) for wrapper in WRAPPERS), (Cooldown, Warmup)]


@st.composite
def plans(draw):
    """A plan of up to 200,000 steps, with any schedule, and any wrappers around it."""
    schedule = draw(st.sampled_from(FREE))
    for wrapper in draw(st.sampled_from(AROUND)):
        schedule = wrapper(schedule)
    epochs = draw(st.integers(60, 1000))
    return Plan(schedule, epochs, draw(st.integers(1, 200_000 // epochs)), draw(st.sampled_from(CLOCKS)))


@given(plans(), st.integers(0, 2**32))
def test_some_rates_are_those_of_all_bit_for_bit(plan, seed):
    rates = plan.rates()
    few = np.random.default_rng(seed).integers(0, plan.steps, 50)
    np.testing.assert_array_equal(plan.at(few), rates[few])
    np.testing.assert_array_equal([plan.at(step) for step in few[:5]], rates[few[:5]])
    steps, some, updates = samples(plan)
    np.testing.assert_array_equal(some, rates[steps])
    assert len(steps) <= POINTS
    assert updates.sum() == plan.steps
    assert (np.diff(steps) <= 2 * max(plan.steps / EVEN, plan.steps_per_epoch)).all()


def test_the_rates_of_a_chunk_are_those_of_the_whole():
    schedule = Cooldown(Warmup(CompoundingTimeBasedDecay(0.1, 1e-9), 7), 50)
    plan = Plan(schedule, 20, CHUNK // 7, "step")
    np.testing.assert_array_equal(plan.rates(), plan.at(np.arange(plan.steps)))


@pytest.mark.parametrize("k", [0, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 10.0])
def test_a_long_running_sum_is_that_of_its_terms(k):
    terms = np.log1p(k * np.arange(MAX_STEPS + 1)).astype(np.longdouble).cumsum()
    n = np.unique(np.geomspace(1, MAX_STEPS, 500).astype(int))
    n = np.concatenate([n, [0], SUMMED + np.arange(-2, 3), 2 * SUMMED + np.arange(-2, 3)])
    np.testing.assert_allclose(running_sum(n, lambda i: np.log1p(k * i)), terms[n].astype(float), rtol=1e-14)


def in_full(plan):
    """The summary from every update, and all rises and falls of the rate together."""
    few = module.POINTS
    module.POINTS = MAX_STEPS
    try:
        return summary.__wrapped__(plan), _variation(plan.rates())
    finally:
        module.POINTS = few


def _variation(rates):
    return np.abs(np.diff(rates)).sum() if np.isfinite(rates).all() else np.inf


@given(plans())
def test_the_summary_of_a_long_run_is_that_of_all_updates(plan):
    full, variation = in_full(plan)
    found = summary(plan)
    assert found.warnings == full.warnings
    np.testing.assert_array_equal(found.final, full.final)
    np.testing.assert_allclose(found.peak, full.peak, rtol=1e-4)
    assert found.half_life == full.half_life
    if variation < np.inf:
        assert abs(found.mean - full.mean) <= 2 / EVEN * variation + 1e-12 * full.peak
        assert found.area == found.mean * plan.epochs
    if variation < 30 * full.peak:
        assert found.mean == pytest.approx(full.mean, rel=1e-3)
        assert found.faint == pytest.approx(full.faint, abs=plan.epochs / EVEN)


@pytest.mark.parametrize(
    "schedule",
    [
        Constant(0.1),
        StepDecay(0.5, 0.9, 1000),
        StepDecay(0.5, 0.999, 1000),
        LinearDecay(0.1),
        ExponentialDecay(0.1, 0.1),
        ExponentialDecay(0.1, 1e-5),
        CompoundingTimeBasedDecay(0.1, 1e-6),
        OneCycle(0.3),
        Warmup(ExponentialDecay(0.1, 0.01), 3),
        Warmup(Cyclic(0.01, 0.1, 5, 0.5), 1_000_000),
        Cooldown(Warmup(CosineRestarts(0.1, 1000), 5), 20),
        PiecewiseConstant((0.1, 9.0, 0.1), (1_234_567, 1_234_568)),
        Formula("1 / (t - 2345678)"),
    ],
    ids=lambda schedule: str(schedule)[:40],
)
def test_in_the_longest_run_what_happens_at_single_updates_is_found(schedule):
    plan = Plan(schedule, *LONGEST, "step")
    full, variation = in_full(plan)
    found = summary(plan)
    assert found.warnings == full.warnings
    assert found.half_life == full.half_life
    np.testing.assert_array_equal((found.peak, found.final), (full.peak, full.final))
    if variation < np.inf:
        assert found.mean == pytest.approx(full.mean, rel=1e-3)
        assert found.faint == pytest.approx(full.faint, abs=2 / plan.steps_per_epoch)


@pytest.mark.parametrize("half_cycle", [1, 2, 2.5, 37, 500, 997.3])
def test_cycles_shorter_than_the_gaps_do_not_hide(half_cycle):
    plan = Plan(Cyclic(0.01, 0.1, half_cycle), *LONGEST, "step")
    full, _ = in_full(plan)
    assert summary(plan).peak == pytest.approx(full.peak, rel=2e-3)
    assert summary(plan).mean == pytest.approx(full.mean, rel=0.02)


def test_a_gap_is_divided_down_to_the_single_update():
    assert PARTS**ROUNDS > 2 * MAX_STEPS / EVEN
