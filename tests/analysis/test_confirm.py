"""Fresh seeds decide: a schedule beats another only beyond chance, and never on the seeds of the search."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlab.analysis.best_rate import BestRate
from lrlab.analysis.confirm import confirm
from lrlab.analysis.difference import difference
from lrlab.errors import UserError

NAMES = "Cosine", "Linear", "Step", "Exponential", "Constant"
BEST = [BestRate(name, 0.1 * (at + 1), peaks=(0.05, 0.5)) for at, name in enumerate(NAMES)]
SEARCHED = range(3)


def fresh(*levels, seeds=5, noise=0.01, dice=0):
    """Final losses of schedules with these levels; the runs of a seed have noise in common."""
    rng = np.random.default_rng(dice)
    shared = rng.normal(0, 0.03, seeds)
    return {
        name: {9 + seed: level * math.exp(shared[seed] + rng.normal(0, noise)) for seed in range(seeds)}
        for name, level in zip(NAMES, levels, strict=False)
    }


def test_a_schedule_that_beats_all_others_is_the_winner():
    found = confirm(BEST, SEARCHED, fresh(0.34, 0.36, 0.37))
    assert (found.name, found.peak, found.peaks) == ("Cosine", 0.1, (0.05, 0.5))
    assert found.verdict.winner == "Cosine"
    assert (found.beaten, found.undecided) == (("Linear", "Step"), ())
    assert found.differences == found.verdict.differences, "each statement is tested by itself"


def test_what_is_beaten_and_what_is_not_decided():
    found = confirm(BEST, SEARCHED, fresh(0.4, 0.36, 0.3605, 0.5))
    assert (found.name, found.peak, found.verdict.winner) == ("Linear", 0.2, None)
    assert (found.beaten, found.undecided) == (("Cosine", "Exponential"), ("Step",))
    for name, each in found.verdict.differences.items():
        (low, high), (narrow_low, narrow_high) = found.differences[name].interval, each.interval
        assert low < narrow_low < narrow_high < high, "corrected for six pairs"
        assert found.differences[name].p == each.p


def test_a_corrected_interval_is_that_of_a_smaller_level():
    from scipy import stats

    one, other = (
        {seed: value for seed, value in enumerate((0.31, 0.35, 0.33, 0.36))},
        dict.fromkeys(range(4), 0.3),
    )
    found = difference(one, other, logarithmic=False, comparisons=6)
    expected = stats.ttest_rel([*one.values()], [*other.values()]).confidence_interval(1 - 0.05 / 6)
    assert found.interval == pytest.approx((expected.low, expected.high))


def test_a_seed_of_the_search_is_refused():
    values = fresh(0.3, 0.4)
    with pytest.raises(
        UserError, match=r"must be fresh, but seed 9 was in the search\. Choose other seeds\."
    ):
        confirm(BEST, [1, 9], values)
    with pytest.raises(UserError, match=r"seeds 9, 11 were in the search"):
        confirm(BEST, [11, 9], values)


@pytest.mark.parametrize("values", [{}, {"Cosine": {}}])
def test_no_confirming_run_is_an_error(values):
    with pytest.raises(UserError, match="no confirming run yet"):
        confirm(BEST, SEARCHED, values)


def test_a_best_with_a_diverged_seed_beats_none():
    values = fresh(0.2, 0.4)
    values["Cosine"][9] = None
    found = confirm(BEST, SEARCHED, values)
    assert (found.verdict.winner, found.beaten) == (None, ())


def test_a_rival_that_diverged_is_beaten():
    values = {**fresh(0.34, 0.36), "Step": dict.fromkeys(range(9, 14), math.nan)}
    found = confirm(BEST, SEARCHED, values, classes=10)
    assert (found.verdict.winner, found.beaten) == ("Cosine", ("Linear", "Step"))
    dead = confirm(BEST, SEARCHED, {"Step": values["Step"]})
    assert (dead.name, dead.peak, dead.beaten, dead.undecided) == (None, None, (), ("Step",))


@pytest.mark.parametrize("seeds", [1, 2])
def test_few_seeds_decide_nothing_and_say_how_many_it_takes(seeds):
    found = confirm(BEST, SEARCHED, fresh(0.3, 0.4, seeds=seeds))
    assert (found.name, found.beaten, found.undecided) == ("Cosine", (), ("Linear",))
    assert found.verdict.more_seeds == 3 - seeds


def test_one_schedule_has_nothing_to_beat():
    found = confirm(BEST, SEARCHED, fresh(0.3))
    assert (found.name, found.verdict.winner, found.beaten, found.undecided) == ("Cosine", None, (), ())


def test_accuracies_are_best_when_high():
    found = confirm(BEST, SEARCHED, fresh(0.8, 0.85, noise=0.001), "val_accuracy")
    assert (found.name, found.beaten) == ("Linear", ("Cosine",))


@pytest.mark.parametrize("seeds", [3, 5])
def test_equal_schedules_seldom_beat_each_other(seeds):
    """In at most 5 % of answers is anything beaten, among five equal schedules."""
    answers = [confirm(BEST, SEARCHED, fresh(*[0.3] * 5, seeds=seeds, dice=[seeds, d])) for d in range(400)]
    assert np.mean([bool(answer.beaten) for answer in answers]) <= 0.05


def test_a_clear_difference_is_usually_found():
    """A loss that is 6 % higher, with noise of 1 %: in at least 90 % of answers."""
    found = [confirm(BEST, SEARCHED, fresh(0.3, 0.3, 0.3, 0.3 * 1.06, dice=dice)) for dice in range(200)]
    assert np.mean(["Exponential" in answer.beaten for answer in found]) >= 0.9


VALUES = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(st.integers(10, 15), st.none() | st.floats(0.01, 100), min_size=1, max_size=5),
    min_size=1,
)


@settings(max_examples=60)
@given(VALUES)
def test_every_other_schedule_is_beaten_or_undecided(values):
    found = confirm(BEST, SEARCHED, values)
    assert {*found.beaten, *found.undecided} | {found.name} - {None} == {*values}
    assert not {*found.beaten} & {*found.undecided}
    if found.verdict.winner:
        assert found.verdict.winner == found.name
        assert not found.undecided
