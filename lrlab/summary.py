"""What a plan's curve says in a few numbers and sentences."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lrlab.plan import Plan

FAINT = 0.01
REACHED = 0.02


@dataclass(frozen=True)
class Summary:
    """Rates of a whole run; times in epochs.

    `area` is the sum of the rates over the run in rate times epochs, `half_life` how long after its
    peak the rate is first at most half of it (None where it never is), `faint` how much of the run is
    below 1 % of the peak.
    """

    peak: float
    final: float
    mean: float
    area: float
    half_life: float | None
    faint: float


@lru_cache(maxsize=256)
def summary(plan: Plan) -> Summary:
    """The numbers of a plan, from every update of it."""
    rates = plan.rates()
    top = int(rates.argmax())
    peak = float(rates[top])
    halved = np.flatnonzero(rates[top:] <= peak / 2)
    return Summary(
        peak=peak,
        final=float(rates[-1]),
        mean=float(rates.mean()),
        area=float(rates.mean() * plan.epochs),
        half_life=float(halved[0] / plan.steps_per_epoch) if halved.size and peak else None,
        faint=float((rates < FAINT * peak).sum() / plan.steps_per_epoch),
    )


@lru_cache(maxsize=256)
def warnings(plan: Plan) -> tuple[str, ...]:
    """What one may not have meant, as sentences: a floor that is not reached, a rate of zero."""
    rates = plan.rates()
    unit = "steps" if plan.clock == "step" else "epochs"
    length = plan.steps if plan.clock == "step" else plan.epochs
    found = []
    duration = getattr(plan.schedule, "duration", None)
    floor = getattr(plan.schedule, "final_lr", None)
    if duration is not None and duration > length:
        found.append(f"It is made for {duration:g} {unit}, but the run ends after {length}.")
    elif floor is not None and rates[-1] - floor > REACHED * (rates.max() - floor):
        found.append(
            f"It never reaches its floor of {floor:g}: the last update has a rate of {rates[-1]:.4g}."
        )
    if not rates.any():
        found.append("The rate is zero throughout: nothing is learned.")
    elif rates[0] == 0:
        found.append("The first update has a rate of zero: it changes nothing.")
    zeros = int((np.cumsum(rates[::-1]) == 0).sum())
    if rates.any() and zeros >= plan.steps_per_epoch:
        since = (plan.steps - zeros) / plan.steps_per_epoch
        found.append(f"The rate is zero from epoch {since:g} on: nothing more is learned.")
    return tuple(found)
