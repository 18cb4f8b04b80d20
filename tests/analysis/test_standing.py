"""What curves say: a winner only where there is no doubt."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.analysis import LEAST, MEASURES, RANKED, End, differences, end, holm, in_words, verdict
from lrlab.analysis.difference import difference
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result

ENDS = st.lists(st.integers(100, 999).map(lambda n: n / 1000), min_size=1, max_size=6)
NAMES = ("Exponential", "Constant", "Step", "Cosine")


def judged(measure="val_loss", classes=None, **lanes):
    """The verdict on lanes whose seeds ended with these values; None is a seed that diverged."""
    ends = {
        name: [
            End("completed" if value else "diverged", value or math.nan, seed)
            for seed, value in enumerate(values)
        ]
        for name, values in lanes.items()
    }
    return verdict(ends, measure, classes)


def test_the_end_of_a_run_is_its_last_epoch_or_its_test():
    epochs = Epoch(0, 0.1, 0.1, 1.0, 0.5, 2.0, 0.6, 1), Epoch(1, 0.1, 0.1, 0.9, 0.7, 1.9, 0.8, 1)
    ended = Result("A", epochs, test_loss=1.8, test_accuracy=0.75)
    assert [end(ended, measure) for measure in MEASURES] == [
        *(End("completed", value, epoch=1) for value in (0.9, 1.9, 0.8)),
        *(End("completed", value) for value in (1.8, 0.75)),
    ]
    assert end(Result("A", epochs, status="stopped"), "test_loss") == End("stopped", None)
    assert {end(Result("A", (), status="failed"), measure) for measure in MEASURES} == {End("failed", None)}


def seldom(name, last, loss, epochs=10):
    """A run that was validated in one epoch, counted from 1, and not after it."""
    measured = [(loss, 0.8) if at + 1 == last else (math.nan, math.nan) for at in range(epochs)]
    return Result(name, tuple(Epoch(at, 0.1, 0.1, 0.5, 0.7, *both, 1) for at, both in enumerate(measured)))


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (10, 10, ""),
        (8, 8, " The final values are the last that were measured, in epoch 8."),
        (8, 10, " The final values are the last that were measured, in epochs 8 to 10."),
    ],
)
def test_where_validation_was_measured_seldom_a_verdict_names_the_epoch_of_the_final_values(one, other, said):
    lanes = {"Step": seldom("Step", one, 0.3), "Cosine": seldom("Cosine", other, 0.4)}
    found = verdict({name: [end(result, "val_loss")] for name, result in lanes.items()})
    first = "Not decided with one seed: Step has the lowest final validation loss, 0.300."
    assert found.sentence == first + said
    trained = verdict({name: [end(result, "loss")] for name, result in lanes.items()}, "loss")
    assert "last that were measured" not in trained.sentence, "training loss is known in each epoch"


def test_a_loss_that_is_not_finite_at_the_end_has_diverged():
    ends = [End("completed", value) for value in (math.inf, math.nan, None, 0.5)]
    (lane,) = verdict({"A": ends}).standings
    assert (lane.seeds, lane.finished, lane.diverged, lane.mean) == (4, 1, 2, 0.5)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_verdict_on_any_measure_names_it(measure):
    found = judged(measure, Constant=[0.4, 0.4, 0.4], Step=[0.3, 0.3, 0.3])
    best, extreme = ("Constant", "highest") if measure.endswith("accuracy") else ("Step", "lowest")
    assert found.winner == best
    assert found.sentence.startswith(f"{best} has the {extreme} {MEASURES[measure]}, ")


def test_a_winner_is_better_than_each_other_lane_beyond_chance():
    found = judged(Constant=[0.411, 0.4, 0.405], Exponential=[0.376, 0.371, 0.373], Step=[0.5, 0.52, 0.51])
    assert found.winner == "Exponential"
    assert found.sentence == (
        "Exponential has the lowest final validation loss, 0.373 (0.371 to 0.376 over 3 seeds): 0.032 lower "
        "than Constant, the closest lane (95 % interval: 0.026 to 0.038)."
    )
    best = found.standings[0]
    assert (best.low, best.high, best.seeds) == (0.371, 0.376, 3)
    assert best.mean == pytest.approx((0.371 * 0.376 * 0.373) ** (1 / 3))
    assert found.more_seeds is None


def test_where_chance_would_do_there_is_no_winner_but_a_number_of_seeds():
    found = judged(
        Exponential=[0.371, 0.38, 0.375],
        Constant=[0.378, 0.401, 0.4],
        Step=[0.38, 0.5, 0.4],
        Cosine=[0.6, 0.7, 0.65],
    )
    assert (found.winner, found.more_seeds) == (None, 9)
    assert found.sentence == (
        "No winner: Exponential has the lowest final validation loss, 0.375 (0.371 to 0.380 over 3 seeds), "
        "but the differences to Constant and Step may be chance (Step, 95 % interval: 0.15 lower to 0.10 "
        "higher). About 9 more seeds per lane would probably decide it."
    )
    found = judged(Exponential=[0.371, 0.38, 0.376], Constant=[0.372, 0.379, 0.3761])
    assert found.sentence.endswith("More seeds would hardly decide it.")
    assert found.more_seeds is None


def test_the_interval_excludes_no_difference_exactly_when_a_winner_is_named():
    dice = np.random.default_rng(3)
    named = 0
    for _ in range(500):
        lanes = {name: [*np.exp(dice.normal(dice.normal(0, 0.05), 0.05, 4))] for name in NAMES[:2]}
        found = judged(**lanes)
        (apart,) = found.differences.values()
        low, high = apart.interval
        assert (low > 0 or high < 0) == (found.winner is not None)
        named += found.winner is not None
    assert 50 < named < 450


def test_seeds_that_lanes_share_are_compared_one_by_one():
    """The seeds differ by far more than the lanes, which differ by the same in each."""
    lanes = {"Constant": (0.31, 0.52, 0.73, 0.94), "Step": (0.3, 0.5, 0.7, 0.9)}

    def of(first_seed):
        return {
            name: [End("completed", value, seed) for seed, value in enumerate(values, first_seed[name])]
            for name, values in lanes.items()
        }

    shared = verdict(of({"Constant": 0, "Step": 0}))
    assert (shared.winner, shared.differences["Constant"].paired) == ("Step", True)
    apart = verdict(of({"Constant": 0, "Step": 9}))
    assert (apart.winner, apart.differences["Constant"].paired) == (None, False)
    unknown = verdict(
        {
            name: [End(each.status, each.value) for each in ends]
            for name, ends in of(dict.fromkeys(lanes, 0)).items()
        }
    )
    assert unknown.differences == apart.differences


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("shared", [3, 6, 2, 0])
def test_differences_are_those_of_scipy(shared, logarithmic):
    from scipy import stats

    dice = np.random.default_rng(shared)
    one = dict(enumerate(dice.uniform(0.3, 0.5, 6)))
    other = dict(enumerate(dice.uniform(0.35, 0.55, 6), 6 - shared))
    found = difference(one, other, logarithmic)
    scale = np.log if logarithmic else np.asarray
    both = [seed for seed in one if seed in other]
    if shared >= 3:
        ones, others = (scale([lane[seed] for seed in both]) for lane in (one, other))
        test = stats.ttest_rel(ones, others)
    else:
        ones, others = (scale([*lane.values()]) for lane in (one, other))
        test = stats.ttest_ind(ones, others, equal_var=False)
    assert found.p == pytest.approx(test.pvalue)
    low, high = test.confidence_interval(0.95)
    level = np.exp(others.mean())
    expected = [level * np.expm1(end) if logarithmic else end for end in (low, high)]
    assert found.interval == pytest.approx(expected)
    assert found.paired == (shared >= 3)


def test_holms_correction_is_that_of_its_paper():
    assert holm([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]
    assert holm([0.04]) == [True]
    assert holm([]) == []


def test_fewer_than_three_seeds_decide_nothing():
    found = judged(Constant=[0.4], Exponential=[0.3])
    assert (found.winner, found.more_seeds) == (None, 2)
    assert found.sentence == (
        "Not decided with one seed: Exponential has the lowest final validation loss, 0.300."
    )
    assert judged(Constant=[0.3], Exponential=[0.3], Step=[0.4]).sentence == (
        "Not decided with one seed: Constant and Exponential have the same final validation loss, 0.300."
    )
    assert judged(Constant=[0.4, 0.5], Exponential=[0.3, 0.31]).sentence == (
        "Not decided with two seeds: Exponential has the lowest final validation loss, 0.305 (0.300 "
        "to 0.310 over 2 seeds)."
    )
    found = judged(Constant=[0.4, 0.5], Exponential=[0.3, 0.31, 0.32], Step=[0.6])
    assert found.more_seeds == 2
    assert found.sentence.startswith("Not decided with fewer than three seeds in a lane: Exponential has")


def test_what_diverged_counts_as_the_worst_and_is_said():
    found = judged(Constant=[0.4, 0.41, None], Exponential=[0.3, 0.31, 0.32], Step=[None, None, None])
    assert found.sentence.endswith(" 1 of 3 seeds of Constant diverged. 3 of 3 seeds of Step diverged.")
    assert [(s.name, s.finished, s.diverged) for s in found.standings] == [
        ("Exponential", 3, 0),
        ("Constant", 2, 1),
        ("Step", 0, 3),
    ]
    assert math.isnan(found.standings[2].mean)
    guessing = judged(classes=10, Exponential=[0.3, 0.31, 0.32], Step=[None, None, None])
    assert guessing.winner == "Exponential"
    assert guessing.differences["Step"].mean == pytest.approx(0.31 - math.log(10), abs=1e-3)
    worse = judged(classes=10, Exponential=[0.3, 0.31, 3.2], Step=[None, None, None])
    low, _ = worse.differences["Step"].interval
    assert low < 0.3 - 3.1
    assert judged(Constant=[None], Step=[None]).sentence == (
        "No run was completed. Constant diverged. Step diverged."
    )


@pytest.mark.parametrize("measure", RANKED)
def test_no_lane_with_a_diverged_seed_wins(measure):
    high, low = (0.9, 0.3) if measure == "val_accuracy" else (0.3, 0.9)
    some = [high] * 9 + [None]
    found = judged(measure, classes=10, Exponential=some, Constant=[low + n / 1e4 for n in range(10)])
    assert found.winner is None
    if found.standings[0].name == "Exponential":
        assert "but not all of its seeds ended. 1 of 10 seeds of Exponential diverged." in found.sentence


def test_a_lane_alone_has_an_end_and_no_rival():
    assert judged(Constant=[0.4]).sentence == "The final validation loss is 0.400."
    found = judged(Constant=[0.4, 0.42, 0.43])
    assert found.sentence == "The final validation loss is 0.416 (0.400 to 0.430 over 3 seeds)."
    assert found.winner is None


def test_of_accuracies_the_highest_is_best():
    found = judged("val_accuracy", Constant=[0.85, 0.86, 0.85], Exponential=[0.88, 0.89, 0.885])
    assert found.winner == "Exponential"
    assert found.sentence == (
        "Exponential has the highest final validation accuracy, 88.50% (88.00% to 89.00% over 3 seeds): 3.2 "
        "percentage points higher than Constant (95 % interval: 2.4 to 3.9 percentage points)."
    )


def test_ends_that_differ_are_written_so_that_they_do():
    sentence = judged(Constant=[0.40012, 0.40013], Exponential=[0.40004, 0.40011]).sentence
    assert "(0.40004 to 0.40011 over 2 seeds)" in sentence


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        (("completed", "running", "queued"), "No verdict yet: 1 of 3 runs have ended."),
        (("stopped", "stopped", "failed"), "No run was completed."),
    ],
)
def test_only_completed_runs_have_an_end(statuses, sentence):
    names = NAMES[:3]
    found = verdict({name: [End(status, 0.3)] for name, status in zip(names, statuses, strict=True)})
    assert (found.winner, found.sentence) == (None, sentence)


def test_a_lane_without_an_end_leaves_the_race_open():
    lanes = {"Exponential": [End("completed", 0.3)] * 3, "Constant": [End("completed", 0.4)] * 3}
    lanes["Step"] = [End("stopped", 0.5)] * 3
    assert verdict(lanes).sentence.endswith("but no seed of Step was completed.")


@given(st.lists(ENDS, min_size=1, max_size=4))
def test_a_verdict_has_an_order_and_is_the_same_for_lanes_in_any_order(ends):
    lanes = dict(zip(NAMES, ends, strict=False))
    found = judged(**lanes)
    means = [standing.mean for standing in found.standings]
    assert means == sorted(means)
    assert found.winner in (None, found.standings[0].name)
    assert not (found.winner and any(len(lane) < LEAST for lane in ends))
    turned = judged(**dict(reversed([*lanes.items()])))
    assert turned.winner == found.winner


@pytest.mark.parametrize("measure", RANKED)
@given(
    st.lists(st.integers(1, 999), min_size=3, max_size=3),
    st.lists(st.integers(1, 999), min_size=3, max_size=3),
)
def test_a_difference_is_written_so_that_it_is_one(measure, ones, others):
    lanes = {
        name: [End("completed", value / 1000, seed) for seed, value in enumerate(values)]
        for name, values in (("A", ones), ("B", others))
    }
    found = differences("A", lanes, measure)["B"]
    apart, interval = in_words(found, measure)
    assume(found.mean)
    assert float(apart.split()[0]) > 0
    assert ("higher" in apart) == (found.mean > 0)
    assert ("higher" in interval) == ("lower" in interval) == (not found.sign or found.interval[0] == 0)


def test_a_run_that_was_never_validated_has_no_known_validation_and_has_not_diverged():
    epochs = tuple(Epoch(at, 0.1, 0.1, 0.5, 0.7, math.nan, math.nan, 1) for at in range(3))
    one, other = Result("Log", epochs), Result("Other", epochs, status="diverged")
    assert end(one, "val_loss") == End("completed", None)
    assert end(one, "loss").value == 0.5
    assert verdict({"Log": [end(one, "val_loss")]}).sentence == "No final validation loss is known."
    lanes = {"Log": [end(one, "val_loss")], "Other": [end(other, "val_loss")]}
    assert verdict(lanes).sentence == "No final validation loss is known. Other diverged."
