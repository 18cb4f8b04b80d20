"""Claims: every verdict comes from numbers, so that other numbers give another one."""

import math
from dataclasses import replace

import pytest

from lrlab.lessons.claims import CLAIMS, VERDICTS
from lrlab.lessons.course import LESSONS
from lrlab.lessons.evidence import Evidence, evidence
from lrlab.lessons.recipes import RECIPES
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from tests.lessons.test_swept import SAME, around, sweep

BY_ID = {claim.id: claim for claim in CLAIMS}


def result(recipe, seed=1, val_loss=0.5, val_accuracy=0.85, losses=None, lr=0.01, **kwargs):
    name, spec = RECIPES[recipe]
    losses = losses or [1.0, 0.6, 0.5]
    epochs = tuple(
        Epoch(n, lr, lr, loss, 0.8, val_loss, val_accuracy, 0.1, 1.0, 0.001) for n, loss in enumerate(losses)
    )
    values = {"test_loss": val_loss, "test_accuracy": val_accuracy, "data": "fashion-mnist"}
    return Result(name, epochs, spec.with_seed(seed), **(values | kwargs))


def seeds(recipe, *ends, **kwargs):
    """A result a seed; each of `ends` is a final validation loss and accuracy."""
    return tuple(
        result(recipe, seed, loss, accuracy, **kwargs) for seed, (loss, accuracy) in enumerate(ends, 1)
    )


def test_every_claim_has_a_lesson_that_trains_some_of_its_recipes():
    lessons = {lesson.id: lesson for lesson in LESSONS}
    for claim in CLAIMS:
        trained = {*lessons[claim.lesson].recipes}
        assert {*claim.recipes} & trained or not (claim.recipes or trained), "or both are about the sweep"


def judged(claim, **lanes):
    lanes = {recipe.replace("_", "-"): results for recipe, results in lanes.items()}
    return BY_ID[claim].judge(Evidence(lanes)).verdict


BETTER = [(0.3, 0.9), (0.31, 0.91), (0.32, 0.92)]
WORSE = [(0.5, 0.85), (0.52, 0.86), (0.51, 0.855)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_recorded_numbers_give_a_verdict_and_a_sentence(claim):
    judgement = claim.judge(evidence(claim.recipes, []))
    assert judgement.verdict in VERDICTS
    assert judgement.sentence
    assert "nan" not in judgement.sentence


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (BETTER, WORSE, "holds"),
        (WORSE, BETTER, "does not hold"),
        ([(0.3, 0.85), (0.31, 0.86), (0.32, 0.86)], WORSE, "holds in loss but not in accuracy"),
        ([(0.3, 0.9), (0.51, 0.91), (0.3, 0.9)], WORSE, "not decided"),
        (BETTER[:1], WORSE[:1], "not decided"),
        (BETTER[:2], WORSE[:2], "not decided"),
    ],
)
def test_one_schedule_beats_another_only_in_every_seed(first, second, verdict):
    lanes = {"exponential": seeds("exponential", *first), "constant": seeds("constant", *second)}
    assert judged("exponential", **lanes) == verdict


def test_a_side_that_diverged_does_not_win():
    lost = replace(result("step", 2, math.nan), status="diverged")
    lanes = {"step": (*seeds("step", *BETTER), lost), "constant": seeds("constant", *WORSE)}
    assert judged("step", **lanes) == "not decided"


@pytest.mark.parametrize(("lr", "verdict"), [(0.0286, "does not hold"), (0.099, "holds")])
def test_the_first_epoch_is_judged_by_the_rate_that_was_held(lr, verdict):
    lanes = {"keras_decay": (result("keras-decay", lr=lr),), "keras_decay_epochs": ()}
    assert judged("first-epoch", **lanes) == verdict
    none = {"keras_decay": (result("keras-decay", losses=[1.0]),), "keras_decay_epochs": ()}
    assert judged("first-epoch", **none) == "not decided"


@pytest.mark.parametrize(("stop", "verdict"), [(38, "holds"), (60, "does not hold")])
def test_where_learning_stops_is_read_from_the_training_loss(stop, verdict):
    losses = [1 - 0.9 * min(n, stop) / stop for n in range(100)]
    runs = tuple(result("compounding", seed, losses=losses) for seed in (1, 2))
    assert judged("stop-coded", compounding=runs) == verdict
    assert judged("stop-coded", compounding=runs[:1]) == "not decided", "one seed"


def test_seeds_that_disagree_on_where_it_stops_decide_nothing():
    runs = [
        result("compounding", losses=[1 - 0.9 * min(n, stop) / stop for n in range(100)]) for stop in (38, 60)
    ]
    assert judged("stop-coded", compounding=tuple(runs)) == "not decided"


def raced(loss_step, accuracy_step, spread=0.001):
    recipes = BY_ID["choice"].recipes
    return {
        recipe.replace("-", "_"): seeds(
            recipe,
            *(
                (0.4 + loss_step * at + spread * seed, 0.8 + accuracy_step * at + spread * seed)
                for seed in range(3)
            ),
        )
        for at, recipe in enumerate(recipes)
    }


@pytest.mark.parametrize(
    ("lanes", "verdict"),
    [
        (raced(0.1, 0.01), "holds"),
        (raced(0.1, 0), "holds in loss but not in accuracy"),
        (raced(0, 0), "does not hold"),
    ],
)
def test_schedules_decide_where_they_differ_by_more_than_seeds(lanes, verdict):
    assert judged("choice", **lanes) == verdict


def test_two_seeds_do_not_tell_whether_schedules_decide():
    assert judged("choice", **{k: v[:2] for k, v in raced(0.1, 0.1).items()}) == "not decided"


@pytest.mark.parametrize(
    ("adam", "verdict"),
    [
        ([(0.1, 0.95), (0.11, 0.96), (0.1, 0.95)], "holds"),
        ([(0.1, 0.801), (0.11, 0.802), (0.1, 0.801)], "holds in loss but not in accuracy"),
        ([(1.1, 0.95), (1.2, 0.96), (1.1, 0.95)], "does not hold"),
        ([(0.1, 0.95)], "not decided"),
    ],
)
def test_adam_ends_better_only_ahead_of_all(adam, verdict):
    assert judged("adam", **raced(0.1, 0), adam=seeds("adam", *adam)) == verdict


@pytest.mark.parametrize(
    ("more", "verdict"), [(BETTER, "does not hold"), (WORSE, "not decided"), (WORSE[:1], "not decided")]
)
def test_a_baseline_is_comparable_if_more_images_change_nothing(more, verdict):
    lanes = {"constant_more": seeds("constant-more", *more), "constant": seeds("constant", *WORSE)}
    assert judged("baseline", **lanes) == verdict


@pytest.mark.parametrize(
    ("small", "large", "verdict"),
    [
        ([1.9, 1.8, 1.7], 0.1, "holds"),
        ([1.0, 0.5, 0.2], 0.1, "does not hold"),
        ([1.9, 1.8, 1.7], 0.8, "does not hold"),
    ],
)
def test_the_effect_of_the_rate_is_read_from_all_three(small, large, verdict):
    lanes = {
        "too_small": [result("too-small", seed, losses=small) for seed in (1, 2)],
        "good": [result("good", seed) for seed in (1, 2)],
        "too_large": [result("too-large", seed, val_accuracy=large) for seed in (1, 2)],
    }
    assert judged("three-rates", **lanes) == verdict
    one = {recipe: results[:1] for recipe, results in lanes.items()}
    assert judged("three-rates", **one) == "not decided"


@pytest.mark.parametrize(("status", "verdict"), [("completed", "holds"), ("diverged", "does not hold")])
def test_a_rate_of_one_half_is_safe_only_if_no_run_overflows(status, verdict):
    claim = BY_ID["safe-start"]
    lanes = {recipe: seeds(recipe, *WORSE) for recipe in claim.recipes}
    first = claim.recipes[0]
    lanes[first] = (*lanes[first][:2], replace(lanes[first][2], status=status))
    assert claim.judge(Evidence(lanes)).verdict == verdict


@pytest.mark.parametrize(
    ("exponential", "step", "verdict"),
    [
        (around(0.3), around(0.5), "holds"),
        (around(0.5), around(0.3), "does not hold"),
        (around(0.4), around(0.4001), "not decided"),
        (around(0.3, 2), around(0.5, 2), "not decided"),
        ((), (), "not decided"),
    ],
)
def test_which_schedule_is_best_is_judged_with_each_at_its_own_best_rate(exponential, step, verdict):
    fresh = {"Exponential": exponential, "Step": step, "Constant": around(0.6, len(step)), "Adam": step}
    found = Evidence({}, sweep=sweep(SAME, fresh))
    assert BY_ID["best"].judge(found).verdict == verdict
    assert BY_ID["best"].judge(Evidence({})).verdict == "not decided"
