"""Schedules that fall to a final rate over a duration, and stay there."""

from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import bound, exponent, floor_rate, rate, run_length, switch
from lrlab.schedules.schedule import Schedule

START = "The rate at the start."
END = "The rate at the end, and after it."
LENGTH = "How long the fall takes; empty is the whole run."


@dataclass(frozen=True)
class Falling(Schedule):
    """What these schedules share: `initial_lr` falls to `final_lr` by a `shape` from 1 to 0.

    Raises UserError when called without a duration.
    """

    def at(self, t):
        z = np.minimum(t, self.length()) / self.length()
        return self.final_lr + (self.initial_lr - self.final_lr) * self.shape(z)

    def shape(self, z):
        """What is left of the way down after the share `z` of the duration, from 0 to 1."""
        raise TypeError(f"{type(self).__name__} has no shape.")


@dataclass(frozen=True)
class PolynomialDecay(Falling):
    """Fall from `initial_lr` to `final_lr` over `duration`, along a power of the time left.

    Power 1 is linear, 0.5 a square root, 2 a square. After `duration` the rate stays, or, with
    `cycle`, jumps up to fall again over twice, three times, ... the duration. Equals Keras's
    `PolynomialDecay`, and optax's `polynomial_schedule`.
    """

    kind = "polynomial"
    title = "Polynomial decay"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)}{T}\right)^{p}"
    helps = "When the length of the run is fixed and the rate should end near zero."
    assumes = "The run really ends at T: stopped earlier, it never had its small rates."
    paper = "Chen et al., 2017, DeepLab, section 4.1 (arXiv:1606.00915), with power 0.9."

    initial_lr: float = rate(0.5, r"\eta_0", START)
    power: float = exponent(1.0, "p", "Shape of the fall: 1 is linear, above 1 falls early.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    cycle: bool = switch("After the end, begin again over a longer duration.")
    duration: float | None = run_length("T", LENGTH)

    def at(self, t):
        if not self.cycle:
            return super().at(t)
        longer = self.length() * np.maximum(1, np.ceil(t / self.length()))
        return self.final_lr + (self.initial_lr - self.final_lr) * self.shape(t / longer)

    def shape(self, z):
        return (1 - z) ** self.power


@dataclass(frozen=True)
class LinearDecay(Falling):
    """Fall in a straight line to `final_lr`, by default to zero.

    Equals transformers' linear schedule, PyTorch's `LinearLR` and optax's `linear_schedule`.
    """

    kind = "linear"
    title = "Linear to zero"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)}{T}\right)"
    helps = "As a strong default for a run of fixed length, behind a warm-up."
    assumes = "The run really ends at T."
    paper = (
        "Defazio et al., 2023, When, Why and How Much? Adaptive Learning Rate Scheduling (arXiv:2310.07831)."
    )

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z):
        return 1 - z


@dataclass(frozen=True)
class CosineDecay(Falling):
    """Fall along half a cosine: slowly, fast, slowly.

    Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", without the
    restarts. Equals Keras's `CosineDecay` with `alpha = final_lr / initial_lr`.
    """

    kind = "cosine"
    title = "Cosine decay"
    latex = r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2} \left(1 + \cos\frac{\pi \min(t, T)}{T}\right)"
    helps = "As a default for a run of fixed length: high for long, soft at the end."
    assumes = "The run really ends at T."
    paper = "Loshchilov and Hutter, 2017, SGDR (arXiv:1608.03983)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z):
        return 0.5 * (1 + np.cos(np.pi * z))


@dataclass(frozen=True)
class KDecay(Falling):
    """A polynomial decay that a higher `k` holds up for longer before it falls.

    Zhang and Li, 2020, "k-decay: A New Method for Learning Rate Schedule".
    """

    kind = "k-decay"
    title = "k-decay"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)^k}{T^k}\right)^{p}"
    helps = "When a polynomial falls too early for you."
    assumes = "The run really ends at T; k is one more number to choose."
    paper = "Zhang and Li, 2020, k-decay (arXiv:2004.05909)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    k: float = exponent(2.0, "k", "How long the rate is held up: 1 is a polynomial decay.")
    power: float = exponent(1.0, "p", "Shape of the fall, as in a polynomial decay.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z):
        return (1 - z**self.k) ** self.power


@dataclass(frozen=True)
class Rex(Falling):
    """Hold the rate up for most of the run and drop it at the end.

    Chen, Wolfe and Kyrillidis, 2022, "REX: Revisiting Budgeted Training with an Improved Schedule".
    """

    kind = "rex"
    title = "REX"
    latex = (
        r"\eta_t = \eta_T + (\eta_0 - \eta_T) \frac{1 - z}{\frac{1}{2} + \frac{1}{2}(1 - z)},"
        r"\quad z = \frac{\min(t, T)}{T}"
    )
    helps = "When the budget is short: it keeps the rate up and needs no tuning."
    assumes = "The run really ends at T."
    paper = "Chen, Wolfe and Kyrillidis, 2022, REX (arXiv:2107.04197)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z):
        return (1 - z) / (0.5 + 0.5 * (1 - z))


@dataclass(frozen=True)
class TanhDecay(Falling):
    """Fall along a piece of the hyperbolic tangent: a long plateau, a steep fall, a soft end.

    Hsueh, Li and Wu, 2019, "Stochastic Gradient Descent with Hyperbolic-Tangent Decay on
    Classification". Equals timm's `TanhLRScheduler`: at the end the rate steps down to `final_lr`.
    """

    kind = "tanh"
    title = "Hyperbolic tangent"
    latex = (
        r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2}"
        r"\left(1 - \tanh\left(L + (U - L) \frac{t}{T}\right)\right),\quad t < T"
    )
    helps = "When a long plateau before the fall is wanted."
    assumes = "The piece of the tangent from L to U fits: it starts below the peak where L is near 0."
    paper = "Hsueh, Li and Wu, 2019, Hyperbolic-Tangent Decay (arXiv:1806.01593)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    lower: float = bound(-7.0, "L", "Where on the tangent the run begins.")
    upper: float = bound(3.0, "U", "Where on the tangent the run ends.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z):
        curve = 0.5 * (1 - np.tanh(self.lower + (self.upper - self.lower) * z))
        return np.where(z < 1, curve, 0.0)
