"""What curves say: a winner only where there is no doubt."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.analysis import LEAST, MEASURES, End, end, verdict
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result

ENDS = st.lists(st.integers(100, 999).map(lambda n: n / 1000), min_size=1, max_size=6)
NAMES = ("Exponential", "Constant", "Step", "Cosine")


def judged(measure="val_loss", **lanes):
    """The verdict on lanes whose seeds ended with these values; None is a seed that diverged."""
    ends = {
        name: [End("completed" if value else "diverged", value or math.nan) for value in values]
        for name, values in lanes.items()
    }
    return verdict(ends, measure)


def test_the_end_of_a_run_is_its_last_epoch_or_its_test():
    epochs = Epoch(0, 0.1, 0.1, 1.0, 0.5, 2.0, 0.6, 1), Epoch(1, 0.1, 0.1, 0.9, 0.7, 1.9, 0.8, 1)
    ended = Result("A", epochs, test_loss=1.8, test_accuracy=0.75)
    assert [end(ended, measure) for measure in MEASURES] == [
        End("completed", value) for value in (0.9, 1.9, 0.8, 1.8, 0.75)
    ]
    assert end(Result("A", epochs, status="stopped"), "test_loss") == End("stopped", None)
    assert {end(Result("A", (), status="failed"), measure) for measure in MEASURES} == {End("failed", None)}


def test_a_loss_that_is_not_finite_at_the_end_has_diverged():
    ends = [End("completed", value) for value in (math.inf, math.nan, None, 0.5)]
    (lane,) = verdict({"A": ends}).standings
    assert (lane.seeds, lane.finished, lane.diverged, lane.median) == (4, 1, 2, 0.5)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_verdict_on_any_measure_names_it(measure):
    found = judged(measure, Constant=[0.4, 0.4, 0.4], Step=[0.3, 0.3, 0.3])
    best, extreme = ("Constant", "highest") if measure.endswith("accuracy") else ("Step", "lowest")
    assert found.winner == best
    assert found.sentence.startswith(f"{best} has the {extreme} {MEASURES[measure]}, ")


def test_a_winner_has_a_range_of_its_own():
    found = judged(Constant=[0.4, 0.39, 0.401], Exponential=[0.371, 0.38, 0.376])
    assert found.winner == "Exponential"
    assert found.sentence == (
        "Exponential has the lowest final validation loss, 0.376 (0.371 to 0.380 over 3 seeds), and no "
        "other lane's range reaches it."
    )
    best = found.standings[0]
    assert (best.low, best.median, best.high, best.seeds) == (0.371, 0.376, 0.38, 3)


def test_where_ranges_overlap_there_is_no_winner():
    found = judged(
        Exponential=[0.371, 0.38, 0.375],
        Constant=[0.378, 0.401, 0.4],
        Step=[0.38, 0.5, 0.4],
        Cosine=[0.6, 0.7, 0.65],
    )
    assert found.winner is None
    assert found.sentence == (
        "No winner: the ranges of Exponential, Constant and Step overlap "
        "(0.371 to 0.380, 0.378 to 0.401, 0.380 to 0.500)."
    )


def test_fewer_than_three_seeds_decide_nothing():
    found = judged(Constant=[0.4], Exponential=[0.3])
    assert found.winner is None
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
    assert judged(Constant=[0.4, 0.5], Exponential=[0.3, 0.31, 0.32], Step=[0.6]).sentence == (
        "No winner: Exponential has the lowest final validation loss, 0.310 (0.300 to 0.320 over 3 seeds), "
        "but Constant and Step have fewer than three seeds."
    )


def test_lanes_with_different_numbers_of_seeds_are_not_said_to_have_the_most():
    sentence = judged(Constant=[0.4, 0.5], Exponential=[0.3]).sentence
    assert sentence.startswith("Not decided with fewer than three finished seeds per lane: Exponential")


def test_lanes_that_differ_by_luck_alone_are_seldom_told_apart():
    """The chance of three seeds and three is 2 in 20, of five and five 2 in 252."""
    luck = random.Random(1)
    for seeds, most in ((2, 0), (3, 0.12), (5, 0.02)):
        won = 0
        for _ in range(2000):
            ends = {name: [round(luck.gauss(0.4, 0.01), 6) for _ in range(seeds)] for name in NAMES[:2]}
            won += judged(**ends).winner is not None
        assert won <= most * 2000, seeds


def test_what_diverged_is_counted_and_said():
    found = judged(Constant=[0.4, 0.41, None], Exponential=[0.3, 0.31, 0.32], Step=[None, None, None])
    assert found.winner == "Exponential"
    assert found.sentence.endswith(" 1 of 3 seeds of Constant diverged. 3 of 3 seeds of Step diverged.")
    assert [(s.name, s.finished, s.diverged) for s in found.standings] == [
        ("Exponential", 3, 0),
        ("Constant", 2, 1),
        ("Step", 0, 3),
    ]
    assert math.isnan(found.standings[2].median)
    found = judged(Constant=[0.4, 0.41, 0.4], Exponential=[0.3, 0.31, None])
    assert found.winner is None
    assert found.sentence == (
        "No winner: Exponential has the lowest final validation loss, 0.305 (0.300 to 0.310 over 2 seeds), "
        "but 1 of 3 seeds diverged."
    )
    assert judged(Constant=[None], Step=[None]).sentence == (
        "No run was completed. Constant diverged. Step diverged."
    )
    assert judged(Constant=[0.4], Step=[None]).sentence == (
        "No winner: only Constant has a final validation loss, 0.400. Step diverged."
    )


def test_a_lane_alone_has_an_end_and_no_rival():
    assert judged(Constant=[0.4]).sentence == "The final validation loss is 0.400."
    found = judged(Constant=[0.4, 0.42, 0.43])
    assert found.sentence == "The final validation loss is 0.420 (0.400 to 0.430 over 3 seeds)."
    assert found.winner is None


def test_of_accuracies_the_highest_is_best():
    found = judged("val_accuracy", Constant=[0.85, 0.86, 0.85], Exponential=[0.88, 0.89, 0.885])
    assert found.winner == "Exponential"
    assert found.sentence == (
        "Exponential has the highest final validation accuracy, 88.50% (88.00% to 89.00% over 3 seeds), and "
        "no other lane's range reaches it."
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
def test_a_winner_is_named_only_where_no_other_seed_comes_near(ends):
    lanes = dict(zip(NAMES, ends, strict=False))
    found = judged(**lanes)
    medians = [standing.median for standing in found.standings]
    assert medians == sorted(medians)
    best = found.standings[0].name
    others = [end for name in lanes if name != best for end in lanes[name]]
    several = all(len(lane) >= LEAST for lane in ends)
    clear = several and others and max(lanes[best]) < min(others)
    assert found.winner == (best if clear else None)
    assert all(name in found.sentence for name in [found.winner] if name)
    turned = judged("val_accuracy", **{name: [1 - end for end in lane] for name, lane in lanes.items()})
    assert (turned.winner is None) == (found.winner is None)
