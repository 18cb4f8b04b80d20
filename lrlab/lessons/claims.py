"""The article's claims, and claims that its comparison suggests, each with a verdict from the numbers."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from lrlab.analysis import MEASURES, LearningStopped, StillFalling
from lrlab.lessons.evidence import (
    GUESSING,
    Evidence,
    crawling,
    end_text,
    learned_nothing,
    learning,
    lived,
    name,
    several,
    share,
    signs,
    standing,
    stopping,
    versus,
    writer,
)
from lrlab.lessons.lesson import amount, spread
from lrlab.lessons.recipes import HAND_SET, RECIPES
from lrlab.lessons.swept import leads

VERDICTS = ("holds", "holds in loss but not in accuracy", "does not hold", "not decided")
HOLDS, IN_LOSS, FAILS, OPEN = VERDICTS
FROM_HALF = tuple(
    id for id, (_, spec) in RECIPES.items() if getattr(spec.schedule, "initial_lr", None) == 0.5
)
STOP, NEAR = 38, 5  # epochs
RISES = 0.25  # of the epochs, and the loss oscillates


@dataclass(frozen=True)
class Judgement:
    """One of VERDICTS, and one or two sentences with the numbers for it."""

    verdict: str
    sentence: str


@dataclass(frozen=True)
class Claim:
    """A claim in our words, its recipes, and the function that judges it by evidence on them.

    One without recipes is judged by the recorded sweep. `lesson` is the id of the lesson about it.
    """

    id: str
    text: str
    recipes: tuple[str, ...]
    judge: Callable[[Evidence], Judgement]
    lesson: str


def _beats(id, text, lesson, first, *others):
    """The claim that a recipe ends better than each of the others."""

    def judge(found):
        loss, accuracy = (_against(found, first, others, f"val_{what}") for what in ("loss", "accuracy"))
        return Judgement(_of_both(loss[0], accuracy[0]), f"{loss[1]} {accuracy[1]}")

    return Claim(id, text, (first, *others), judge, lesson)


def _against(found, first, others, measure):
    """Ahead of all (1), behind any (-1) or neither (0), with a sentence."""
    if len(others) == 1:
        return versus(found, first, others[0], measure)
    if not several(found, (first, *others)):
        few = "some schedule has fewer than the three seeds needed to decide"
        return 0, f"In {MEASURES[measure]}, {few}."
    found_signs = signs(found, first, others, measure)
    sign = -1 if -1 in found_signs.values() else min(found_signs.values())
    groups = {
        words: [name(other) for other in others if found_signs[other] == side]
        for side, words in ((1, "ahead of"), (-1, "behind"), (0, "not distinguishable from"))
    }
    parts = [f"{words} {', '.join(names)}" for words, names in groups.items() if names]
    lane = standing(found, first, measure)
    end = end_text(lane, writer(measure, [lane.low, lane.high]))
    return sign, f"In {MEASURES[measure]}, {lane.name} has {end}: {'; '.join(parts)}."


def _of_both(loss, accuracy):
    """The verdict on "ends better", from the signs of the comparisons in loss and in accuracy."""
    if loss > 0:
        return HOLDS if accuracy > 0 else IN_LOSS
    return FAILS if -1 in (loss, accuracy) else OPEN


def _three_rates(found):
    """It holds if all three parts hold in every seed; it fails if one part fails in every seed."""
    crawls, sentence = crawling(found)
    good, large = found.results["good"], found.results["too-large"]
    converged = [not learned_nothing(run) and not _oscillates(run) for run in good]
    overflowed = [run.status == "diverged" for run in large]
    failed = [run.status == "diverged" or _oscillates(run) or learned_nothing(run) for run in large]
    sentence = (
        f"{sentence} At 0.1 the loss falls steadily in {share(sum(converged), good)}. At 1 it overflows in "
        f"{share(sum(overflowed), large)}, and it oscillates or the network only guesses ({GUESSING:.0%} "
        f"accuracy) in {share(sum(failed) - sum(overflowed), large)}."
    )
    if min(len(found.results[recipe]) for recipe in ("too-small", "good", "too-large")) < 2:
        return Judgement(OPEN, f"{sentence} One seed is too few to decide.")
    if crawls and all(converged) and all(failed):
        return Judgement(HOLDS, sentence)
    return Judgement(FAILS if not (crawls and any(converged) and any(failed)) else OPEN, sentence)


def _oscillates(run):
    losses = [epoch.loss for epoch in lived(run)]
    rises = sum(after > before for before, after in pairwise(losses))
    return rises > RISES * max(len(losses) - 1, 1)


def _first_epoch(found):
    begun = [run.epochs[1].lr for run in found.results["keras-decay"] if len(run.epochs) > 1]
    if not begun:
        return Judgement(OPEN, "No run reached its second epoch.")
    said_rate = RECIPES["keras-decay-epochs"][1].plan.epoch_rates()[1]
    agrees = all(math.isclose(rate, said_rate, rel_tol=1e-2) for rate in begun)
    return Judgement(
        HOLDS if agrees else FAILS,
        f"The optimizer began its second epoch with {begun[0]:.3g}. The formula gives {said_rate:.3g} if "
        "t counts epochs, but Keras counted updates.",
    )


def _stops(recipe):
    """Whether training loss stops falling near epoch STOP, in each seed with a clear result."""

    def judge(found):
        told = [near for run in found.results[recipe] if (near := _near(run)) is not None]
        sentence = (
            f"{stopping(found, recipe)} Of {len(told)} seeds with a clear result, {sum(told)} stopped "
            f"learning within {NEAR} epochs of epoch {STOP}, counted from 0."
        )
        if len(told) < 2:
            return Judgement(OPEN, sentence)
        return Judgement(HOLDS if all(told) else OPEN if any(told) else FAILS, sentence)

    return judge


def _near(run):
    """Whether a run stopped learning near epoch STOP; None if it ended too early or is too noisy."""
    seen = learning(run)
    if stopped := seen.get(LearningStopped):
        return abs(stopped.epoch - STOP) <= NEAR
    return False if seen.get(StillFalling) and len(lived(run)) > STOP + NEAR else None


def _choice_decides(found):
    """Whether schedules differ by more than seeds do, even without the most extreme schedule."""
    if not several(found, HAND_SET):
        return Judgement(
            OPEN, "Some schedule has fewer than the three finished seeds that are needed to decide."
        )
    parts = {measure: _decides(found, measure) for measure in ("val_loss", "val_accuracy")}
    (loss, in_loss), (accuracy, in_accuracy) = parts.values()
    verdict = HOLDS if loss and accuracy else IN_LOSS if loss else FAILS
    return Judgement(verdict, f"{in_loss} {in_accuracy}")


def _decides(found, measure):
    ends = {recipe: standing(found, recipe, measure).median for recipe in HAND_SET}
    middle = median(ends.values())
    odd = max(ends, key=lambda recipe: abs(ends[recipe] - middle))
    between, within = spread(found, HAND_SET, measure)
    without, _ = spread(found, [recipe for recipe in HAND_SET if recipe != odd], measure)
    write = (amount(measure, value) for value in (between, without, within))
    return without > within, (
        "In {what}, the medians of the schedules differ by up to {}, or {} without {odd}. The seeds of "
        "one schedule differ by up to {}."
    ).format(*write, what=MEASURES[measure], odd=name(odd))


def _same_images(found):
    """Whether 4,000 more training images change the score on the same test images."""
    loss, accuracy = (
        versus(found, "constant-more", "constant", f"test_{what}") for what in ("loss", "accuracy")
    )
    more, fewer = (RECIPES[recipe][1] for recipe in ("constant-more", "constant"))
    differs = loss.sign or accuracy.sign
    return Judgement(
        FAILS if differs else OPEN,
        f"At the same rate, {more.fit_images:,} training images instead of {fewer.fit_images:,} "
        f"{'change' if differs else 'do not visibly change'} the score. {loss.sentence} {accuracy.sentence}",
    )


def _safe_start(found):
    runs = [run for recipe in FROM_HALF for run in found.results[recipe]]
    lost = [recipe for recipe in FROM_HALF if any(r.status == "diverged" for r in found.results[recipe])]
    count = sum(run.status == "diverged" for run in runs)
    sentence = f"Of {len(runs)} runs that start at 0.5, {count} overflowed"
    if lost:
        seeds = ", ".join(
            f"{share(standing(found, recipe, 'val_loss').diverged, found.results[recipe])} of {name(recipe)}"
            for recipe in lost
        )
        return Judgement(FAILS, f"{sentence}: {seeds}.")
    return Judgement(HOLDS if several(found, FROM_HALF) else OPEN, f"{sentence}.")


def _exponential_is_best(found):
    if found.sweep is None:
        return Judgement(OPEN, "There is no sweep.")
    loss, accuracy = (leads(found.sweep, "Exponential", f"val_{what}") for what in ("loss", "accuracy"))
    sentence = f"Here each schedule has its own best rate. {loss.sentence} {accuracy.sentence}"
    return Judgement(_of_both(loss.sign, accuracy.sign), sentence)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "three-rates",
        "With a rate that is too small, training is very slow. With a rate that is too large, the loss "
        "oscillates or overflows. With a good rate, training converges.",
        ("too-small", "good", "too-large"),
        _three_rates,
        "learning-rate",
    ),
    Claim(
        "first-epoch",
        "Keras's built-in decay of 0.01 lowers a rate of 0.1 to 0.099 in the first epoch.",
        ("keras-decay",),
        _first_epoch,
        "built-in-decay",
    ),
    Claim(
        "stop-coded",
        "With time-based decay as the article codes it, learning stops at about epoch 38.",
        ("compounding",),
        _stops("compounding"),
        "time-based",
    ),
    Claim(
        "stop-stated",
        "With time-based decay as its formula states it, learning stops at about epoch 38.",
        ("time-based",),
        _stops("time-based"),
        "time-based",
    ),
    _beats(
        "keras-decay",
        "Keras's built-in decay beats the constant baseline.",
        "built-in-decay",
        "keras-decay",
        "constant",
    ),
    _beats("polynomial", "Linear decay beats the constant baseline.", "polynomial", "polynomial", "constant"),
    _beats(
        "time-based", "Time-based decay beats the constant baseline.", "time-based", "compounding", "constant"
    ),
    _beats(
        "exponential",
        "Exponential decay beats the constant baseline.",
        "exponential",
        "exponential",
        "constant",
    ),
    _beats("step", "Step decay beats the constant baseline.", "step", "step", "constant"),
    Claim("best", "Exponential decay performs best.", (), _exponential_is_best, "shape-or-rate"),
    Claim("choice", "The choice of the schedule decides the result.", HAND_SET, _choice_decides, "race"),
    _beats(
        "adam",
        "Adam, an adaptive optimizer, ends better than SGD with a schedule set by hand.",
        "adam",
        "adam",
        *(recipe for recipe in HAND_SET if recipe != "constant"),
    ),
    Claim(
        "baseline",
        "A baseline trained on 20,000 images can be compared with schedules trained on 16,000.",
        ("constant", "constant-more"),
        _same_images,
        "constant",
    ),
    Claim(
        "safe-start",
        "An initial rate of 0.5 is safe if the schedule lowers it afterwards.",
        FROM_HALF,
        _safe_start,
        "time-based",
    ),
)
