"""Time-based decay, as it is usually stated and as it comes out when a callback compounds it."""

from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import decay_rate, interval, rate
from lrlab.schedules.schedule import Schedule, held, running_sum


@dataclass(frozen=True)
class TimeBasedDecay(Schedule):
    """Divide the initial rate by a number that grows evenly with time.

    With `hold` the rate stays for that long and falls by as much at once. Under the `step` clock this
    is Keras 2's `SGD(decay=...)`. Equals Keras's `InverseTimeDecay` with `decay = decay_rate /
    decay_steps`, and `staircase=True` with `hold = decay_steps`.
    """

    kind = "time-based"
    title = "Time-based decay"
    latex = r"\eta_t = \frac{\eta_0}{1 + k t}"
    helps = "When a gentle fall that never ends is wanted."
    assumes = "You know what t counts: the same decay per batch is hundreds of times faster than per epoch."
    paper = "Robbins and Monro, 1951, A Stochastic Approximation Method."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(0.005, "k", "How fast the divisor grows.")
    hold: int = interval(0, "h", "How long each rate is held, as on a staircase; 0 follows the curve.", 0)

    def at(self, t):
        return self.initial_lr / (1 + self.decay * held(t, self.hold))


@dataclass(frozen=True)
class CompoundingTimeBasedDecay(Schedule):
    """Divide the *current* rate by 1 + k i at every unit of time i, so that the divisors multiply.

    This is what a Keras `LearningRateScheduler` does when its function takes `(epoch, lr)` and
    divides the `lr` it is handed. Between whole units of time the rate is held.
    """

    kind = "time-based-compounding"
    title = "Time-based decay, compounding"
    latex = r"\eta_t = \eta_0 \prod_{i=1}^{\lfloor t \rfloor} \frac{1}{1 + k i}"
    helps = "To see what a callback does that divides the rate it is given: learning stops early."
    assumes = "Nothing good: it is a common mistake, kept here to be recognised."
    paper = "Li, How to Choose a Learning Rate Scheduler for Neural Networks, whose code does this."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(0.005, "k", "How fast each divisor grows.")

    def at(self, t):
        return self.initial_lr * np.exp(-running_sum(np.floor(t), lambda i: np.log1p(self.decay * i)))
