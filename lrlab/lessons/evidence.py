"""Evidence for lessons and claims: the reader's own runs of some recipes, or the recorded runs."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from lrlab.analysis import (
    LEAST,
    MEASURES,
    Findings,
    LearningStopped,
    Standing,
    StillFalling,
    Verdict,
    differences,
    end,
    findings,
    holm,
    in_words,
    verdict,
)
from lrlab.datasets import AUTO
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.recorded_sweep import RecordedSweep, recorded_sweep
from lrlab.lessons.reference import recorded
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec

CLASSES = AUTO[0].class_count
GUESSING = 1 / CLASSES
_IDS = {spec.recipe: id for id, (_, spec) in RECIPES.items()}


@dataclass(frozen=True)
class Evidence:
    """The results of some recipes, by recipe id: one result per seed, all on one data set; or a `sweep`.

    `source` is "recorded" or "yours"; `data` is the name of the data set.
    """

    results: dict[str, tuple[Result, ...]]
    source: str = "recorded"
    data: str = AUTO[0].name
    sweep: RecordedSweep | None = None

    @property
    def is_strong(self) -> bool:
        """Whether every recipe has as many seeds as a verdict needs."""
        return all(len(results) >= LEAST for results in self.results.values())


class Comparison(NamedTuple):
    """`sign` is 1 if the first lane is ahead, -1 if it is behind, 0 if undecided; `sentence` says why."""

    sign: int
    sentence: str


@lru_cache(maxsize=4096)
def recipe_of(spec: RunSpec | None) -> str | None:
    """The id of a run's recipe, with any seed and data set; None if its recipe is not one of RECIPES."""
    return _IDS.get(spec.recipe) if spec else None


def evidence(recipes: Sequence[str], own: Sequence[Result]) -> Evidence:
    """The evidence on the recipes with these ids: the reader's `own` results if strong, or the recorded ones.

    Weaker evidence never takes the place of stronger evidence. Results of both are never mixed. Where there
    is no recipe, the evidence is the recorded sweep.
    """
    if not recipes:
        found_sweep = recorded_sweep()
        return Evidence({}, data=found_sweep.data, sweep=found_sweep)
    found = own_evidence(recipes, own)
    return found if found and found.is_strong else Evidence(_by_recipe(recipes, recorded()))


def own_evidence(recipes: Sequence[str], own: Sequence[Result]) -> Evidence | None:
    """The evidence in the reader's `own` results, or None if a recipe has none, or there is no recipe.

    A result counts if it is finished and had no rate set by hand; of each seed the newest. All are on one
    data set: the one with strong evidence, or else Fashion-MNIST before the synthetic one.
    """
    if not recipes:
        return None
    complete = []
    for data in (each.name for each in AUTO):  # the preferred one first
        found = _by_recipe(recipes, [result for result in own if result.data == data])
        if all(found.values()):
            complete.append(Evidence(found, "yours", data))
    return next((each for each in complete if each.is_strong), complete[0] if complete else None)


def name(recipe: str) -> str:
    """The name of a recipe within a sentence."""
    head, *rest = RECIPES[recipe][0].split(", ", 1)
    return f"{head} ({rest[0]})" if rest else head


def judged(found: Evidence, recipes: Sequence[str], measure: str) -> Verdict:
    """The verdict on the final values of the recipes; `measure` is one of MEASURES."""
    return verdict(_lanes(found, recipes, measure), measure, CLASSES)


def standing(found: Evidence, recipe: str, measure: str) -> Standing:
    """The final values of one recipe's seeds."""
    return judged(found, [recipe], measure).standings[0]


def versus(found: Evidence, first: str, second: str, measure: str) -> Comparison:
    """Compare the final values of two recipes by the rules of a verdict; the sentence gives the numbers."""
    one, two = (standing(found, recipe, measure) for recipe in (first, second))
    (sign,) = signs(found, first, [second], measure).values()
    write = writer(measure, [end for lane in (one, two) for end in (lane.low, lane.high)])
    ends = f"{one.name} has {end_text(one, write)} and {two.name} {end_text(two, write)}"
    apart = _apart(found, first, [second], measure).get(second)
    return Comparison(sign, f"In {MEASURES[measure]}, {ends}: {_why(sign, one, two, apart, measure)}.")


def signs(found: Evidence, first: str, others: Sequence[str], measure: str) -> dict[str, int]:
    """For each other recipe: 1 if the first recipe is ahead of it, -1 if it is behind, 0 if undecided.

    If it is ahead of all, each single test holds. Otherwise each statement is one of several, and takes
    Holm's correction. A recipe is never ahead if one of its seeds diverged.
    """
    apart = _apart(found, first, others, measure)
    better = 1 if measure.endswith("accuracy") else -1
    raw = {other: better * apart[other].sign if other in apart else 0 for other in others}
    for other in others:
        ahead = {1: first, -1: other}.get(raw[other])
        if ahead and standing(found, ahead, measure).diverged:
            raw[other] = 0
    if all(sign == 1 for sign in raw.values()):
        return raw
    decided = dict(zip(apart, holm([each.p for each in apart.values()]), strict=True))
    return {other: sign if decided.get(other) else 0 for other, sign in raw.items()}


def several(found: Evidence, recipes: Iterable[str]) -> bool:
    """Whether each recipe has as many finished seeds as a verdict needs."""
    return all(standing(found, recipe, "val_loss").finished >= LEAST for recipe in recipes)


def end_text(lane: Standing, write: Callable[[float], str] | None = None) -> str:
    """The mean of a lane's final values, with their range and their number."""
    if not lane.finished:
        of = f"{lane.seeds} seed{'s' * (lane.seeds != 1)}"
        return f"none ({lane.diverged} of {of} diverged)" if lane.diverged else "none"
    write = write or writer("", [lane.low, lane.high])
    more = f"; {lane.diverged} more diverged" if lane.diverged else ""
    if lane.finished == 1:
        return f"{write(lane.mean)} (one seed{more})"
    return f"{write(lane.mean)} ({write(lane.low)} to {write(lane.high)} over {lane.finished} seeds{more})"


def writer(measure: str, values: Sequence[float]) -> Callable[[float], str]:
    """A function that formats a measure's value with enough digits to distinguish these values."""
    known = {value for value in values if math.isfinite(value)}
    form, most = ("{:.%d%%}", 4) if measure.endswith("accuracy") else ("{:#.%dg}", 5)
    forms = [form % digits for digits in range(most - 2, most + 1)]
    told_apart = (f for f in forms if len({f.format(value) for value in known}) == len(known))
    form = next(told_apart, forms[0])
    return form.format


def lived(result: Result) -> tuple[Epoch, ...]:
    """The epochs of a run before its loss stopped being finite."""
    lost = (at for at, epoch in enumerate(result.epochs) if not math.isfinite(epoch.loss))
    return result.epochs[: next(lost, len(result.epochs))]


def learning(result: Result) -> Findings:
    """The findings on a run's curves; if the run diverged, on the epochs before that."""
    return findings(lived(result), "completed")


def learned_nothing(result: Result) -> bool:
    """Whether a run overflowed, or ended with at most twice the accuracy of guessing."""
    ended = result.status == "completed" and result.epochs
    return not (ended and result.epochs[-1].val_accuracy > 2 * GUESSING)


def crawling(found: Evidence) -> tuple[bool, str]:
    """Whether, in all seeds, the small rate ends above the good rate's loss after one epoch; in words."""
    small = [run.epochs[-1].loss for run in found.results["too-small"] if lived(run)]
    good = [run.epochs[0].loss for run in found.results["good"] if lived(run)]
    if not small or not good:
        return False, "One of the rates 0.0001 and 0.1 has no known loss."
    sentence = (
        f"After {RECIPES['too-small'][1].epochs} epochs at a rate of 0.0001 the training loss is "
        f"{median(small):.3g}; at 0.1 it is {median(good):.3g} after the first epoch."
    )
    return min(small) > max(good), sentence


def stopping(found: Evidence, recipe: str) -> str:
    """A sentence on a recipe's training loss: how many seeds stopped falling, kept falling, or overflowed."""
    runs = found.results[recipe]
    known = [learning(run) for run in runs if run.status == "completed"]
    stopped = [at for each in known if (at := each.get(LearningStopped))]
    kept = sum(each.get(StillFalling) is not None for each in known)
    over = sorted(len(lived(run)) for run in runs if run.status == "diverged")
    parts = []
    if stopped:
        epochs = over_seeds([each.epoch + 1 for each in stopped])
        rate = median(at.rate for at in stopped if at.rate is not None)
        seeds = f" in {share(len(stopped), runs)}" if len(stopped) < len(runs) else ""
        parts.append(f"stops falling{seeds} after {epochs} epochs, at a rate of {rate:.2g}")
    if kept:
        parts.append(f"falls to the end in {share(kept, runs)}")
    if over:
        parts.append(f"overflows in {share(len(over), runs)}, after {' and '.join(map(str, over))} epochs")
    return f"The training loss of {name(recipe)} {'; it '.join(parts) or 'shows no clear trend'}."


def share(some: int, runs: Sequence[Result]) -> str:
    """A number of runs out of some runs, in words."""
    return f"{some} of {len(runs)} seed{'s' * (len(runs) != 1)}"


def over_seeds(values: Sequence[float]) -> str:
    """The median of some whole numbers, and their range if they differ."""
    middle = f"{median(values):g}"
    return f"{middle} ({min(values):g} to {max(values):g})" if min(values) < max(values) else middle


def _by_recipe(recipes, results):
    newest = {recipe: {} for recipe in recipes}
    for result in sorted(results, key=lambda result: result.created or 0):
        recipe = recipe_of(result.spec)
        if recipe in newest and will_do(result):
            newest[recipe][result.spec.seed] = result
    return {recipe: tuple(result for _, result in sorted(seeds.items())) for recipe, seeds in newest.items()}


def will_do(result: Result) -> bool:
    """Whether a run can be evidence: it had no rate set by hand, and has all that a run has at its end.

    One from a file may lack anything.
    """
    if result.has_manual_rate or result.spec is None:
        return False
    if result.status == "diverged":
        return bool(result.epochs)
    known = (value for e in result.epochs for value in (e.lr, e.loss, e.val_loss, e.accuracy, e.val_accuracy))
    whole = result.status == "completed" and len(result.epochs) == result.spec.epochs
    return whole and all(map(math.isfinite, known))


def _lanes(found, recipes, measure):
    return {name(recipe): [end(result, measure) for result in found.results[recipe]] for recipe in recipes}


def _apart(found, first, others, measure):
    """The difference of the first recipe to each other one that has enough seeds."""
    known = differences(name(first), _lanes(found, (first, *others), measure), measure, CLASSES)
    return {other: known[name(other)] for other in others if name(other) in known}


def _why(sign, one, two, apart, measure):
    if not one.finished and not two.finished:
        return "there is nothing to compare"
    if apart is None:
        return "at least three seeds each are needed to decide"
    amount, interval = in_words(apart, measure)
    if sign:
        ahead, behind = (one, two) if sign > 0 else (two, one)
        if not behind.finished:
            return f"{ahead.name} is ahead, because every seed of {behind.name} diverged"
        return f"{ahead.name} is ahead. {one.name} is {amount} (95 % interval: {interval})"
    if one.diverged or two.diverged:
        return "this is undecided, because not every seed ended"
    return f"the difference may be chance (95 % interval: {interval})"
