"""Some updates of a run in place of all: enough to show and to sum a curve, however long the run is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lrlab.runs.plan import Plan, Rates
from lrlab.runs.timing import times_of
from lrlab.schedules import Schedule, Warmup

Steps = npt.NDArray[np.int64]
POINTS = 20_000
EVEN = 6_000  # of the points are spread over the whole run
DENSE = 1_000  # and as many are its first ones
PARTS = 8  # into which a gap is divided, again and again
ROUNDS = 5  # so that a gap is divided down to the single update: PARTS ** ROUNDS > 2 * MAX_STEPS / EVEN


def samples(plan: Plan, marks: Callable[[Rates], Any] = np.isfinite) -> tuple[Steps, Rates, Rates]:
    """At most POINTS updates of a run, in order, their rates, and how many updates each stands for.

    They are every update of a run that is so short; under the `epoch` clock the first update of every epoch,
    which stands for the others. In a longer run they are those of `samples_of`.
    """
    if plan.clock == "epoch":
        size = plan.steps_per_epoch
        return np.arange(plan.epochs) * size, plan.epoch_rates(), np.full(plan.epochs, float(size))
    unit = plan.steps_per_epoch if plan.clock == "smooth" else 1
    return samples_of(plan.resolved, unit, plan.steps, marks)


def samples_of(
    schedule: Schedule, unit: int, count: int, marks: Callable[[Rates], Any] = np.isfinite
) -> tuple[Steps, Rates, Rates]:
    """At most POINTS of a schedule's first `count` settings, of which `unit` make a unit of time.

    They are in order, each with its rate and with how many settings it stands for; all of them if they are
    so few. Else the points lie dense at the start, around the times that the schedule names, where `marks` of
    the rates change, around the peak, and where the rates change most, down to the single setting. The others
    are spread at random, always the same, so that no cycle hides between them. So the highest rate and the
    places of changes are exact, unless the rate rises and falls again between two points.
    Sums are those of straight lines between the points: the mean differs from that of all settings by at most
    2 / EVEN of all rises and falls of the rate together.
    """

    def rates_at(steps: Steps) -> Rates:
        with np.errstate(all="ignore"):
            return schedule(steps / unit)

    if count <= POINTS:
        steps = np.arange(count)
        return steps, rates_at(steps), np.ones(count)
    steps = _first(schedule, unit, count)
    rates = rates_at(steps)
    for left in range(ROUNDS, 0, -1):
        cells = _to_divide(steps, rates, marks(rates), (POINTS - len(steps)) // left)
        ends = steps[cells, None] + (steps[cells + 1] - steps[cells])[:, None] * np.arange(PARTS) // PARTS
        inside, part = np.nonzero(np.diff(ends))  # in a small gap some of the parts are empty
        new, places = ends[inside, part + 1], cells[inside] + 1
        steps, rates = np.insert(steps, places, new), np.insert(rates, places, rates_at(new))
    half = np.diff(steps) / 2
    return steps, rates, np.append(half, 0.5) + np.append(0.5, half)


def _to_divide(steps: Steps, rates: Rates, known: npt.NDArray[Any], most: int) -> Steps:
    """The gaps between the points to divide, in order, with at most so many new points.

    First come those where a mark changes and those beside the peak, then those with the largest area between
    the rates at their ends.
    """
    gaps = np.diff(steps)
    with np.errstate(all="ignore"):
        area = np.abs(np.diff(rates)) * gaps
    area[np.isnan(area)] = 0
    area[known[1:] != known[:-1]] = np.inf
    top = int(np.where(np.isfinite(rates), rates, -np.inf).argmax())
    area[max(top - 1, 0) : top + 1] = np.inf
    area[gaps == 1] = 0
    largest = np.argsort(-area, kind="stable")[: np.count_nonzero(area)]
    return np.sort(largest[np.minimum(gaps[largest] - 1, PARTS - 1).cumsum() <= most])


def _first(schedule: Schedule, unit: int, count: int) -> Steps:
    """The points to begin with: even, dense at the start, and around the times that the schedule names."""
    spread = (np.arange(EVEN) + np.random.default_rng(0).random(EVEN)) * count / EVEN
    dense = np.concatenate([np.arange(DENSE), np.geomspace(DENSE, count, DENSE)])
    layers = schedule.layers()
    named = [time for layer in layers for _, values in times_of(layer).values() for time in values]
    later = sum(layer.warmup for layer in layers if isinstance(layer, Warmup))
    times = np.array([0.0, later, *named, *(time + later for time in named)]) * unit
    times = np.concatenate([times, count - times])
    around = (np.rint(times)[:, None] + np.arange(-2, 3)).ravel()
    steps = np.concatenate([spread, dense, around, [count - 1]])
    steps = np.sort(steps[(steps >= 0) & (steps < count)].astype(np.int64))
    return steps[np.diff(steps, prepend=-1) > 0]
