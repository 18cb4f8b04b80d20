"""Schedules that hold a rate: constant, dropping in steps, and piecewise."""

from dataclasses import dataclass

import numpy as np

from lrlab.errors import UserError
from lrlab.schedules.parameter import factor, interval, rate, rates, times
from lrlab.schedules.schedule import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """Keep one rate from start to end: the baseline that every schedule is measured against."""

    kind = "constant"
    title = "Constant"
    latex = r"\eta_t = \eta_0"
    helps = "As the baseline, and while you look for a rate that trains at all."
    assumes = "One rate suits the start and the end alike; the noise of the last steps never dies down."
    paper = "Robbins and Monro, 1951, A Stochastic Approximation Method, on why a rate should shrink."

    initial_lr: float = rate(0.01, r"\eta_0", "The rate, from start to end.")

    def at(self, t):
        return self.initial_lr


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply the rate by `drop_rate` after every `drop_every` units of time.

    Equals Keras's `ExponentialDecay(..., staircase=True)` and PyTorch's `StepLR`.
    """

    kind = "step"
    title = "Step decay"
    latex = r"\eta_t = \eta_0 \; d^{\,\lfloor t / s \rfloor}"
    helps = "When training moves in plateaus: each drop lets the loss fall once more."
    assumes = "You know about when each plateau comes."
    paper = "He et al., 2016, Deep Residual Learning for Image Recognition, section 4.2 (arXiv:1512.03385)."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    drop_rate: float = factor(0.8, "d", "What remains of the rate at each drop: 0.8 keeps 80 %.")
    drop_every: int = interval(10, "s", "How long each rate is held before the next drop.")

    def at(self, t):
        return self.initial_lr * self.drop_rate ** np.floor(t / self.drop_every)


@dataclass(frozen=True)
class PiecewiseConstant(Schedule):
    """Hold one rate after another, changing at given points in time.

    The rate changes *at* a boundary, as in PyTorch's `MultiStepLR` and optax's
    `piecewise_constant_schedule`; Keras's `PiecewiseConstantDecay` changes one step later. Raises
    UserError where the boundaries do not rise or are not one fewer than the rates.
    """

    kind = "piecewise"
    title = "Piecewise constant"
    latex = r"\eta_t = v_i \;\text{ for } b_i \le t < b_{i+1}"
    helps = "To repeat a published recipe, or to write down what was found by hand."
    assumes = "Every boundary and every rate is yours to choose."
    paper = "He et al., 2016, Deep Residual Learning for Image Recognition, section 4.2 (arXiv:1512.03385)."

    rates: tuple[float, ...] = rates((0.1, 0.01, 0.001), "v", "The rates, in order, with commas.")
    boundaries: tuple[float, ...] = times((30, 60), "b", "When each next rate begins, with commas.")

    def __post_init__(self):
        super().__post_init__()
        if len(self.rates) != len(self.boundaries) + 1:
            raise UserError(
                f"A piecewise schedule has one rate more than boundaries, but these are {len(self.rates)} "
                f"rates and {len(self.boundaries)} boundaries."
            )
        if any(b <= a for a, b in zip(self.boundaries, self.boundaries[1:], strict=False)):
            raise UserError(f"The boundaries must rise, but they are {self.boundaries}.")

    def at(self, t):
        rate = self.rates[-1]
        for boundary, before in zip(reversed(self.boundaries), reversed(self.rates[:-1]), strict=True):
            rate = np.where(t < boundary, before, rate)
        return rate
