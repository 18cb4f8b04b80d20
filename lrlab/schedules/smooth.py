"""Schedules that fall along a smooth curve without an end: exponential and inverse square root."""

from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import decay_rate, interval, rate, span
from lrlab.schedules.schedule import Schedule, held


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Shrink the rate by the same factor in every unit of time.

    With `hold` the rate stays for that long and falls by as much at once. Equals Keras's
    `ExponentialDecay` with `decay_rate = exp(-decay * decay_steps)`, and `staircase=True` with
    `hold = decay_steps`.
    """

    kind = "exponential"
    title = "Exponential decay"
    latex = r"\eta_t = \eta_0 \; e^{-k t}"
    helps = "When the rate should fall fast at first and need no length of the run."
    assumes = "The time scale 1 / k fits the run: too short and learning stops, too long and it hardly falls."
    paper = "Bengio, 2012, Practical Recommendations for Gradient-Based Training (arXiv:1206.5533)."

    initial_lr: float = rate(0.5, r"\eta_0", "The rate at the start.")
    decay: float = decay_rate(0.1, "k", "How fast the rate shrinks.")
    hold: int = interval(0, "h", "How long each rate is held, as on a staircase; 0 follows the curve.", 0)

    def at(self, t):
        return self.initial_lr * np.exp(-self.decay * held(t, self.hold))


@dataclass(frozen=True)
class InverseSqrtDecay(Schedule):
    """Shrink the rate with the square root of time: fast at first, then ever more slowly.

    Behind a warm-up as long as `timescale` it is the schedule of the Transformer ("Noam"; Vaswani et
    al., 2017, "Attention Is All You Need", section 5.3), and transformers' inverse-sqrt schedule.
    """

    kind = "inverse-sqrt"
    title = "Inverse square root"
    latex = r"\eta_t = \frac{\eta_0}{\sqrt{1 + t / \tau}}"
    helps = "When the run has no fixed end: the rate never comes near zero."
    assumes = "A warm-up before it; the first rate is used at full height otherwise."
    paper = "Vaswani et al., 2017, Attention Is All You Need, section 5.3 (arXiv:1706.03762)."

    initial_lr: float = rate(0.1, r"\eta_0", "The rate at the start.")
    timescale: float = span(10.0, r"\tau", "How long until the rate has fallen to 71 %.", low=1e-3)

    def at(self, t):
        return self.initial_lr / np.sqrt(1 + t / self.timescale)
