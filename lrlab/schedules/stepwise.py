"""Schedules that keep a rate constant for some time: constant, step decay, and piecewise constant."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lrlab.errors import UserError
from lrlab.parameters.declare import factor, interval, rate, rates, times
from lrlab.schedules.base import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """Keep one rate from start to end: the baseline for every other schedule.

    >>> Constant(0.01)([0, 50]).tolist()
    [0.01, 0.01]
    """

    kind = "constant"
    title = "Constant"
    brief = r"\eta_0"
    latex = r"\eta_t = \eta_0"
    helps = "As the baseline, and while you search for a rate at which the network learns."
    assumes = "One rate suits both the start and the end. The noise of the updates stays the same."
    paper = "Robbins and Monro, 1951, A Stochastic Approximation Method, on why a rate should shrink."

    initial_lr: float = rate(0.01, r"\eta_0", "The rate, from start to end.")

    def at(self, t: Any) -> Any:
        return self.initial_lr


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply the rate by `drop_rate` after every `drop_every` units of time; above 1 it grows.

    Equals Keras's `ExponentialDecay(..., staircase=True)` and PyTorch's `StepLR`.

    >>> StepDecay(0.5, drop_rate=0.8, drop_every=10)([0, 9, 10, 20]).round(4).tolist()
    [0.5, 0.5, 0.4, 0.32]
    """

    kind = "step"
    title = "Step decay"
    brief = r"\eta_0\, d^{\lfloor t/s \rfloor}"
    latex = r"\eta_t = \eta_0 \; d^{\,\lfloor t / s \rfloor}"
    helps = "When the loss reaches plateaus: after each drop it can fall again."
    assumes = "You know roughly when each plateau begins."
    paper = "He et al., 2016, Deep Residual Learning for Image Recognition, section 4.2 (arXiv:1512.03385)."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    drop_rate: float = factor(
        0.8,
        "d",
        "Factor that multiplies the rate at each drop; 0.8 keeps 80 %, above 1 the rate grows.",
        high=10.0,
    )
    drop_every: int = interval(10, "s", "Time between two drops.", then="changes")

    def at(self, t: Any) -> Any:
        return self.initial_lr * self.drop_rate ** np.floor(t / self.drop_every)


@dataclass(frozen=True)
class PiecewiseConstant(Schedule):
    """Keep one constant rate after another, and change at given points in time.

    The rate changes *at* a boundary, as in PyTorch's `MultiStepLR` and optax's
    `piecewise_constant_schedule`; Keras's `PiecewiseConstantDecay` changes one step later. Raises
    UserError if the boundaries do not increase, or if there is not one boundary fewer than rates.

    >>> PiecewiseConstant((0.1, 0.01), boundaries=(30,))([29, 30]).tolist()
    [0.1, 0.01]
    """

    kind = "piecewise"
    title = "Piecewise constant"
    latex = r"\eta_t = v_i \;\text{ for } b_i \le t < b_{i+1}"
    helps = "To repeat a published schedule, or to write down one that you found by hand."
    assumes = "You choose every boundary and every rate yourself."
    paper = "He et al., 2016, Deep Residual Learning for Image Recognition, section 4.2 (arXiv:1512.03385)."

    rates: tuple[float, ...] = rates((0.1, 0.01, 0.001), "v", "The rates in order, separated by commas.")
    boundaries: tuple[float, ...] = times((30, 60), "b", "The times of the changes, separated by commas.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.rates) != len(self.boundaries) + 1:
            raise UserError(
                f"A piecewise schedule needs one rate more than boundaries, but it has {len(self.rates)} "
                f"rates and {len(self.boundaries)} boundaries."
            )
        if any(b <= a for a, b in zip(self.boundaries, self.boundaries[1:], strict=False)):
            raise UserError(f"The boundaries must increase, but they are {self.boundaries}.")

    def at(self, t: Any) -> Any:
        rate: Any = self.rates[-1]
        for boundary, before in zip(reversed(self.boundaries), reversed(self.rates[:-1]), strict=True):
            rate = np.where(t < boundary, before, rate)
        return rate
