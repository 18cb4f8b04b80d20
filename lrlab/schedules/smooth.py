"""Smooth decays without an end: exponential and inverse square root."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lrlab.parameters.declare import decay_rate, interval, rate, span
from lrlab.parameters.kinds import Kind, Parameter
from lrlab.schedules.base import DECAY_STEPS, Schedule, check_both, held


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Multiply the rate by the same factor in every unit of time.

    With a negative `decay` the rate grows, as in a learning-rate range test. With `hold` it stays constant
    for that long and then changes at once. Equals Keras's `ExponentialDecay` with `decay_rate =
    exp(-decay * decay_steps)`, and `staircase=True` with `hold = decay_steps`. `schedule_of_kind`, records
    and the command line take Keras's `decay_rate` and `decay_steps` instead of `decay`.

    >>> ExponentialDecay(0.5, decay=0.1)([0, 10, 20]).round(4).tolist()
    [0.5, 0.1839, 0.0677]
    """

    kind = "exponential"
    title = "Exponential decay"
    brief = r"\eta_0\, e^{-k t}"
    latex = r"\eta_t = \eta_0 \; e^{-k t}"
    helps = "When the rate should fall fast at first, and the length of the run is not fixed."
    assumes = "1 / k fits the run. If it is too short, learning stops; if too long, the rate hardly falls."
    paper = "Bengio, 2012, Practical Recommendations for Gradient-Based Training (arXiv:1206.5533)."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(
        0.1,
        "k",
        "Decay rate; a larger value makes the learning rate fall faster, a negative one makes it grow. "
        "Keras's decay_rate and decay_steps give -ln(decay_rate) / decay_steps.",
        low=-10.0,
    )
    hold: int = interval(
        0, "h", "Length of each step of a staircase; 0 gives a smooth curve.", 0, then="changes"
    )

    aliases: ClassVar[Mapping[str, Kind]] = {
        "decay_rate": Parameter(
            "", "Keras's name: the rate is multiplied by this in decay_steps.", 1e-6, 1e6, (0.1, 1.0)
        ),
        "decay_steps": DECAY_STEPS,
    }

    @classmethod
    def from_aliases(cls, given: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
        """The decay for Keras's decay_rate and decay_steps; raises UserError for one of the two alone."""
        check_both({*given, *others})
        return {"decay": -math.log(given["decay_rate"]) / given["decay_steps"]}

    def at(self, t: Any) -> Any:
        return self.initial_lr * np.exp(-self.decay * held(t, self.hold))


@dataclass(frozen=True)
class InverseSqrtDecay(Schedule):
    """Decay with the inverse square root of time: fast at first, then more and more slowly.

    After a warm-up of length `timescale` it is the schedule of the Transformer ("Noam"; Vaswani et
    al., 2017, "Attention Is All You Need", section 5.3), and transformers' inverse-sqrt schedule.

    >>> InverseSqrtDecay(0.1, timescale=10)([0, 30, 80]).round(4).tolist()
    [0.1, 0.05, 0.0333]
    """

    kind = "inverse-sqrt"
    title = "Inverse square root"
    brief = r"\eta_0 / \sqrt{1 + t/\tau}"
    latex = r"\eta_t = \frac{\eta_0}{\sqrt{1 + t / \tau}}"
    helps = "When the run has no fixed end: the rate never comes near zero."
    assumes = "A warm-up comes before it. Without one, training begins at the full rate."
    paper = "Vaswani et al., 2017, Attention Is All You Need, section 5.3 (arXiv:1706.03762)."

    initial_lr: float = rate(0.1, r"\eta_0", "The rate at the start.")
    timescale: float = span(
        10.0, r"\tau", "Time until the rate has fallen to 71 % of its initial value.", low=1e-3
    )

    def at(self, t: Any) -> Any:
        return self.initial_lr / np.sqrt(1 + t / self.timescale)
