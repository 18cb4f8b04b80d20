"""Time-based decay: with the usual formula, and as a callback that compounds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lrlab.parameters.declare import decay_rate, interval, rate
from lrlab.parameters.kinds import Kind, Parameter
from lrlab.schedules.base import DECAY_STEPS, Schedule, check_both, held, running_sum


@dataclass(frozen=True)
class TimeBasedDecay(Schedule):
    """Divide the initial rate by a number that grows linearly with time.

    With `hold` the rate stays constant for that long and then drops at once. Under the `step` clock this
    is Keras 2's `SGD(decay=...)`. Equals Keras's `InverseTimeDecay` with `decay = decay_rate /
    decay_steps`, and `staircase=True` with `hold = decay_steps`. `schedule_of_kind`, records and the command
    line take Keras's `decay_rate` and `decay_steps` instead of `decay`.

    >>> TimeBasedDecay(0.5, decay=0.005)([0, 100, 200]).round(4).tolist()
    [0.5, 0.3333, 0.25]
    """

    kind = "time-based"
    title = "Time-based decay"
    brief = r"\eta_0 / (1 + k t)"
    latex = r"\eta_t = \frac{\eta_0}{1 + k t}"
    helps = "When the rate should fall slowly during the whole run."
    assumes = (
        "You know what t counts: a decay per batch is hundreds of times faster than the same decay per epoch."
    )
    paper = "Robbins and Monro, 1951, A Stochastic Approximation Method."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(
        0.005,
        "k",
        "Decay rate; the divisor grows by this much per unit of time. Keras's decay_rate and decay_steps "
        "give decay_rate / decay_steps.",
    )
    hold: int = interval(
        0, "h", "Length of each step of a staircase; 0 gives a smooth curve.", 0, then="changes"
    )

    aliases: ClassVar[Mapping[str, Kind]] = {
        "decay_rate": Parameter(
            "", "Keras's name: the divisor grows by this in decay_steps.", 0.0, 1e6, (0.1, 1.0)
        ),
        "decay_steps": DECAY_STEPS,
    }

    @classmethod
    def from_aliases(cls, given: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
        """The decay for Keras's decay_rate and decay_steps; raises UserError for one of the two alone."""
        check_both({*given, *others})
        return {"decay": given["decay_rate"] / given["decay_steps"]}

    def at(self, t: Any) -> Any:
        return self.initial_lr / (1 + self.decay * held(t, self.hold))


@dataclass(frozen=True)
class CompoundingTimeBasedDecay(Schedule):
    """Divide the *current* rate by 1 + k i at every unit of time i, so that the divisors multiply.

    This is what a Keras `LearningRateScheduler` does when its function takes `(epoch, lr)` and
    divides the `lr` that it receives. Between whole units of time the rate is constant.

    >>> CompoundingTimeBasedDecay(0.5, decay=0.005)([0, 1, 2, 38]).round(4).tolist()
    [0.5, 0.4975, 0.4926, 0.0153]
    """

    kind = "time-based-compounding"
    title = "Time-based decay, compounding"
    brief = r"\eta_{t-1} / (1 + k t)"
    latex = r"\eta_t = \eta_0 \prod_{i=1}^{\lfloor t \rfloor} \frac{1}{1 + k i}"
    helps = "To see what happens when a callback divides the rate that it receives: learning stops early."
    assumes = "Do not use it: it is a common mistake, shown here so that you can recognise it."
    paper = "Li, How to Choose a Learning Rate Scheduler for Neural Networks, whose code does this."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(0.005, "k", "Decay rate; the divisor grows by this much per unit of time.")

    def at(self, t: Any) -> Any:
        return self.initial_lr * np.exp(-running_sum(np.floor(t), lambda i: np.log1p(self.decay * i)))
