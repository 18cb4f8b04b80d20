"""Schedules of a sweep at the article's rates and at their own best, judged by their fresh seeds."""

import math

import pytest

from lrlab.lessons.recorded_sweep import RecordedSweep
from lrlab.lessons.swept import article_rate, leads, tried_and_best
from lrlab.optimizers import Adam
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun
from lrlab.schedules import Constant, ExponentialDecay, StepDecay

SPECS = {
    "Constant": RunSpec(Constant()),
    "Step": RunSpec(StepDecay()),
    "Exponential": RunSpec(ExponentialDecay()),
    "Adam": RunSpec(Constant(), optimizer=Adam()),
}
PEAKS = (0.01, 0.1, 0.4)


def sweep(found, fresh=None):
    """A sweep with the final losses in `found`: a row a schedule, a number a peak rate, or one for each seed.

    A loss of None is a run that diverged. `fresh` are those of the confirming seeds, by schedule; they are at
    the peak rate with the lowest loss. The accuracy is 1 less the loss.
    """
    runs, candidates = [], []

    def add(name, peak, seed, role, loss):
        status = "completed" if loss else "diverged"
        accuracy = None if loss is None else 1 - loss
        runs.append(SweptRun(-1 - len(runs), name, peak, seed, role, status, 1, loss, loss, accuracy))

    for name, losses in found.items():
        candidates.append(Candidate(name, SPECS[name], PEAKS[: len(losses)]))
        rows = [loss if isinstance(loss, tuple) else (loss,) * 3 for loss in losses]
        for peak, seeds in zip(PEAKS, rows, strict=False):
            for seed, loss in enumerate(seeds, 1):
                add(name, peak, seed, SEARCH, loss)
        best = min(range(len(rows)), key=lambda at: math.inf if None in rows[at] else sum(rows[at]))
        for seed, loss in enumerate((fresh or {}).get(name, ()), 11):
            add(name, PEAKS[best], seed, CONFIRM, loss)
    return RecordedSweep(Sweep(tuple(candidates), (1, 2, 3)), tuple(runs), {}, {}, "fashion-mnist", "", {})


def around(middle, seeds=5):
    """Final losses that differ a little from seed to seed, and not in the same way."""
    return tuple(middle + 0.002 * math.sin(1e5 * middle + 2 * seed) for seed in range(seeds))


def test_a_schedule_has_the_swept_rate_nearest_to_the_articles_and_its_own_best():
    found = sweep(
        {"Constant": (0.5, 0.4, 0.6), "Step": (0.7, 0.3, (0.4, 0.9, None)), "Adam": (None, None)},
        {"Constant": (0.42, 0.42), "Step": (0.33, 0.35)},
    )
    step, constant, adam = tried_and_best(found)
    assert (step.name, step.rate, step.best_rate) == ("Step", 0.4, 0.1)
    assert step.loss == pytest.approx(0.6), "of the seeds that ended"
    assert step.diverged == pytest.approx(1 / 3)
    assert step.best_loss == pytest.approx(math.sqrt(0.33 * 0.35)), "of the fresh seeds"
    assert (constant.name, constant.rate, constant.best_rate) == ("Constant", 0.01, 0.1)
    assert (constant.loss, constant.best_loss) == (pytest.approx(0.5), pytest.approx(0.42))
    assert adam == ("Adam", 0.01, None, 1.0, None, None)


def test_the_articles_rates():
    rates = {name: article_rate(Candidate(name, spec, (0.1,))) for name, spec in SPECS.items()}
    assert rates == {"Constant": 0.01, "Step": 0.5, "Exponential": 0.5, "Adam": 0.001}


SAME = {name: (0.9, 0.5) for name in SPECS}


@pytest.mark.parametrize(
    ("exponential", "step", "sign", "words"),
    [
        (0.3, 0.5, 1, "Exponential has the lowest final validation loss"),
        (0.5, 0.3, -1, "lower than Exponential, the closest lane"),
        (0.9, 0.3, -1, "Exponential has 0.90"),
        (0.4, 0.4001, 0, "No winner"),
    ],
)
def test_a_schedule_leads_if_the_fresh_seeds_say_so(exponential, step, sign, words):
    fresh = {"Exponential": around(exponential), "Step": around(step), "Constant": around(0.6)}
    found = leads(sweep(SAME, fresh | {"Adam": around(0.1)}), "Exponential", "val_loss")
    assert found.sign == sign, found.sentence
    assert words in found.sentence
    assert "Adam" not in found.sentence, "it is no schedule"


def test_what_would_be_decided_alone_may_be_chance_among_many_comparisons():
    fresh = {"Step": (0.4,) * 5, "Constant": (0.4001, 0.3999, 0.4001, 0.3999, 0.4)}
    found = leads(
        sweep(SAME, fresh | {"Exponential": (0.402, 0.405, 0.4012, 0.406, 0.4035)}), "Exponential", "val_loss"
    )
    assert found.sign == 0
    assert "with so many comparisons, this difference may be chance" in found.sentence


def test_without_fresh_seeds_nobody_leads():
    assert leads(sweep(SAME), "Exponential", "val_loss") == (0, "No confirming run has ended.")
    lost = {name: (None,) * 5 for name in SPECS}
    assert leads(sweep(SAME, lost), "Exponential", "val_loss").sign == 0


def test_one_fresh_seed_decides_nothing():
    fresh = {"Exponential": (0.3,), "Step": (0.5,)}
    assert leads(sweep(SAME, fresh), "Exponential", "val_loss").sign == 0
