"""The ranking of the lanes of a race at its end, and its winner."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, median
from typing import NamedTuple

from lrlab.analysis.difference import LEAST, Difference, difference
from lrlab.runs.records import ACTIVE, last_validated
from lrlab.runs.result import Result

FEW = {1: "one seed", 2: "two seeds"}
MEASURES = {
    "loss": "final training loss",
    "val_loss": "final validation loss",
    "val_accuracy": "final validation accuracy",
    "test_loss": "test loss",
    "test_accuracy": "test accuracy",
}
RANKED = ("val_loss", "val_accuracy")  # what a verdict is about


class End(NamedTuple):
    """How one seed ended: its status, its final value of a measure, and the seed; None if not known.

    The value is that of `epoch`, from 0; `is_late` says that epochs without a value follow. A test has none.
    """

    status: str
    value: float | None
    seed: int | None = None
    epoch: int | None = None
    is_late: bool = False


def end(result: Result, measure: str) -> End:
    """How a run ended in one of MEASURES: at its last epoch, when it was last validated, or in its test.

    The validation of a completed run that was never validated is not known.
    """
    seed = result.spec.seed if result.spec else None
    if not result.epochs:
        return End(result.status, None, seed)
    if measure.startswith("test"):
        return End(result.status, getattr(result, measure), seed)
    last = result.epochs[-1]
    validated = last_validated(result.epochs) if measure.startswith("val") else last
    if validated is None and result.status == "completed":
        return End(result.status, None, seed)
    source = validated or last
    return End(result.status, getattr(source, measure), seed, source.epoch, source is not last)


@dataclass(frozen=True)
class Standing:
    """The final values of one lane: lowest, mean, median and highest of its `finished` seeds.

    Of losses it is the geometric mean, because losses are compared by their logarithms. A seed that diverged
    has no final value and is counted separately. If no seed finished, the four values are NaN.
    """

    name: str
    seeds: int
    finished: int
    diverged: int
    low: float
    mean: float
    median: float
    high: float

    @property
    def told(self) -> int:
        """Number of seeds with a known outcome: those that finished, and those that diverged."""
        return self.finished + self.diverged


@dataclass(frozen=True)
class Verdict:
    """The lanes of a race in order, the best first, and the winner.

    `winner` is the name of a lane, or None if there is no winner. `sentence` names the winner and the
    difference to its closest rival, or the reason why there is none. It is plain text that contains the
    names of lanes. `differences` are those of the best lane to each other lane, by name, as far as known.
    `more_seeds` is how many more seeds per lane would probably decide it; None if it is decided, or if
    seeds do not help.
    """

    standings: tuple[Standing, ...]
    winner: str | None
    sentence: str
    differences: Mapping[str, Difference]
    more_seeds: int | None = None


def verdict(
    lanes: Mapping[str, Sequence[End]], measure: str = "val_loss", classes: int | None = None
) -> Verdict:
    """Rank the lanes of a race, given by name with one end per seed.

    `measure` is one of MEASURES: of losses the lowest is best, of accuracies the highest. The final values
    of completed runs count. A seed that diverged counts as the worst value of the race, and as no better
    than guessing among `classes`. The best lane is the winner if:

    1. All runs have ended.
    2. Every lane has at least three seeds that finished or diverged.
    3. No seed of the best lane diverged.
    4. It is better than each other lane by a two-sided t test at 5 %, seed by seed where seeds are shared;
       losses are compared by their logarithms.

    As all tests must hold, chance names a winner among equal lanes in at most 5 % of races.

    >>> fast = [End("completed", loss, seed) for seed, loss in enumerate((0.31, 0.32, 0.33))]
    >>> slow = [End("completed", loss, seed) for seed, loss in enumerate((0.41, 0.42, 0.43))]
    >>> found = verdict({"Cosine": fast, "Constant": slow})
    >>> found.winner
    'Cosine'
    >>> found.sentence.partition(": ")[2]
    '0.100 lower than Constant (95 % interval: 0.094 to 0.106).'
    """
    sign = _sign(measure)
    values, logarithmic = _values(lanes, sign, classes)
    means = {name: _mean([*of_lane.values()], logarithmic) for name, of_lane in values.items()}
    found = [_standing(name, ends, logarithmic) for name, ends in lanes.items()]
    standings = tuple(sorted(found, key=lambda s: (not s.finished, sign * means.get(s.name, math.inf))))
    best = standings[0]
    differences = _differences(best.name, values, logarithmic)
    over = [end.status in ACTIVE or end.status == "paused" for ends in lanes.values() for end in ends]
    if any(over):
        sentence = f"No verdict yet: {over.count(False)} of {_runs(len(over))} ended."
        return Verdict(standings, None, sentence, differences)
    if not best.finished and any(end.status == "completed" for ends in lanes.values() for end in ends):
        return Verdict(standings, None, f"No {MEASURES[measure]} is known.{_lost(standings)}", differences)
    return _judge(standings, differences, measure, _measured([*chain(*lanes.values())]))


def differences(
    name: str,
    lanes: Mapping[str, Sequence[End]],
    measure: str,
    classes: int | None = None,
    comparisons: int = 1,
) -> dict[str, Difference]:
    """The Difference of the lane with that name to each other lane that has enough seeds, by its name.

    Arguments as for `verdict` and `difference`.
    """
    return _differences(name, *_values(lanes, _sign(measure), classes), comparisons)


def in_words(found: Difference, measure: str) -> tuple[str, str]:
    """A difference in words, "0.025 lower", and its 95 % interval, "0.019 to 0.031".

    Both have two digits of the interval's width. If the interval includes no difference, its ends say
    which is lower and which is higher. Accuracies differ by percentage points.
    """
    factor, unit = (100, " percentage points") if measure.endswith("accuracy") else (1, "")
    values = [factor * value for value in (found.mean, *sorted(found.interval, key=abs))]
    sizes = [abs(value) for value in values]
    width = max(values) - min(values) or max(sizes)
    seen = (d for d in range(9) if width * 10**d >= 10 and all(round(size, d) for size in sizes if size))
    decimals = next(seen, 9)
    mean, near, far = (f"{size:.{decimals}f}" for size in sizes)
    sides = ["higher" if value > 0 else "lower" for value in values]
    if sides[1] == sides[2]:
        return f"{mean}{unit} {sides[0]}", f"{near} to {far}{unit}"
    return f"{mean}{unit} {sides[0]}", f"{far}{unit} {sides[2]} to {near} {sides[1]}"


def _sign(measure: str) -> int:
    """1 if the lowest value is best, -1 if the highest is."""
    return -1 if measure.endswith("accuracy") else 1


def _differences(
    name: str, values: Mapping[str, Mapping[object, float]], logarithmic: bool, comparisons: int = 1
) -> dict[str, Difference]:
    return {
        other: found
        for other in values
        if other != name and name in values
        if (found := difference(values[name], values[other], logarithmic, comparisons))
    }


def _values(
    lanes: Mapping[str, Sequence[End]], sign: int, classes: int | None
) -> tuple[dict[str, dict[object, float]], bool]:
    """The value of each seed whose outcome is known, by lane, and whether to compare logarithms.

    Lanes without any are left out.
    """
    known = {name: _known(name, ends) for name, ends in lanes.items()}
    finite = [value for ends in known.values() for value in ends.values() if math.isfinite(value)]
    if classes:
        finite.append(math.log(classes) if sign > 0 else 1 / classes)
    worst = sign * max((sign * value for value in finite), default=math.nan)
    values = {
        name: {seed: value if math.isfinite(value) else worst for seed, value in ends.items()}
        for name, ends in known.items()
        if ends
    }
    return values, sign > 0 and all(value > 0 for ends in values.values() for value in ends.values())


def _known(name: str, ends: Sequence[End]) -> dict[object, float]:
    """By seed the final value of each run that finished, and infinity for each that diverged.

    An unknown seed is one of its own, unlike those of other lanes.
    """
    known: dict[object, float] = {}
    for number, (status, value, seed, *_) in enumerate(ends):
        key = (name, number) if seed is None else seed
        if status == "completed" and value is not None:
            known[key] = value
        elif status == "diverged":
            known[key] = math.inf
    return known


def _mean(values: Sequence[float], logarithmic: bool) -> float:
    if not values:
        return math.nan
    return math.exp(fmean(map(math.log, values))) if logarithmic else fmean(values)


def _standing(name: str, ends: Sequence[End], logarithmic: bool) -> Standing:
    known = [*_known(name, ends).values()]
    finite = [value for value in known if math.isfinite(value)]
    counts = len(ends), len(finite), len(known) - len(finite)
    if not finite:
        return Standing(name, *counts, *[math.nan] * 4)
    low, high = min(finite), max(finite)
    mean = min(max(_mean(finite, logarithmic), low), high)  # rounding may carry it out of the range
    return Standing(name, *counts, low, mean, median(finite), high)


def _judge(
    standings: Sequence[Standing], differences: Mapping[str, Difference], measure: str, measured: str
) -> Verdict:
    """The verdict on lanes that have all ended; `measured` says in which epochs, if not in the last ones."""

    def said(sentence: str, winner: str | None = None, more: int | None = None) -> Verdict:
        return Verdict(tuple(standings), winner, sentence + measured + _lost(standings), differences, more)

    ended = [standing for standing in standings if standing.finished]
    if not ended:
        return said("No run was completed.")
    say, best, sign, title = _writer(ended, measure), ended[0], _sign(measure), MEASURES[measure]
    if len(standings) == 1:
        return said(f"The {title} is {_range(best, say)}.")
    what = f"{best.name} has the {'lowest' if sign > 0 else 'highest'} {title}, {_range(best, say)}"
    missing = [standing.name for standing in standings if not standing.told]
    if missing:
        return said(f"No winner: {what}, but no seed of {_names(missing)} was completed.")
    short = LEAST - min(standing.told for standing in standings)
    if short > 0:
        tied = [standing.name for standing in ended if standing.mean == best.mean]
        if len(tied) > 1:
            what = f"{_names(tied)} have the same {title}, {say(best.mean)}"
        told = {standing.told for standing in standings}
        few = FEW.get(min(told) if len(told) == 1 else 0, "fewer than three seeds in a lane")
        return said(f"Not decided with {few}: {what}.", more=short)
    if best.diverged:
        return said(f"No winner: {what}, but not all of its seeds ended.")
    tied = [name for name, each in differences.items() if each.mean == 0]
    if tied:
        return said(f"No winner: {_names([best.name, *tied])} have the same {title}, {say(best.mean)}.")
    open_to = {name: each for name, each in differences.items() if not each.sign}
    if not open_to:
        rival, closest = min(differences.items(), key=lambda item: abs(item[1].mean))
        apart, interval = in_words(closest, measure)
        others = ", the closest lane" if len(differences) > 1 else ""
        return said(f"{what}: {apart} than {rival}{others} (95 % interval: {interval}).", best.name)
    rival, least = max(open_to.items(), key=lambda item: item[1].p)
    _, interval = in_words(least, measure)
    chance = f"the difference to {rival} may be chance (95 % interval: {interval})"
    if len(open_to) > 1:
        chance = f"the differences to {_names([*open_to])} may be chance ({rival}, 95 % interval: {interval})"
    more = least.more_seeds()
    hope = "More seeds would hardly decide it."
    if more:
        hope = f"About {more} more seed{'s' * (more > 1)} per lane would probably decide it."
    return said(f"No winner: {what}, but {chance}. {hope}", more=more)


def _measured(ends: Sequence[End]) -> str:
    """A sentence that names the epochs of the final values, if a run continued after its last measurement."""
    counted = [end for end in ends if end.status == "completed" and end.value is not None]
    epochs = [end.epoch + 1 for end in counted if end.epoch is not None]
    if not any(end.is_late for end in counted):
        return ""
    low, high = min(epochs), max(epochs)
    when = f"epoch {low}" if low == high else f"epochs {low} to {high}"
    return f" The final values are the last that were measured, in {when}."


def _lost(standings: Sequence[Standing]) -> str:
    """Sentences about the seeds that diverged."""
    return "".join(f" {_diverged(lane)}." for lane in standings if lane.diverged)


def _diverged(lane: Standing) -> str:
    if lane.seeds == 1:
        return f"{lane.name} diverged"
    return f"{lane.diverged} of {lane.seeds} seeds of {lane.name} diverged"


def _runs(count: int) -> str:
    return f"{count} run has" if count == 1 else f"{count} runs have"


def _names(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _range(standing: Standing, say: Callable[[float], str]) -> str:
    over = f"{_ends(standing, say)} over {standing.finished} seeds"
    return f"{say(standing.mean)} ({over})" if standing.finished > 1 else say(standing.mean)


def _ends(standing: Standing, say: Callable[[float], str]) -> str:
    low, high = say(standing.low), say(standing.high)
    return f"{low} to {high}" if standing.finished > 1 else low


def _writer(ended: Sequence[Standing], measure: str) -> Callable[[float], str]:
    """A function that formats a value with enough decimals to distinguish the ends of the ranges."""
    share = measure.endswith("accuracy")
    ends = {end for standing in ended for end in (standing.low, standing.high)}
    decimals = next((d for d in (3, 4, 5) if len({round(end, d) for end in ends}) == len(ends)), 6)
    if share:  # a percentage has two decimals fewer
        return lambda value: f"{value:.{max(decimals - 2, 2)}%}"
    return lambda value: f"{value:.{decimals}f}"
