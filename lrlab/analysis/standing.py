"""How the lanes of a race stand at its end."""

import math
from dataclasses import dataclass
from statistics import median

from lrlab.records import ACTIVE, Epoch

LEAST = 3  # of seeds a lane: with two each, luck alone sets one lane apart in a third of all races
FEW = {1: "one seed", 2: "two seeds"}
MEASURES = {
    "loss": "final training loss",
    "val_loss": "final validation loss",
    "val_accuracy": "final validation accuracy",
    "test_loss": "test loss",
    "test_accuracy": "test accuracy",
}
RANKED = ("val_loss", "val_accuracy")  # what a verdict is about


@dataclass(frozen=True)
class Standing:
    """Where one lane ended: the lowest, the median and the highest of its `finished` seeds.

    A seed that diverged has no end and is counted apart. All three are NaN where no seed finished.
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
        """How many seeds say how good the lane is: those that finished, and those that diverged."""
        return self.finished + self.diverged


@dataclass(frozen=True)
class Verdict:
    """The lanes of a race in the order of their medians, the best first, and what that order is worth.

    `winner` is the name of a lane only where three seeds a lane or more set it apart; `sentence` says it, or
    why there is none, as plain text with the lanes' names in it.
    """

    standings: tuple[Standing, ...]
    winner: str | None
    sentence: str


def verdict(
    lanes: dict[str, list[list[Epoch]]], statuses: dict[str, list[str]], measure: str = "val_loss"
) -> Verdict:
    """How the lanes of a race stand; both dicts have one entry a seed under each lane's name.

    `measure` is `val_loss`, where the lowest is best, or `val_accuracy`, where the highest is. What counts
    is the last epoch of each completed run. A winner is named if each lane that has an end at all has that
    of three seeds or more, no seed of the winner diverged, and no other lane's range touches the winner's.
    """
    sign = -1 if measure == "val_accuracy" else 1
    found = [_standing(name, runs, statuses[name], measure) for name, runs in lanes.items()]
    standings = tuple(sorted(found, key=lambda s: (not s.finished, sign * s.median if s.finished else 0)))
    ended = [standing for standing in standings if standing.finished]
    winner, sentence = _judge(standings, ended, MEASURES[measure], sign)
    over = [status in ACTIVE or status == "paused" for name in lanes for status in statuses[name]]
    if any(over):
        winner = None
        sentence = f"No verdict yet: {over.count(False)} of {_runs(len(over))} ended."
    return Verdict(standings, winner, sentence)


def _standing(name, runs, statuses, measure):
    ends, diverged = [], 0
    for epochs, status in zip(runs, statuses, strict=True):
        end = getattr(epochs[-1], measure) if epochs and status == "completed" else None
        lost = status == "diverged" or (end is not None and not math.isfinite(end))
        diverged += lost
        if end is not None and not lost:
            ends.append(end)
    low, middle, high = (min(ends), median(ends), max(ends)) if ends else (math.nan,) * 3
    return Standing(name, len(runs), len(ends), diverged, low, middle, high)


def _judge(standings, ended, measure, sign):
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
        few = FEW.get(min(seeds) if len(seeds) == 1 else None, "fewer than three finished seeds a lane")
        return None, f"With {few} nothing is decided: {what}.{lost}"
    if best.diverged:
        return None, f"No winner: {what}, but {_diverged(best)}.{_lost(standings, others)}"
    rivals = [other for other in others if other.low <= best.high and best.low <= other.high]
    if rivals:
        ranges = ", ".join(_ends(standing, say) for standing in (best, *rivals))
        names = _names([standing.name for standing in (best, *rivals)])
        return None, f"No winner: the ranges of {names} overlap ({ranges}).{lost}"
    few = [standing.name for standing in ended if standing.told < LEAST]
    if few:
        have = "has" if len(few) == 1 else "have"
        return None, f"No winner: {what}, but {_names(few)} {have} fewer than three seeds.{lost}"
    missing = [s.name for s in standings if not s.finished and s.diverged < s.seeds]
    if missing:
        return None, f"No winner: {what}, but no seed of {_names(missing)} was completed.{lost}"
    return best.name, f"{what}, and no other lane's range reaches it.{lost}"


def _lost(standings, ended):
    """What diverged, as sentences to be added."""
    lanes = [*ended, *(standing for standing in standings if not standing.finished)]
    return "".join(f" {_diverged(lane, of=True)}." for lane in lanes if lane.diverged)


def _diverged(lane, of=False):
    name = f" of {lane.name}" if of else ""
    if lane.seeds == 1:
        return f"{lane.name} diverged" if of else "it diverged"
    return f"{lane.diverged} of {lane.seeds} seeds{name} diverged"


def _runs(count):
    return f"{count} run has" if count == 1 else f"{count} runs have"


def _names(names):
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _range(standing, say):
    over = f"{_ends(standing, say)} over {standing.finished} seeds"
    return f"{say(standing.median)} ({over})" if standing.finished > 1 else say(standing.median)


def _ends(standing, say):
    low, high = say(standing.low), say(standing.high)
    return f"{low} to {high}" if standing.finished > 1 else low


def _writer(ended, measure):
    """A function that writes a value with as many decimals as tell the ends of the ranges apart."""
    share = measure.endswith("accuracy")
    ends = {end for standing in ended for end in (standing.low, standing.high)}
    decimals = next((d for d in (3, 4, 5) if len({round(end, d) for end in ends}) == len(ends)), 6)
    if share:  # a percentage has two decimals fewer
        return lambda value: f"{value:.{max(decimals - 2, 2)}%}"
    return lambda value: f"{value:.{decimals}f}"
