"""The ranking of the lanes of a race at its end, and its winner."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from lrlab.runs.records import ACTIVE, Epoch, last_validated
from lrlab.runs.result import Result

LEAST = 3  # seeds per lane: with two each, luck alone separates equal lanes in a third of all races
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
    """How one seed ended: its status, and its final value of a measure; None if that is not known."""

    status: str
    value: float | None


def end(result: Result, measure: str) -> End:
    """How a run ended in one of MEASURES: at its last epoch, when it was last validated, or in its test."""
    if not result.epochs:
        return End(result.status, None)
    source: Result | Epoch = result if measure.startswith("test") else result.epochs[-1]
    if measure.startswith("val"):
        source = last_validated(result.epochs) or source
    return End(result.status, getattr(source, measure))


@dataclass(frozen=True)
class Standing:
    """The final values of one lane: the lowest, the median and the highest of its `finished` seeds.

    A seed that diverged has no final value and is counted separately. If no seed finished, the three values
    are NaN.
    """

    name: str
    seeds: int
    finished: int
    diverged: int
    low: float
    median: float
    high: float

    @property
    def told(self) -> int:
        """Number of seeds with a known outcome: those that finished, and those that diverged."""
        return self.finished + self.diverged


@dataclass(frozen=True)
class Verdict:
    """The lanes of a race in the order of their medians, the best first, and the winner.

    `winner` is the name of a lane, or None if there is no winner. `sentence` names the winner, or the
    reason why there is none. It is plain text that contains the names of lanes.
    """

    standings: tuple[Standing, ...]
    winner: str | None
    sentence: str


def verdict(lanes: Mapping[str, Sequence[End]], measure: str = "val_loss") -> Verdict:
    """Rank the lanes of a race, given by name with one end per seed.

    `measure` is one of MEASURES: of losses the lowest is best, of accuracies the highest. The final values
    of completed runs count. The best lane is the winner if:

    1. All runs have ended.
    2. Every lane has a completed run, unless all of its seeds diverged.
    3. Every lane with a completed run has at least three seeds that finished or diverged.
    4. No seed of the best lane diverged.
    5. No other lane's range overlaps with the range of the best lane.

    >>> fast = [End("completed", loss) for loss in (0.31, 0.32, 0.33)]
    >>> slow = [End("completed", loss) for loss in (0.41, 0.42, 0.43)]
    >>> verdict({"Cosine": fast, "Constant": slow}).winner
    'Cosine'
    """
    sign = -1 if measure.endswith("accuracy") else 1
    found = [_standing(name, ends) for name, ends in lanes.items()]
    standings = tuple(sorted(found, key=lambda s: (not s.finished, sign * s.median if s.finished else 0)))
    ended = [standing for standing in standings if standing.finished]
    winner, sentence = _judge(standings, ended, MEASURES[measure], sign)
    over = [status in ACTIVE or status == "paused" for ends in lanes.values() for status, _ in ends]
    if any(over):
        winner = None
        sentence = f"No verdict yet: {over.count(False)} of {_runs(len(over))} ended."
    return Verdict(standings, winner, sentence)


def _standing(name: str, ends: Sequence[End]) -> Standing:
    known = [value for status, value in ends if status == "completed" and value is not None]
    finite = [value for value in known if math.isfinite(value)]
    diverged = sum(status == "diverged" for status, _ in ends) + len(known) - len(finite)
    low, middle, high = (min(finite), median(finite), max(finite)) if finite else (math.nan,) * 3
    return Standing(name, len(ends), len(finite), diverged, low, middle, high)


def _judge(
    standings: Sequence[Standing], ended: Sequence[Standing], measure: str, sign: int
) -> tuple[str | None, str]:
    """The winner, if there is one, and the sentence."""
    lost = _lost(standings, ended)
    if not ended:
        return None, f"No run was completed.{lost}"
    say = _writer(ended, measure)
    best, *others = ended
    if len(standings) == 1:
        return None, f"The {measure} is {_range(best, say)}.{lost}"
    what = f"{best.name} has the {'lowest' if sign > 0 else 'highest'} {measure}, {_range(best, say)}"
    if not others:
        return None, f"No winner: only {best.name} has a {measure}, {_range(best, say)}.{lost}"
    tied = [standing.name for standing in ended if standing.median == best.median]
    if all(standing.told < LEAST for standing in ended):
        if len(tied) > 1:
            what = f"{_names(tied)} have the same {measure}, {say(best.median)}"
        seeds = {standing.seeds for standing in standings}
        few = FEW.get(min(seeds) if len(seeds) == 1 else 0, "fewer than three finished seeds per lane")
        return None, f"Not decided with {few}: {what}.{lost}"
    if best.diverged:
        return None, f"No winner: {what}, but {_diverged(best)}.{_lost(standings, others)}"
    rivals = [other for other in others if other.low <= best.high and best.low <= other.high]
    if rivals:
        ranges = ", ".join(_ends(standing, say) for standing in (best, *rivals))
        names = _names([standing.name for standing in (best, *rivals)])
        return None, f"No winner: the ranges of {names} overlap ({ranges}).{lost}"
    short = [standing.name for standing in ended if standing.told < LEAST]
    if short:
        have = "has" if len(short) == 1 else "have"
        return None, f"No winner: {what}, but {_names(short)} {have} fewer than three seeds.{lost}"
    missing = [s.name for s in standings if not s.finished and s.diverged < s.seeds]
    if missing:
        return None, f"No winner: {what}, but no seed of {_names(missing)} was completed.{lost}"
    return best.name, f"{what}, and no other lane's range reaches it.{lost}"


def _lost(standings: Sequence[Standing], ended: Sequence[Standing]) -> str:
    """Sentences about the seeds that diverged."""
    lanes = [*ended, *(standing for standing in standings if not standing.finished)]
    return "".join(f" {_diverged(lane, of=True)}." for lane in lanes if lane.diverged)


def _diverged(lane: Standing, of: bool = False) -> str:
    name = f" of {lane.name}" if of else ""
    if lane.seeds == 1:
        return f"{lane.name} diverged" if of else "it diverged"
    return f"{lane.diverged} of {lane.seeds} seeds{name} diverged"


def _runs(count: int) -> str:
    return f"{count} run has" if count == 1 else f"{count} runs have"


def _names(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _range(standing: Standing, say: Callable[[float], str]) -> str:
    over = f"{_ends(standing, say)} over {standing.finished} seeds"
    return f"{say(standing.median)} ({over})" if standing.finished > 1 else say(standing.median)


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
