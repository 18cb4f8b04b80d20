"""Schedules that hold a rate: constant, and dropping in steps."""

from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import factor, interval, rate
from lrlab.schedules.schedule import Schedule


@dataclass(frozen=True)
class Constant(Schedule):
    """Keep one rate from start to end: the baseline that every schedule is measured against."""

    kind = "constant"
    title = "Constant"
    latex = r"\eta_t = \eta_0"

    initial_lr: float = rate(0.01, r"\eta_0", "The rate, from start to end.")

    def __call__(self, t):
        return np.full(np.shape(t), self.initial_lr)


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Multiply the rate by `drop_rate` after every `drop_every` units of time.

    Equals Keras's `ExponentialDecay(..., staircase=True)` and PyTorch's `StepLR`.
    """

    kind = "step"
    title = "Step decay"
    latex = r"\eta_t = \eta_0 \; d^{\,\lfloor t / s \rfloor}"

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    drop_rate: float = factor(0.8, "d", "What remains of the rate at each drop: 0.8 keeps 80 %.")
    drop_every: int = interval(10, "s", "How long each rate is held before the next drop.")

    def __call__(self, t):
        return self.initial_lr * self.drop_rate ** np.floor(np.asarray(t, float) / self.drop_every)
