"""Schedules whose rate rises again: warm restarts, cycles, and one cycle."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from lrlab.errors import UserError
from lrlab.parameters.declare import choice, factor, floor_rate, later, rate, run_length, span, switch
from lrlab.schedules.base import Schedule, named


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Cosine decay with warm restarts: after each period the rate jumps up and falls again.

    Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts". Equals Keras's
    `CosineDecayRestarts` with `alpha = final_lr / initial_lr`, and PyTorch's
    `CosineAnnealingWarmRestarts` where `restart_factor` is 1.

    >>> CosineRestarts(0.1, period=2, period_factor=1)([0, 1, 2, 3]).round(4).tolist()
    [0.1, 0.05, 0.1, 0.05]
    """

    kind = "cosine-restarts"
    title = "Cosine with restarts"
    latex = (
        r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2}\, m^{i}"
        r"\left(1 + \cos\frac{\pi t_i}{T_i}\right),\quad T_i = T_0\, f^{i}"
    )
    helps = "To save a model at the end of each period, and to leave a poor minimum."
    assumes = "You accept that the loss rises right after each restart."
    paper = "Loshchilov and Hutter, 2017, SGDR (arXiv:1608.03983)."

    initial_lr: float = rate(0.1, r"\eta_0", "The rate at the start of the first period.")
    period: float = span(20.0, "T_0", "Length of the first period.", low=1.0, then="restarts")
    period_factor: float = factor(
        2.0, "f", "Each period is this many times as long as the one before.", 1.0, 10.0, (1.0, 4.0)
    )
    restart_factor: float = factor(
        1.0, "m", "Factor that multiplies the height of the curve at each restart."
    )
    final_lr: float = floor_rate(0.0, r"\eta_T", "The rate at the end of each period.")

    def at(self, t: Any) -> Any:
        past = named(t / self.period, "periods")
        if self.period_factor == 1:
            number = named(np.floor(past), "restarts")
            share = named(past - number, "progress")
        else:
            grown = 1 + past * (self.period_factor - 1)
            number = named(np.floor(np.log(grown) / np.log(self.period_factor) + 1e-12), "restarts")
            began = named((self.period_factor**number - 1) / (self.period_factor - 1), "began")
            share = named(np.clip((past - began) / self.period_factor**number, 0, 1), "progress")
        height = self.restart_factor**number * 0.5 * (1 + np.cos(np.pi * share))
        height = named(height, "height")
        return self.final_lr + (self.initial_lr - self.final_lr) * height


@dataclass(frozen=True)
class Cyclic(Schedule):
    """Rise and fall linearly between two rates, again and again; the cycles may shrink.

    Smith, 2017, "Cyclical Learning Rates for Training Neural Networks". Equals PyTorch's `CyclicLR`:
    "triangular" as it is, "triangular2" with `cycle_factor` 0.5, "exp_range" with `shrink` = gamma.

    >>> Cyclic(0.01, max_lr=0.1, half_cycle=2)([0, 1, 2, 4, 6]).round(4).tolist()
    [0.01, 0.055, 0.1, 0.01, 0.1]
    """

    kind = "cyclic"
    title = "Cyclic triangles"
    latex = (
        r"\eta_t = \eta_b + (\eta_m - \eta_b)\, \max(0, 1 - x)\, c^{i}\, \gamma^{t},"
        r"\quad x = \left|\frac{t}{s} - 2i - 1\right|"
    )
    helps = "To train with a whole range of rates, and without a fixed length of the run."
    assumes = "You know both rates, for example from a learning-rate range test."
    paper = "Smith, 2017, Cyclical Learning Rates for Training Neural Networks (arXiv:1506.01186)."

    initial_lr: float = rate(0.01, r"\eta_b", "The lowest rate of each cycle.")
    max_lr: float = rate(0.1, r"\eta_m", "The highest rate of the first cycle.")
    half_cycle: float = span(
        10.0, "s", "Length of each rise and of each fall: half a cycle.", low=1.0, then="falls"
    )
    cycle_factor: float = factor(1.0, "c", "Factor that multiplies the height from one cycle to the next.")
    shrink: float = factor(1.0, r"\gamma", "Factor that multiplies the height in each unit of time.")

    def at(self, t: Any) -> Any:
        number = named(np.floor(t / (2 * self.half_cycle)), "cycle")
        x = named(np.abs(t / self.half_cycle - 2 * number - 1), "from_peak")
        height = named(np.maximum(0, 1 - x) * self.cycle_factor**number * self.shrink**t, "height")
        return self.initial_lr + (self.max_lr - self.initial_lr) * height


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rise to a high rate, fall back, and end far below the start.

    Smith and Topin, 2018, "Super-Convergence". Equals PyTorch's `OneCycleLR`: the last time at which the
    rate is set, one setting before T, has the smallest rate. With `cycle_momentum` the momentum falls from
    `max_momentum` to `base_momentum` while the rate rises, and rises while the rate falls. In the last of
    three phases, and after the run, it stays at `max_momentum`; in a warm-up before the cycle too, and in a
    cool-down it stays at the value with which the cool-down begins. Raises UserError if the lowest momentum
    is above the highest, when called without a duration, and if the rise takes exactly one setting, for
    which PyTorch has no rate either.

    >>> OneCycle(0.1, duration=10)([0, 2, 9]).round(4).tolist()
    [0.004, 0.1, 0.0]
    """

    kind = "one-cycle"
    title = "One cycle"
    latex = (
        r"\frac{\eta_m}{a} \xrightarrow{\;pT - 1\;} \eta_m"
        r"\xrightarrow{\;T - 1\;} \frac{\eta_m}{a\, b}"
    )
    helps = "For short runs with a peak rate so high that training would diverge if it started there."
    assumes = (
        "The run ends at T. In the paper momentum falls while the rate rises: this is cycle_momentum, "
        "which is off at first."
    )
    paper = "Smith and Topin, 2018, Super-Convergence (arXiv:1708.07120); Smith, 2018 (arXiv:1803.09820)."

    max_lr: float = rate(0.1, r"\eta_m", "The peak rate.")
    start_factor: float = factor(
        25.0, "a", "The initial rate is the peak rate divided by this.", 1.0, 1e6, (1, 100), True
    )
    end_factor: float = factor(
        1e4, "b", "The final rate is the initial rate divided by this.", 1.0, 1e9, (1, 1e6), True
    )
    rise: float = factor(0.3, "p", "Share of the run during which the rate rises.", 0.01, 0.99, (0.05, 0.95))
    three_phases: bool = switch(
        "Fall back to the initial rate as slowly as the rate rose, then fall to the final rate."
    )
    curve: str = choice(("cosine", "linear"), "Shape of the rise and the fall.")
    duration: float | None = run_length("T", "Length of the schedule; leave it empty for the whole run.")

    cycle_momentum: bool = later(
        switch(
            "Lower the momentum while the rate rises, and raise it while the rate falls. It takes the place "
            "of the optimizer's momentum, or of its beta_1."
        )
    )
    max_momentum: float = later(
        factor(
            0.95,
            r"\mu_{\max}",
            "The highest momentum, at the start and at the end.",
            0,
            0.999,
            (0.5, 0.999),
        )
    )
    base_momentum: float = later(
        factor(
            0.85,
            r"\mu_{\min}",
            "The lowest momentum, at the peak rate.",
            0,
            0.999,
            (0.5, 0.999),
        )
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cycle_momentum and self.base_momentum > self.max_momentum:
            raise UserError(
                f"base_momentum must be at most max_momentum, {self.max_momentum:g}, but it is "
                f"{self.base_momentum:g}. Lower it, or raise max_momentum."
            )

    def at(self, t: Any) -> Any:
        start = named(self.max_lr / self.start_factor, "start_lr")
        end = named(start / self.end_factor, "end_lr")
        return self._cycle(t, start, self.max_lr, end, "phase_lr")

    def momentum_at(self, t: Any) -> Any:
        if not self.cycle_momentum:
            return None
        return self._cycle(t, self.max_momentum, self.base_momentum, self.max_momentum, "phase_momentum")

    def without_momentum(self) -> Self:
        return self.unchecked_replace(cycle_momentum=False)

    def _cycle(self, t: Any, start: Any, peak: Any, end: Any, name: str) -> Any:
        """A value that goes from `start` to `peak` while the rate rises, and on to `end`."""
        count = named(self.length() * self.settings_per_unit, "updates")
        top, last = named(self.rise * count - 1, "peak"), named(count - 1, "last")
        if top == 0:
            raise UserError(
                f"The rise is {self.rise:g} of {count:g} updates: exactly one, which is none to rise in. "
                "Make it longer or shorter."
            )
        phases = [(0, top, start, peak), (top, last, peak, end)]
        if self.three_phases:
            phases[1:] = [(top, 2 * top, peak, start), (2 * top, last, start, end)]
        now = named(np.minimum(t * self.settings_per_unit, last), "update")
        value: Any = None
        for begin, finish, before, after in reversed(phases):
            share = named((now - begin) / np.where(finish == begin, 1, finish - begin), "progress")
            way = share if self.curve == "linear" else 0.5 * (1 - np.cos(np.pi * share))
            phase = named(before + (after - before) * named(way, "blend"), name)
            value = phase if value is None else np.where(now <= finish, phase, value)
        return value
