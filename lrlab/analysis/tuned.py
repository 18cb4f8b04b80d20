"""The schedules of a sweep at rates that somebody tried, and each at its own best."""

import math
from collections.abc import Mapping, Sequence
from statistics import geometric_mean
from typing import NamedTuple

from lrlab.analysis.search import best_of
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun, values


class Tuned(NamedTuple):
    """A schedule at the swept rate that is nearest to the one that was tried, and at its own best.

    The losses are final validation losses, geometric means of the seeds that did not diverge; None if there
    is none. That at the best rate is of the confirming runs. `diverged` is the share of the seeds that
    diverged at the first rate.
    """

    name: str
    rate: float
    loss: float | None
    diverged: float
    best_rate: float | None
    best_loss: float | None


def tuned(runs: Sequence[SweptRun], tried: Mapping[str, float]) -> list[Tuned]:
    """Each schedule of a sweep, the best first; `tried` are rates by the name of the schedule.

    >>> runs = [SweptRun(1, "Step", 0.3, 7, SEARCH, "completed", 15, 0.3, 0.5, 0.85)]
    >>> runs += [SweptRun(2, "Step", 0.1, 7, SEARCH, "completed", 15, 0.3, 0.4, 0.85)]
    >>> tuned(runs, {"Step": 0.5})
    [Tuned(name='Step', rate=0.3, loss=0.5, diverged=0.0, best_rate=0.1, best_loss=None)]
    """
    found = {role: values(runs, "val_loss", role) for role in (SEARCH, CONFIRM)}

    def loss(role: str, name: str, peak: float) -> float | None:
        ended = [value for value in found[role].get((name, peak), {}).values() if value is not None]
        return geometric_mean(ended) if ended else None

    rows = []
    for each in best_of(runs):
        peaks = [peak for name, peak in found[SEARCH] if name == each.name]
        rate = min(peaks, key=lambda peak: abs(math.log(peak / tried[each.name])))
        best_loss = None if each.peak is None else loss(CONFIRM, each.name, each.peak)
        ends = [*found[SEARCH][each.name, rate].values()]
        diverged = ends.count(None) / len(ends)
        rows.append(Tuned(each.name, rate, loss(SEARCH, each.name, rate), diverged, each.peak, best_loss))
    return sorted(rows, key=lambda row: math.inf if row.best_loss is None else row.best_loss)
