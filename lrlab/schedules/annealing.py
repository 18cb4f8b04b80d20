"""Schedules that fall to a final rate over a duration, and stay there."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lrlab.parameters.declare import bound, exponent, floor_rate, later, rate, run_length, switch
from lrlab.schedules.base import Schedule, named

START = "The rate at the start."
END = "The rate at the end and after it."
LENGTH = "Length of the decay; leave it empty for the whole run."


@dataclass(frozen=True)
class Falling(Schedule):
    """Base class: the rate falls from `initial_lr` to `final_lr` along a `shape` from 1 to 0.

    Raises UserError when called without a duration.
    """

    def at(self, t: Any) -> Any:
        z = named(np.minimum(t, self.length()) / self.length(), "progress")
        mine: Any = self  # every subclass declares both rates
        return mine.final_lr + (mine.initial_lr - mine.final_lr) * named(self.shape(z), "remaining")

    def shape(self, z: Any) -> Any:
        """The remaining height, from 1 to 0, after the share `z` (0 to 1) of the duration."""
        raise TypeError(f"{type(self).__name__} has no shape.")


@dataclass(frozen=True)
class PolynomialDecay(Falling):
    """Fall from `initial_lr` to `final_lr` over `duration`, along a power of the remaining time.

    Power 1 is linear, 0.5 a square root, 2 a square. After `duration` the rate stays constant. With
    `cycle` it jumps up instead, and reaches `final_lr` again after 2, 3, ... times the duration. Equals
    Keras's `PolynomialDecay`, and optax's `polynomial_schedule`.

    >>> PolynomialDecay(0.5, power=2, duration=4)([0, 2, 4]).tolist()
    [0.5, 0.125, 0.0]
    """

    kind = "polynomial"
    title = "Polynomial decay"
    brief = r"\eta_0 (1 - t/T)^p"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)}{T}\right)^{p}"
    helps = "When the length of the run is fixed and the rate should end near zero."
    assumes = "The run ends at T. A run that stops earlier never reaches the small rates."
    paper = "Chen et al., 2017, DeepLab, section 4.1 (arXiv:1606.00915), with power 0.9."

    initial_lr: float = rate(0.5, r"\eta_0", START)
    power: float = exponent(1.0, "p", "Exponent of the decay: 1 is linear; above 1 the rate falls earlier.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    cycle: bool = switch("After the end, jump up and decay again over a longer duration.")
    duration: float | None = run_length("T", LENGTH)

    def at(self, t: Any) -> Any:
        if not self.cycle:
            return super().at(t)
        longer = self.length() * np.maximum(1, np.ceil(t / self.length()))
        remaining = named(self.shape(named(t / longer, "progress")), "remaining")
        return self.final_lr + (self.initial_lr - self.final_lr) * remaining

    def shape(self, z: Any) -> Any:
        return (1 - z) ** self.power


@dataclass(frozen=True)
class LinearDecay(Falling):
    """Fall in a straight line to `final_lr`, by default to zero.

    Equals transformers' linear schedule, PyTorch's `LinearLR` and optax's `linear_schedule`.

    >>> LinearDecay(0.1, duration=4)([0, 1, 2, 4]).round(4).tolist()
    [0.1, 0.075, 0.05, 0.0]
    """

    kind = "linear"
    title = "Linear"
    brief = r"\eta_0 (1 - t/T)"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)}{T}\right)"
    helps = "As a good default for a run of fixed length, after a warm-up."
    assumes = "The run ends at T, not earlier."
    paper = (
        "Defazio et al., 2023, When, Why and How Much? Adaptive Learning Rate Scheduling (arXiv:2310.07831)."
    )

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z: Any) -> Any:
        return 1 - z


@dataclass(frozen=True)
class CosineDecay(Falling):
    """Fall along half a cosine: slowly at first, then fast, then slowly again.

    Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", without the
    restarts. Equals Keras's `CosineDecay` with `alpha = final_lr / initial_lr`, and timm's
    `CosineLRScheduler`, also with its `k_decay` (Zhang and Li, 2020, "k-decay").

    >>> CosineDecay(0.1, duration=4)([0, 1, 2, 4]).round(4).tolist()
    [0.1, 0.0854, 0.05, 0.0]
    """

    kind = "cosine"
    title = "Cosine decay"
    brief = r"\eta_0 (1 + \cos \pi t/T) / 2"
    latex = r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2} \left(1 + \cos\frac{\pi \min(t, T)^k}{T^k}\right)"
    helps = (
        "As a default for a run of fixed length: the rate stays high for long and ends with small changes."
    )
    assumes = "The run ends at T, not earlier."
    paper = "Loshchilov and Hutter, 2017, SGDR (arXiv:1608.03983)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)
    k_decay: float = later(
        exponent(1.0, "k", "A larger value keeps the rate high for longer; 1 gives a plain cosine.")
    )

    def shape(self, z: Any) -> Any:
        share = z if self.k_decay == 1 else z**self.k_decay
        return 0.5 * (1 + np.cos(np.pi * share))


@dataclass(frozen=True)
class KDecay(Falling):
    """Polynomial decay whose rate stays high for longer if `k` is larger.

    Zhang and Li, 2020, "k-decay: A New Method for Learning Rate Schedule".

    >>> KDecay(0.1, k=2, duration=4)([0, 2, 4]).round(4).tolist()
    [0.1, 0.075, 0.0]
    """

    kind = "k-decay"
    title = "k-decay"
    latex = r"\eta_t = \eta_T + (\eta_0 - \eta_T) \left(1 - \frac{\min(t, T)^k}{T^k}\right)^{p}"
    helps = "When polynomial decay lowers the rate too early."
    assumes = "The run ends at T. You have one more number to choose: k."
    paper = "Zhang and Li, 2020, k-decay (arXiv:2004.05909)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    k: float = exponent(2.0, "k", "A larger value keeps the rate high for longer; 1 gives polynomial decay.")
    power: float = exponent(1.0, "p", "Exponent of the decay, as in polynomial decay.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z: Any) -> Any:
        return (1 - z**self.k) ** self.power


@dataclass(frozen=True)
class Rex(Falling):
    """Keep the rate high for most of the run, and lower it fast at the end.

    Chen, Wolfe and Kyrillidis, 2022, "REX: Revisiting Budgeted Training with an Improved Schedule".

    >>> Rex(0.1, duration=4)([0, 2, 4]).round(4).tolist()
    [0.1, 0.0667, 0.0]
    """

    kind = "rex"
    title = "REX"
    latex = (
        r"\eta_t = \eta_T + (\eta_0 - \eta_T) \frac{1 - z}{\frac{1}{2} + \frac{1}{2}(1 - z)},"
        r"\quad z = \frac{\min(t, T)}{T}"
    )
    helps = "For short runs: it keeps the rate high, and its shape needs no tuning."
    assumes = "The run ends at T, not earlier."
    paper = "Chen, Wolfe and Kyrillidis, 2022, REX (arXiv:2107.04197)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z: Any) -> Any:
        return (1 - z) / (0.5 + 0.5 * (1 - z))


@dataclass(frozen=True)
class TanhDecay(Falling):
    """Fall along a part of the hyperbolic tangent: a long plateau, a steep fall, a slow end.

    Hsueh, Li and Wu, 2019, "Stochastic Gradient Descent with Hyperbolic-Tangent Decay on
    Classification". Equals timm's `TanhLRScheduler`: at the end the rate steps down to `final_lr`.

    >>> TanhDecay(0.1, duration=10)([0, 7, 10]).round(4).tolist()
    [0.1, 0.05, 0.0]
    """

    kind = "tanh"
    title = "Hyperbolic tangent"
    latex = (
        r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2}"
        r"\left(1 - \tanh\left(L + (U - L) \frac{t}{T}\right)\right),\quad t < T"
    )
    helps = "When the rate should stay high for long before it falls."
    assumes = "L and U fit the run. If L is near 0, the run starts below the initial rate."
    paper = "Hsueh, Li and Wu, 2019, Hyperbolic-Tangent Decay (arXiv:1806.01593)."

    initial_lr: float = rate(0.1, r"\eta_0", START)
    lower: float = bound(-7.0, "L", "Point on the tanh curve at which the run begins.")
    upper: float = bound(3.0, "U", "Point on the tanh curve at which the run ends.")
    final_lr: float = floor_rate(0.0, r"\eta_T", END)
    duration: float | None = run_length("T", LENGTH)

    def shape(self, z: Any) -> Any:
        curve = 0.5 * (1 - np.tanh(self.lower + (self.upper - self.lower) * z))
        return np.where(z < 1, curve, 0.0)
