"""What every schedule can do: be checked, named, written down and given a length of time."""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from lrlab.errors import UserError
from lrlab.parameters.declare import TIME
from lrlab.parameters.kinds import Parameter
from lrlab.parameters.record import Parametrised


@dataclass(frozen=True)
class Schedule(Parametrised):
    """A learning rate as a function of time: a frozen value that is called with `t`.

    `schedule(t)` takes time from 0 (float64, any shape) and returns rates of the same shape. What a
    unit of time is, an epoch or a step, is decided by the `Plan` that the schedule is put into.
    Raises UserError for a parameter that is not a number or out of range.

    >>> from lrlab.schedules import CosineDecay
    >>> schedule = CosineDecay(initial_lr=0.1).within(4)
    >>> schedule(2)
    array(0.05)
    >>> schedule([0, 1, 4]).round(4)
    array([0.1   , 0.0854, 0.    ])
    """

    title: ClassVar[str]
    latex: ClassVar[str]
    brief: ClassVar[str] = ""  # the formula in a few signs, with the usual values, if it is that short
    helps: ClassVar[str] = ""
    assumes: ClassVar[str] = ""
    paper: ClassVar[str] = ""
    # How often the rate is set in one unit of time; a Plan changes it with `within`.
    settings_per_unit: ClassVar[Any] = 1

    def __call__(self, t: npt.ArrayLike) -> npt.NDArray[np.float64]:
        t = np.asarray(t, float)
        flat = t.ravel()  # with one axis at least: NumPy computes powers of single numbers otherwise
        return np.broadcast_to(self.at(flat), flat.shape).reshape(t.shape)

    def at(self, t: Any) -> Any:
        """The formula. It uses only arithmetic and NumPy's functions, so that it can be traced."""
        raise TypeError(f"{type(self).__name__} has no formula.")

    def momentum_at(self, t: Any) -> Any:
        """The formula of the momentum, traced like `at`; None if the schedule leaves it as it is."""
        return None

    def without_momentum(self) -> Self:
        """The same schedule, which leaves the momentum as it is."""
        return self

    def layers(self) -> tuple["Schedule", ...]:
        """The schedule itself; of a Wrapper, all wrappers from the outermost on, and the schedule inside."""
        return (self,)

    @property
    def core(self) -> "Schedule":
        """The schedule inside all wrappers; the schedule itself if there are none."""
        return self.layers()[-1]

    def within(self, length: Any, settings_per_unit: Any = 1) -> Self:
        """The same schedule in a run of `length` units of time, in each of which the rate is set so often.

        A `duration` that was left out becomes `length`.
        """
        known = {"settings_per_unit": settings_per_unit}
        if getattr(self, "duration", length) is None:
            known["duration"] = length
        return self.unchecked_replace(**known)

    def scaled(self, factor: float) -> Self:
        """The same schedule with every rate multiplied by `factor`.

        Raises UserError if a rate leaves its range.
        """
        values = {}
        for name, parameter in self.parameters().items():
            value = getattr(self, name)
            if getattr(parameter, "is_rate", False):
                values[name] = value * factor
            elif getattr(getattr(parameter, "each", None), "is_rate", False):
                values[name] = tuple(rate * factor for rate in value)
        return replace(self, **values)

    def unchecked_replace(self, **values: Any) -> Self:
        """The same schedule with other values. They are not checked, because they may be traced."""
        other = copy(self)
        for name, value in values.items():
            object.__setattr__(other, name, value)
        return other

    def length(self) -> Any:
        """The duration, in units of time; raises UserError where it was left out."""
        duration = getattr(self, "duration", None)
        if duration is None:
            raise UserError(
                f"This {self.kind} schedule has no duration: give one, or put it into a Plan, whose "
                "length it then takes."
            )
        return duration


SUMMED = 10_000  # terms that a running sum adds one by one
NODES = tuple(zip(*np.polynomial.legendre.leggauss(12), strict=True))

# What Keras has in place of a decay: with it, `decay_rate`.
DECAY_STEPS = Parameter(
    "", "Keras's name: with decay_rate it replaces decay.", 1e-3, 1e7, (1, 100), unit=TIME
)


def check_both(names: Collection[str]) -> None:
    """Raise UserError if the names given are not decay_rate and decay_steps without decay."""
    found = [name for name in ("decay", "decay_rate", "decay_steps") if name in names]
    if len(found) != 2 or "decay" in found:
        raise UserError(f"Give either decay, or both decay_rate and decay_steps, but not {', '.join(found)}.")


def held(t: Any, hold: float) -> Any:
    """`t` rounded down to a multiple of `hold`; `t` itself if `hold` is 0."""
    return np.floor(t / hold) * hold if hold else t


@singledispatch
def named(value: Any, name: str) -> Any:
    """`value` itself; exported code has it in a variable of that name."""
    return value


def zero(t: Any) -> Any:
    """Time 0: once for an array of times, because its rate is the same for all of them."""
    return 0 * (t[:1] if isinstance(t, np.ndarray) else t)


@singledispatch
def running_sum(n: Any, terms: Callable[[Any], Any]) -> Any:
    """terms(0) + ... + terms(n), for an array of whole numbers n; `terms` is smooth, as log1p(k i) is.

    The first SUMMED terms are added one by one. After them Euler and Maclaurin's formula takes an integral
    in place of the sum, so that the work does not grow with n: it is right to 1e-14 of the sum.
    """
    n = np.asarray(n).astype(np.int64)
    first = np.cumsum(terms(np.arange(min(n.max(initial=0), SUMMED) + 1)))
    total = first[np.minimum(n, SUMMED)]
    if (far := n > SUMMED).any():
        total[far] += _sum_after(SUMMED, n[far], terms)
    return total


def _sum_after(m: int, n: npt.NDArray[np.int64], terms: Callable[[Any], Any]) -> npt.NDArray[np.float64]:
    """terms(m + 1) + ... + terms(n), for whole numbers n above m."""
    low, high = m + 0.5, n + 0.5
    # Parts that double in length, because the terms change ever more slowly; the last one ends at n.
    edges = low * 2.0 ** np.arange(int(np.log2(high.max() / low)) + 2)
    parts = np.concatenate([[0.0], np.cumsum(_integral(edges[:-1], edges[1:], terms))])
    part = np.searchsorted(edges, high, side="right") - 1
    total = parts[part] + _integral(edges[part], high, terms)
    slopes = terms(n + 1.0) - terms(n + 0.0) - (terms(m + 1.0) - terms(m + 0.0))
    correction: npt.NDArray[np.float64] = total - slopes / 24
    return correction


def _integral(low: Any, high: Any, terms: Callable[[Any], Any]) -> Any:
    """The integral of `terms` from `low` to `high`, arrays, with Gauss and Legendre's points."""
    middle, half = (low + high) / 2, (high - low) / 2
    return half * sum(weight * terms(middle + half * node) for node, weight in NODES)
