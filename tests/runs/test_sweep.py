"""The runs of a sweep: each schedule at each peak rate from each seed, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import AT_ONCE, Candidate, Sweep
from lrlab.schedules import Constant, CosineDecay, Cyclic, OneCycle, StepDecay, Warmup

LANES = tuple(
    (type(schedule).title, RunSpec(schedule))
    for schedule in (Constant(), StepDecay(), OneCycle(), Warmup(CosineDecay(0.3, 0.01), 5))
)


def swept(lanes, peaks, seeds):
    return Sweep(tuple(Candidate(*lane, tuple(peaks)) for lane in lanes), tuple(seeds))


@given(
    peaks=st.lists(st.sampled_from([0.001, 0.01, 0.1, 0.5, 1.0, 3.0]), min_size=1, unique=True),
    seeds=st.lists(st.integers(0, 99), min_size=1, max_size=4, unique=True),
)
def test_it_has_every_combination_once_and_its_highest_rate_is_the_peak(peaks, seeds):
    sweep = swept(LANES, peaks, seeds)
    assert [*sweep.runs] == [(name, peak, seed) for seed in seeds for name, _ in LANES for peak in peaks]
    for (name, peak, seed), spec in sweep.runs.items():
        assert spec.seed == seed
        assert spec.plan.rates().max() == pytest.approx(peak)
        first = dict(LANES)[name]
        assert replace(spec, seed=first.seed, schedule=first.schedule) == first
    groups = sweep.groups()
    assert [(name, peak, spec.seed) for group in groups for name, peak, spec in group] == [*sweep.runs]
    for group in groups:
        assert len(group) <= AT_ONCE
        assert len({spec.seed for *_, spec in group}) == 1
    assert sweep.groups([*sweep.runs]) == []


def test_where_a_peak_does_not_fit_a_schedule_it_is_left_out_and_said():
    wide = Cyclic(1e-8, max_lr=1.0)
    sweep = swept((("Wide", RunSpec(wide)), ("Constant", RunSpec(Constant()))), (0.01, 1.0), (1,))
    assert [*sweep.runs] == [("Wide", 1.0, 1), ("Constant", 0.01, 1), ("Constant", 1.0, 1)]
    ((sentence,),) = sweep.left_out.values()
    assert sentence.startswith("initial_lr must be a number from 1e-08 to 100, but it is 1e-10")


@pytest.mark.parametrize(
    ("lanes", "peaks", "seeds", "message"),
    [
        ((), (0.1,), (1,), "A sweep needs at least one schedule, but there is none."),
        (LANES, (), (1,), "A sweep needs at least one peak rate, but there is none."),
        (LANES, (0.1,), (), "A sweep needs at least one seed, but there is none."),
        (LANES, (0.1, 0.1), (1,), "Each peak rate of a sweep must be another one, but 0.1 comes twice."),
        (LANES * 2, (0.1,), (1,), "Each schedule of a sweep must be another one, but Constant comes twice."),
        (LANES, (0.1,), range(501), "4 schedules with 4 peak rates in all x 501 seeds are 2,004."),
        (LANES, (1000.0,), (1,), "No peak rate of this sweep fits Constant: initial_lr must be"),
    ],
)
def test_what_is_no_sweep(lanes, peaks, seeds, message):
    with pytest.raises(UserError) as caught:
        swept(lanes, peaks, seeds)
    assert message in str(caught.value)
