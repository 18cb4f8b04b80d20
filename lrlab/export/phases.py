"""A schedule as simple schedules, one after another: the phases that frameworks have classes for."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lrlab.export.base import whole
from lrlab.runs.samples import POINTS
from lrlab.schedules import (
    Constant,
    Cooldown,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    Schedule,
    StepDecay,
    Warmup,
    WarmupStableDecay,
)

MOST = 12  # a reader should see them at one glance
# The first setting of a phase, and its schedule, which counts time from there.
Phase = tuple[int, Schedule]


def phases(schedule: Schedule, unit: int, settings: int) -> list[Phase]:
    """The phases of a schedule that begin in its first `settings` settings, `unit` of them in a unit of time.

    The schedule itself is the only phase if it has no phases, or if one does not begin at a setting.
    """
    found = _phases(schedule, unit, settings) or [(0, schedule)]
    found = [phase for phase in found if phase[0] < settings]
    return found if len(found) <= MOST else [(0, schedule)]


def _phases(schedule: Schedule, unit: int, settings: int) -> list[Phase] | None:
    match schedule:
        case Warmup(warmup=length, start_lr=start, inner=inner):
            rise = _rise(schedule.shape, start, float(inner(0.0)), length)
            if rise is None:
                return None
            after = phases(inner, unit, settings - length * unit)
            return [(0, rise), *((length * unit + begin, phase) for begin, phase in after)]
        case Cooldown(cooldown=length, inner=inner):
            time = schedule.length() - length
            begin = whole(time * unit)
            if begin is None:
                return None
            fall = _fall(schedule.shape, float(inner(time)), schedule.final_lr, length)
            return [*(phases(inner, unit, begin) if begin else []), (begin, fall)]
        case WarmupStableDecay(warmup=warmup, cooldown=length) if warmup < schedule.length() - length:
            begin, lr = whole((schedule.length() - length) * unit), schedule.initial_lr
            rise = _rise(schedule.warmup_shape, schedule.start_lr, lr, warmup) if warmup else None
            if begin is None or (warmup and rise is None):
                return None
            fall = _fall(schedule.shape, lr, schedule.final_lr, length)
            return [*([(0, rise)] if rise else []), (warmup * unit, Constant(lr)), (begin, fall)]
        case CosineRestarts(period=period, initial_lr=lr, final_lr=final):
            time, restarted = 0.0, list[Phase]()
            while time * unit < settings and len(restarted) <= MOST:
                first = whole(time * unit)
                if first is None:
                    return None
                restarted.append((first, _made(CosineDecay(), lr, final, period)))
                time += period
                period *= schedule.period_factor
                lr = final + (lr - final) * schedule.restart_factor
            return restarted
        case OneCycle(max_lr=peak):
            low = peak / schedule.start_factor
            count = schedule.length() * schedule.settings_per_unit
            points = [(0, low), (schedule.rise * count - 1, peak), (count - 1, low / schedule.end_factor)]
            if schedule.three_phases:
                points.insert(2, (2 * points[1][0], low))
            if any(whole(a) is None or b <= a for (a, _), (b, _) in pairwise(points)):
                return None
            shape = LinearDecay() if schedule.curve == "linear" else CosineDecay()
            return [
                (round(a), _made(shape, before, after, (b - a) / unit))
                for (a, before), (b, after) in pairwise(points)
            ]
    return None


def _made(shape: Schedule, start: float, end: float, length: float) -> Schedule:
    """The shape between two rates; unchecked, because a phase may start at 0."""
    return shape.unchecked_replace(initial_lr=start, final_lr=end, duration=length)


def _rise(shape: str, start: float, end: float, length: int) -> Schedule | None:
    """A warm-up alone; None for a shape that no simple schedule has."""
    if shape in ("linear", "cosine"):
        return _made(LinearDecay() if shape == "linear" else CosineDecay(), start, end, length)
    if shape == "exponential" and end > 0:
        return ExponentialDecay().unchecked_replace(initial_lr=start, decay=-math.log(end / start) / length)
    return None


def _fall(shape: str, start: float, end: float, length: int) -> Schedule:
    """A cool-down alone."""
    if shape in ("linear", "cosine"):
        return _made(LinearDecay() if shape == "linear" else CosineDecay(), start, end, length)
    return WarmupStableDecay().unchecked_replace(
        initial_lr=start, final_lr=end, warmup=0, cooldown=length, duration=length, shape=shape
    )


def e_fold(decay: float) -> float:
    """The factor of a rate after 1 / |decay|: a factor per step, close to 1, would lose digits in float32."""
    return math.exp(-math.copysign(1, decay))


def drops(schedule: Schedule, unit: int) -> tuple[float, int, float] | None:
    """The rate, the number of settings between two drops, and the factor; None for other schedules."""
    match schedule:
        case StepDecay():
            return schedule.initial_lr, schedule.drop_every * unit, schedule.drop_rate
        case ExponentialDecay(hold=hold) if hold:
            return schedule.initial_lr, hold * unit, math.exp(-schedule.decay * hold)
    return None


def boundaries(schedule: PiecewiseConstant, unit: int) -> list[int]:
    """The settings at which a piecewise schedule changes its rate."""
    return [math.ceil(boundary * unit) for boundary in schedule.boundaries]


def ends_well(steps: float, power: float) -> bool:
    """Whether (1 - step / steps) ** power is a number in float32 at the last step and after it.

    XLA computes it as (1 - step * (1 / steps)) ** power, whose base can be just below 0.
    """
    return power % 1 == 0 or steps * float(np.float32(1) / np.float32(steps)) <= 1


def rounds_well(size: float, settings: int) -> bool:
    """Whether step / size is on the right side of each whole number in float32.

    XLA, the compiler of JAX and of Keras, multiplies by 1 / size: 41 * (1 / 41) is below 1 then. Only a step
    beside a multiple of `size` can go wrong. The error of a whole size grows from each power of two to the
    next one: after the first POINTS multiples, those before the powers of two show whether any goes wrong. A
    size that is not whole is not said to round well if it has more multiples.
    """
    last = int(settings // size)
    if size % 1 and last > POINTS:
        return False
    powers = 2 ** np.arange(last.bit_length() + 1)
    multiples = np.concatenate([np.arange(min(last, POINTS) + 2), powers - 1, powers, [last, last + 1]])
    steps = np.unique(np.floor(multiples * size)[:, None] + np.arange(-1, 3))
    steps = steps[(steps >= 0) & (steps <= settings)]
    rounded = steps.astype(np.float32) * (np.float32(1) / np.float32(size))
    rounders: tuple[Callable[..., np.ndarray], ...] = (np.floor, np.ceil)
    return all(bool((rounder(rounded) == rounder(steps / size)).all()) for rounder in rounders)
