"""What every schedule can do: be checked, named, written down and given a length of time."""

from copy import copy
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import ClassVar

import numpy as np

from lrlab.errors import UserError
from lrlab.parameters.record import Parametrised


@dataclass(frozen=True)
class Schedule(Parametrised):
    """A learning rate as a function of time: a frozen value that is called with `t`.

    `schedule(t)` takes time from 0 (float64, any shape) and returns rates of the same shape. What a
    unit of time is, an epoch or a step, is decided by the `Plan` that the schedule is put into.
    Raises UserError for a parameter that is not a number or out of range.

    >>> from lrlab.schedules import CosineDecay
    >>> schedule = CosineDecay(initial_lr=0.1).with_duration(4)
    >>> schedule(2)
    array(0.05)
    >>> schedule([0, 1, 4]).round(4)
    array([0.1   , 0.0854, 0.    ])
    """

    title: ClassVar[str]
    latex: ClassVar[str]
    helps: ClassVar[str] = ""
    assumes: ClassVar[str] = ""
    paper: ClassVar[str] = ""

    def __post_init__(self):
        inner = getattr(self, "schedule", self)
        if not isinstance(inner, Schedule):
            raise UserError(f"The schedule inside a {self.kind} must be a Schedule, but it is {inner!r:.60}.")
        super().__post_init__()

    def __call__(self, t):
        t = np.asarray(t, float)
        return np.broadcast_to(self.at(t), t.shape)

    def at(self, t):
        """The formula. It uses only arithmetic and NumPy's functions, so that it can be traced."""
        raise TypeError(f"{type(self).__name__} has no formula.")

    def with_duration(self, duration):
        """The same schedule with a `duration` that was left out set to `duration` units of time."""
        return (
            self.unchecked_replace(duration=duration) if getattr(self, "duration", duration) is None else self
        )

    def scaled(self, factor):
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
        if hasattr(self, "schedule"):
            values["schedule"] = self.schedule.scaled(factor)
        return replace(self, **values)

    def unchecked_replace(self, **values):
        """The same schedule with other values. They are not checked, because they may be traced."""
        other = copy(self)
        for name, value in values.items():
            object.__setattr__(other, name, value)
        return other

    def length(self):
        """The duration, in units of time; raises UserError where it was left out."""
        if self.duration is None:
            raise UserError(
                f"This {self.kind} schedule has no duration: give one, or put it into a Plan, whose "
                "length it then takes."
            )
        return self.duration


def held(t, hold):
    """`t` rounded down to a multiple of `hold`; `t` itself if `hold` is 0."""
    return np.floor(t / hold) * hold if hold else t


@singledispatch
def running_sum(n, terms):
    """terms(0) + ... + terms(n), for an array of whole numbers n."""
    n = np.asarray(n).astype(np.int64)
    return np.cumsum(terms(np.arange(n.max(initial=0) + 1)))[n]
