"""Schedules that rise again: restarts, cycles, and one cycle."""

from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import choice, factor, floor_rate, rate, run_length, span, switch
from lrlab.schedules.schedule import Schedule


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Fall along half a cosine, jump up, and fall again, each time over a longer period.

    Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts". Equals Keras's
    `CosineDecayRestarts` with `alpha = final_lr / initial_lr`, and PyTorch's
    `CosineAnnealingWarmRestarts` where `restart_factor` is 1.
    """

    kind = "cosine-restarts"
    title = "Cosine with restarts"
    latex = (
        r"\eta_t = \eta_T + \frac{\eta_0 - \eta_T}{2}\, m^{i}"
        r"\left(1 + \cos\frac{\pi t_i}{T_i}\right),\quad T_i = T_0\, f^{i}"
    )
    helps = "For snapshots at the end of each period, and to leave a poor minimum."
    assumes = "A restart costs: right after it the loss rises again."
    paper = "Loshchilov and Hutter, 2017, SGDR (arXiv:1608.03983)."

    initial_lr: float = rate(0.1, r"\eta_0", "The rate at the start of the first period.")
    period: float = span(20.0, "T_0", "How long the first period is.", low=1.0)
    period_factor: float = factor(
        2.0, "f", "How much longer each period is than the last.", 1.0, 10.0, (1.0, 4.0)
    )
    restart_factor: float = factor(1.0, "m", "What each restart is multiplied by.")
    final_lr: float = floor_rate(0.0, r"\eta_T", "The rate at the end of each period.")

    def at(self, t):
        past = t / self.period
        if self.period_factor == 1:
            number = np.floor(past)
            share = past - number
        else:
            grown = 1 + past * (self.period_factor - 1)
            number = np.floor(np.log(grown) / np.log(self.period_factor) + 1e-12)
            began = (self.period_factor**number - 1) / (self.period_factor - 1)
            share = np.clip((past - began) / self.period_factor**number, 0, 1)
        height = self.restart_factor**number * 0.5 * (1 + np.cos(np.pi * share))
        return self.final_lr + (self.initial_lr - self.final_lr) * height


@dataclass(frozen=True)
class Cyclic(Schedule):
    """Rise and fall between two rates in triangles, which may shrink.

    Smith, 2017, "Cyclical Learning Rates for Training Neural Networks". Equals PyTorch's `CyclicLR`:
    "triangular" as it is, "triangular2" with `cycle_factor` 0.5, "exp_range" with `shrink` = gamma.
    """

    kind = "cyclic"
    title = "Cyclic triangles"
    latex = (
        r"\eta_t = \eta_b + (\eta_m - \eta_b)\, \max(0, 1 - x)\, c^{i}\, \gamma^{t},"
        r"\quad x = \left|\frac{t}{s} - 2i - 1\right|"
    )
    helps = "To search a range of good rates, and to train without fixing a length."
    assumes = "Both rates are known, as from a range test."
    paper = "Smith, 2017, Cyclical Learning Rates for Training Neural Networks (arXiv:1506.01186)."

    initial_lr: float = rate(0.01, r"\eta_b", "The rate at the foot of each triangle.")
    max_lr: float = rate(0.1, r"\eta_m", "The rate at the top of the first triangle.")
    half_cycle: float = span(10.0, "s", "How long each rise, and each fall, takes.", low=1.0)
    cycle_factor: float = factor(1.0, "c", "What each triangle's height is multiplied by.")
    shrink: float = factor(1.0, r"\gamma", "What the height is multiplied by in each unit of time.")

    def at(self, t):
        number = np.floor(t / (2 * self.half_cycle))
        x = np.abs(t / self.half_cycle - 2 * number - 1)
        height = np.maximum(0, 1 - x) * self.cycle_factor**number * self.shrink**t
        return self.initial_lr + (self.max_lr - self.initial_lr) * height


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rise to a high rate, fall back, and end far below the start.

    Smith and Topin, 2018, "Super-Convergence". Equals PyTorch's `OneCycleLR`: the run's last update, at
    t = T - 1, has the smallest rate. Raises UserError when called without a duration.
    """

    kind = "one-cycle"
    title = "One cycle"
    latex = (
        r"\frac{\eta_m}{a} \xrightarrow{\;pT - 1\;} \eta_m"
        r"\xrightarrow{\;T - 1\;} \frac{\eta_m}{a\, b}"
    )
    helps = "For short runs at a rate that would diverge without the rise."
    assumes = "The run really ends at T, and momentum falls while the rate rises (not shown here)."
    paper = "Smith and Topin, 2018, Super-Convergence (arXiv:1708.07120)."

    max_lr: float = rate(0.1, r"\eta_m", "The rate at the top.")
    start_factor: float = factor(
        25.0, "a", "What the top is divided by at the start.", 1.0, 1e6, (1, 100), True
    )
    end_factor: float = factor(1e4, "b", "What the start is divided by at the end.", 1.0, 1e9, (1, 1e6), True)
    rise: float = factor(0.3, "p", "The share of the run in which the rate rises.", 0.01, 0.99, (0.05, 0.95))
    three_phases: bool = switch("Fall back to the start as slowly as it rose, and only then below it.")
    curve: str = choice(("cosine", "linear"), "What rise and fall look like.")
    duration: float | None = run_length("T", "How long it all takes; empty is the whole run.")

    def at(self, t):
        start = self.max_lr / self.start_factor
        end = start / self.end_factor
        last = np.maximum(self.length() - 1, 1e-9)
        top = np.clip(self.rise * self.length() - 1, 0, last)
        back = np.minimum(2 * top, last)
        phases = [(0, top, start, self.max_lr), (top, last, self.max_lr, end)]
        if self.three_phases:
            phases[1:] = [(top, back, self.max_lr, start), (back, last, start, end)]
        t = np.minimum(t, last)
        rate = end
        for begin, finish, before, after in reversed(phases):
            share = np.clip((t - begin) / np.maximum(finish - begin, 1e-9), 0, 1)
            way = share if self.curve == "linear" else 0.5 * (1 - np.cos(np.pi * share))
            until = np.where(finish > begin, finish, -1)
            rate = np.where(t <= until, before + (after - before) * way, rate)
        return rate
