"""Warm-up and cool-down for any schedule, and warm-up-stable-decay (WSD)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from lrlab.errors import UserError
from lrlab.parameters.declare import choice, floor_rate, interval, later, rate, run_length
from lrlab.schedules.base import Schedule, named, zero
from lrlab.schedules.wrapper import Wrapper

# How far a warm-up has risen, and what is left of the height in a cool-down, after a share z of its time.
WARMUPS = {
    "linear": lambda z: z,
    "cosine": lambda z: 0.5 * (1 - np.cos(np.pi * z)),
    "1-sqrt": lambda z: 1 - np.sqrt(1 - z),
}
WARMUP_SHAPES = ("linear", "exponential", "cosine", "1-sqrt")
COOLDOWNS = {
    "linear": lambda z: 1 - z,
    "cosine": lambda z: 0.5 * (1 + np.cos(np.pi * z)),
    "1-sqrt": lambda z: 1 - np.sqrt(z),
}


@dataclass(frozen=True)
class WarmupStableDecay(Schedule):
    """Warm up, keep the rate constant for most of the run, and cool down at the end.

    Hu et al., 2024, "MiniCPM"; the cool-down 1-sqrt from Hägele et al., 2024, "Scaling Laws and
    Compute-Optimal Training Beyond Fixed Training Durations". Equals timm's WSD, and transformers'
    `get_wsd_schedule`, whose warm-up starts at the floor: there `start_lr` is `final_lr`. Raises UserError
    when called without a duration, or with one shorter than its phases, and for an exponential warm-up
    from 0.

    >>> WarmupStableDecay(0.1, warmup=2, cooldown=4, duration=10)([0, 1, 2, 7, 10]).round(4).tolist()
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    kind = "wsd"
    title = "Warm-up, stable, decay"
    latex = (
        r"\eta_t = \begin{cases} \eta_s + (\eta_0 - \eta_s)\, r(t / w) & t < w \\ \eta_0 & w \le t < T - c \\"
        r" \eta_T + (\eta_0 - \eta_T)\, f\!\left(\frac{t - (T - c)}{c}\right) & t \ge T - c \end{cases}"
    )
    helps = "When you may want to train longer: the cool-down can begin at any point of the stable phase."
    assumes = "The cool-down is long enough: a tenth to a fifth of the run is common."
    paper = "Hu et al., 2024, MiniCPM (arXiv:2404.06395); Hägele et al., 2024 (arXiv:2405.18392)."

    initial_lr: float = rate(0.1, r"\eta_0", "The constant rate between warm-up and cool-down.")
    warmup: int = interval(5, "w", "Length of the warm-up, in which the rate rises.", low=0)
    cooldown: int = interval(20, "c", "Length of the cool-down at the end.")
    final_lr: float = floor_rate(0.0, r"\eta_T", "The rate at the end and after it.")
    shape: str = choice(("1-sqrt", "linear", "cosine"), "Shape of the fall.")
    duration: float | None = run_length("T", "Length of the schedule; leave it empty for the whole run.")
    start_lr: float = later(floor_rate(0.0, r"\eta_s", "The rate at the start of the warm-up."))
    warmup_shape: str = later(choice(WARMUP_SHAPES, "Shape of the rise."))

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_rise(self.start_lr, self.warmup_shape)

    def at(self, t: Any) -> Any:
        begin = named(_length_of(self) - self.cooldown, "cooldown_begin")
        z = named(np.clip((t - begin) / self.cooldown, 0, 1), "cooldown_progress")
        remaining = named(COOLDOWNS[self.shape](z), "remaining")
        fall = self.final_lr + (self.initial_lr - self.final_lr) * remaining
        share = named(np.minimum(t / np.maximum(self.warmup, 1), 1), "warmup_progress")
        rise = _risen(self.start_lr, self.initial_lr, share, self.warmup_shape)
        return np.where(t < self.warmup, named(rise, "warmup_lr"), named(fall, "cooldown_lr"))


@dataclass(frozen=True)
class Warmup(Wrapper):
    """Raise the rate over `warmup` to the initial rate of another schedule, then follow that schedule.

    The inner schedule counts its time from the end of the warm-up. Its default duration is the run minus
    the warm-up, as in optax's `warmup_cosine_decay_schedule` and Keras's `warmup_target`.

    >>> from lrlab.schedules import StepDecay
    >>> Warmup(StepDecay(0.1), warmup=4)([0, 1, 4, 14]).round(4).tolist()
    [0.0, 0.025, 0.1, 0.08]
    """

    kind = "warm-up"
    title = "Warm-up"
    phrase = "after a warm-up of"
    latex = r"\eta_t = \eta_s + (\eta_0 - \eta_s)\, t / w \;\text{ for } t < w"
    helps = (
        "When the first updates at the full rate would do harm: with Adam, large batches or deep networks."
    )
    assumes = "A few hundred steps are enough for most runs."
    paper = "Goyal et al., 2017, Accurate, Large Minibatch SGD (arXiv:1706.02677)."

    warmup: int = interval(
        5,
        "w",
        "Length of the warm-up: the rate rises to the first rate of the schedule, which then begins.",
        then="reaches its peak",
    )
    start_lr: float = floor_rate(0.0, r"\eta_s", "The rate at the start.")
    shape: str = choice(WARMUP_SHAPES, "Shape of the rise.")

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_rise(self.start_lr, self.shape)

    def at(self, t: Any) -> Any:
        share = named(np.minimum(t / self.warmup, 1), "warmup_progress")
        rise = _risen(self.start_lr, self.inner.at(zero(t)), share, self.shape)
        after = self.inner.at(named(np.maximum(t - self.warmup, 0), "after_warmup"))
        return np.where(t < self.warmup, named(rise, "warmup_lr"), named(after, "schedule_lr"))

    def momentum_at(self, t: Any) -> Any:
        """Until the schedule begins, its first momentum."""
        return self.inner.momentum_at(named(np.maximum(t - self.warmup, 0), "after_warmup"))

    def followed(self, length: Any) -> Any:
        """What the warm-up leaves of a run of that length."""
        return length - self.warmup

    def within(self, length: Any, settings_per_unit: Any = 1) -> Self:
        """The same in a run of that length; the schedule inside has what the warm-up leaves of it."""
        left = np.maximum(self.followed(length), 1)
        return self.unchecked_replace(inner=self.inner.within(left, settings_per_unit))


@dataclass(frozen=True)
class Cooldown(Wrapper):
    """Follow another schedule, then fall from its current rate to `final_lr` over the last `cooldown`.

    By default the inner schedule has the same duration as the whole. Raises UserError when called without
    a duration, or with one shorter than the cool-down.

    >>> from lrlab.schedules import Constant
    >>> Cooldown(Constant(0.1), cooldown=4, duration=10)([0, 6, 8, 10]).round(4).tolist()
    [0.1, 0.1, 0.05, 0.0]
    """

    kind = "cool-down"
    title = "Cool-down"
    phrase = "with a cool-down of"
    latex = (
        r"\eta_t = \eta_T + (\eta_{T-c} - \eta_T)\, f\!\left(\tfrac{t - (T - c)}{c}\right)"
        r"\;\text{ for } t \ge T - c"
    )
    helps = "To end any schedule with a small rate."
    assumes = "The run ends at T, not earlier."
    paper = (
        "Hägele et al., 2024, Scaling Laws and Compute-Optimal Training Beyond Fixed Training "
        "Durations (arXiv:2405.18392)."
    )

    cooldown: int = interval(
        20, "c", "Length of the cool-down: this long before the end of the run the rate begins to fall."
    )
    final_lr: float = floor_rate(0.0, r"\eta_T", "The rate at the end and after it.")
    shape: str = choice(("linear", "cosine", "1-sqrt"), "Shape of the fall.")
    duration: float | None = run_length("T", "Length of the schedule; leave it empty for the whole run.")

    def at(self, t: Any) -> Any:
        begin = named(_length_of(self) - self.cooldown, "cooldown_begin")
        z = named(np.clip((t - begin) / self.cooldown, 0, 1), "cooldown_progress")
        start = named(self.inner.at(zero(t) + begin), "cooldown_start")
        fall = self.final_lr + (start - self.final_lr) * named(COOLDOWNS[self.shape](z), "remaining")
        before = named(self.inner.at(np.minimum(t, begin)), "schedule_lr")
        return np.where(t < begin, before, named(fall, "cooldown_lr"))

    def momentum_at(self, t: Any) -> Any:
        """In the cool-down, the momentum with which it begins."""
        return self.inner.momentum_at(np.minimum(t, _length_of(self) - self.cooldown))

    def followed(self, length: Any) -> Any:
        """The time until the cool-down begins."""
        return (self.duration or length) - self.cooldown

    def within(self, length: Any, settings_per_unit: Any = 1) -> Self:
        """The same, and the schedule inside, in a run of that length."""
        inner = self.inner.within(length, settings_per_unit)
        return super().within(length, settings_per_unit).unchecked_replace(inner=inner)


def _check_rise(start: float, shape: str) -> None:
    if shape == "exponential" and not start:
        raise UserError(
            "An exponential warm-up cannot start at 0: give start_lr a value above 0, or choose the linear "
            "shape."
        )


def _risen(start: Any, peak: Any, share: Any, shape: str) -> Any:
    """The rate after a share of a warm-up."""
    if shape == "exponential":
        return start * (peak / start) ** share
    return start + (peak - start) * WARMUPS[shape](share)


def _length_of(schedule: Any) -> Any:
    """The duration; raises UserError if it is shorter than the phases."""
    length = schedule.length()
    warmup = getattr(schedule, "warmup", 0)
    if warmup + schedule.cooldown > length:
        phases = "warm-up and the cool-down take" if warmup else "cool-down takes"
        raise UserError(
            f"The {phases} {warmup + schedule.cooldown:g} units of time, but the schedule lasts {length:g}. "
            "Make the phases shorter, or the run longer."
        )
    return length
