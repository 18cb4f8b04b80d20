"""A plan's curve in a few numbers, and warnings about it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from lrlab.parameters.declare import MOST_RATE
from lrlab.runs.plan import Plan, Rates
from lrlab.runs.samples import samples
from lrlab.runs.timing import about_times, about_updates
from lrlab.schedules import Formula, Schedule, Warmup

FAINT = 0.01
REACHED = 0.02


@dataclass(frozen=True)
class Summary:
    """Rates of a whole run; times are in epochs.

    `area` is the sum of the rates over the run, in rate times epochs. `half_life` is the time from the
    peak until the rate is at most half of it (None if it never is). `faint` is the time during which the
    rate is below 1 % of the peak. `warnings` are sentences about updates of more batches than an epoch has,
    times that the run does not reach, times in another unit, a final rate that is not reached, and rates
    that are zero, negative, far too high or not finite. If a rate is not finite in float32, in which
    networks are trained, all numbers are NaN.
    """

    peak: float
    final: float
    mean: float
    area: float
    half_life: float | None
    faint: float
    warnings: tuple[str, ...]


@lru_cache(maxsize=256)
def summary(plan: Plan) -> Summary:
    """The numbers of a plan, and warnings about likely mistakes.

    They come from all updates in a run of up to POINTS updates, and under the `epoch` clock. In a longer run
    they come from its `samples`, whose error is bounded.

    >>> from lrlab.schedules import StepDecay
    >>> summary(Plan(StepDecay(0.5, 0.5, 10), epochs=30)).final
    0.125
    """
    steps, rates, updates = samples(plan, _marks)
    size = plan.steps_per_epoch
    epochs = steps / size
    with np.errstate(over="ignore"):
        trained = rates.astype(np.float32)
    if not np.isfinite(trained).all():
        first = np.flatnonzero(~np.isfinite(trained))[0]
        which = "The rate"
        if np.isfinite(rates[first]):
            which = f"In float32, in which networks are trained, the rate {rates[first]:g}"
        nothing = f"{which} at epoch {epochs[first]:g} is not a finite number. Check the schedule's numbers."
        nan = math.nan
        return Summary(nan, nan, nan, nan, half_life=None, faint=nan, warnings=(nothing,))
    top = int(rates.argmax())
    peak = float(rates[top])
    mean = float((rates * updates).sum() / plan.steps)
    times = [*about_times(plan)]
    halved = np.flatnonzero(rates[top:] <= peak / 2)
    return Summary(
        peak=peak,
        final=float(rates[-1]),
        mean=mean,
        area=mean * plan.epochs,
        half_life=float((steps[top + halved[0]] - steps[top]) / size) if halved.size and peak else None,
        faint=float(updates[rates < FAINT * peak].sum() / size),
        warnings=(
            *about_updates(plan),
            *(times or _about_the_end(plan, rates)),
            *_about_height(peak, epochs[top]),
            *_about_zero(rates, epochs, plan.epochs),
        ),
    )


def _marks(rates: Rates) -> npt.NDArray[np.int64]:
    """A number for each rate that changes where one of the numbers or warnings does."""
    with np.errstate(all="ignore"):
        finite = np.isfinite(rates.astype(np.float32))
        peak = rates.max(where=finite, initial=-np.inf)
        signs = np.where(finite, np.sign(rates), 2).astype(np.int64)
        return np.asarray(100 * signs + 10 * (rates <= peak / 2) + (rates < FAINT * peak))


def _about_the_end(plan: Plan, rates: Rates) -> Iterator[str]:
    schedule: Schedule = plan.schedule
    while isinstance(schedule, Warmup):
        schedule = schedule.inner
    floor = None if isinstance(schedule, Formula) else getattr(schedule, "final_lr", None)
    if floor is not None and rates[-1] - floor > REACHED * (rates.max() - floor):
        yield f"The rate should end at {floor:g}, but the last update has a rate of {rates[-1]:.4g}."


def _about_height(peak: float, epoch: float) -> Iterator[str]:
    if peak > MOST_RATE * (1 + 1e-9):  # a growth up to that rate may be rounded up
        yield (
            f"The rate rises to {peak:g} at epoch {epoch:g}. A rate above {MOST_RATE:g} is hardly ever "
            "meant: check the schedule's numbers."
        )


def _about_zero(rates: Rates, epochs: Rates, end: int) -> Iterator[str]:
    below = np.flatnonzero(rates < 0)
    if below.size:
        yield f"The rate is negative at epoch {epochs[below[0]]:g}: the updates would increase the loss."
    if not rates.any():
        yield "The rate is zero during the whole run: the network learns nothing."
        return
    if rates[0] == 0:
        yield "The first update has a rate of zero: it changes nothing."
    after = np.flatnonzero(rates)[-1] + 1
    if after < len(rates) and end - epochs[after] >= 1:
        yield f"The rate is zero from epoch {epochs[after]:g} on: the network learns nothing more."
