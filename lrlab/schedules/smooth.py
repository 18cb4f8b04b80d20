"""Schedules that fall along a smooth curve: exponential and polynomial."""

from dataclasses import dataclass

import numpy as np

from lrlab.errors import UserError
from lrlab.schedules.parameter import decay_rate, exponent, floor_rate, rate, run_length
from lrlab.schedules.schedule import Schedule


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Shrink the rate by the same factor in every unit of time.

    Equals Keras's `ExponentialDecay` with `decay_rate = exp(-decay * decay_steps)`.
    """

    kind = "exponential"
    title = "Exponential decay"
    latex = r"\eta_t = \eta_0 \; e^{-k t}"

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(0.1, "k", "How fast the rate shrinks.")

    def __call__(self, t):
        return self.initial_lr * np.exp(-self.decay * np.asarray(t, float))


@dataclass(frozen=True)
class PolynomialDecay(Schedule):
    """Fall from `initial_lr` to `final_lr` over `duration`, along a power of the time left.

    Power 1 is linear, 0.5 a square root, 2 a square. After `duration` the rate stays at `final_lr`.
    Equals Keras's `PolynomialDecay(cycle=False)`. Raises UserError when called without a duration.
    """

    kind = "polynomial"
    title = "Polynomial decay"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)}{T}\right)^{p}"

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    power: float = exponent(1.0, "p", "Shape of the fall: 1 is linear, above 1 falls early.")
    final_lr: float = floor_rate(0.0, r"\eta_T", "The rate at the end, and after it.")
    duration: int | None = run_length("T", "How long the fall takes; empty is the whole run.")

    def __call__(self, t):
        if self.duration is None:
            raise UserError(
                "This polynomial decay has no duration: give one, or lay it over a Plan, "
                "whose length it then takes."
            )
        left = 1 - np.minimum(np.asarray(t, float), self.duration) / self.duration
        return self.final_lr + (self.initial_lr - self.final_lr) * left**self.power
