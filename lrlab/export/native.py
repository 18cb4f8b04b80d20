"""The framework's own class for a plan's curve, as a call in source code."""

import math
from itertools import pairwise

from lrlab.runs.plan import Plan
from lrlab.schedules import (
    Constant,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    LinearDecay,
    PiecewiseConstant,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
    Warmup,
)

KERAS = "keras.optimizers.schedules."
OPTAX = "optax."


def keras_native(plan: Plan) -> str | None:
    """Keras's own schedule object with the plan's rates at every step; None if there is none.

    A schedule object counts steps, so under the `epoch` clock only a constant has one.
    """
    s = plan.resolved
    if isinstance(s, Constant):
        return repr(s.initial_lr)
    if plan.clock == "epoch":
        return None
    unit = _unit(plan)
    match s:
        case ExponentialDecay(decay=decay) if decay and not s.hold:
            return _call(
                KERAS + "ExponentialDecay",
                s.initial_lr,
                decay_steps=unit / abs(decay),
                decay_rate=_base(decay),
            )
        case ExponentialDecay():
            hold = max(s.hold, 1)
            return _call(
                KERAS + "ExponentialDecay",
                s.initial_lr,
                decay_steps=hold * unit,
                decay_rate=math.exp(-s.decay * hold),
                staircase=True,
            )
        case StepDecay():
            return _call(
                KERAS + "ExponentialDecay",
                s.initial_lr,
                decay_steps=s.drop_every * unit,
                decay_rate=s.drop_rate,
                staircase=True,
            )
        case TimeBasedDecay():
            hold = max(s.hold, 1)
            stairs = {"staircase": True} if s.hold else {}
            return _call(
                KERAS + "InverseTimeDecay",
                s.initial_lr,
                decay_steps=hold * unit,
                decay_rate=s.decay * hold,
                **stairs,
            )
        case PolynomialDecay() | LinearDecay():
            more = {"power": s.power, "cycle": s.cycle} if isinstance(s, PolynomialDecay) else {"power": 1.0}
            return _call(
                KERAS + "PolynomialDecay",
                s.initial_lr,
                decay_steps=_whole(s.length() * unit),
                end_learning_rate=s.final_lr,
                **more,
            )
        case CosineDecay(k_decay=1):
            return _call(
                KERAS + "CosineDecay",
                s.initial_lr,
                decay_steps=_whole(s.length() * unit),
                alpha=s.final_lr / s.initial_lr,
            )
        case Warmup(inner=CosineDecay(k_decay=1) as inner) if s.shape == "linear":
            return _call(
                KERAS + "CosineDecay",
                s.start_lr,
                decay_steps=_whole(inner.length() * unit),
                alpha=inner.final_lr / inner.initial_lr,
                warmup_target=inner.initial_lr,
                warmup_steps=s.warmup * unit,
            )
        case CosineRestarts(period_factor=1):
            return _call(
                KERAS + "CosineDecayRestarts",
                s.initial_lr,
                first_decay_steps=_whole(s.period * unit),
                t_mul=1.0,
                m_mul=s.restart_factor,
                alpha=s.final_lr / s.initial_lr,
            )
        case PiecewiseConstant():
            # Keras changes one step after a boundary.
            last = [math.ceil(boundary * unit) - 1 for boundary in s.boundaries]
            if all(a < b for a, b in pairwise(last)):
                return _call(KERAS + "PiecewiseConstantDecay", boundaries=last, values=list(s.rates))
    return None


def optax_native(plan: Plan) -> str | None:
    """optax's own schedule with the plan's rates at every step; None if there is none."""
    s = plan.resolved
    if isinstance(s, Constant):
        return f"optax.constant_schedule({s.initial_lr!r})"
    if plan.clock == "epoch":
        return None
    unit = _unit(plan)
    match s:
        case ExponentialDecay(decay=decay) if decay and not s.hold:
            return _call(
                OPTAX + "exponential_decay",
                s.initial_lr,
                transition_steps=unit / abs(decay),
                decay_rate=_base(decay),
            )
        case StepDecay():
            return _call(
                OPTAX + "exponential_decay",
                s.initial_lr,
                transition_steps=s.drop_every * unit,
                decay_rate=s.drop_rate,
                staircase=True,
            )
        case LinearDecay():
            return _call(
                OPTAX + "linear_schedule",
                s.initial_lr,
                s.final_lr,
                transition_steps=_whole(s.length() * unit),
            )
        case PolynomialDecay(cycle=False):
            return _call(
                OPTAX + "polynomial_schedule",
                s.initial_lr,
                s.final_lr,
                power=s.power,
                transition_steps=_whole(s.length() * unit),
            )
        case CosineDecay(k_decay=1):
            return _call(
                OPTAX + "cosine_decay_schedule",
                s.initial_lr,
                decay_steps=_whole(s.length() * unit),
                alpha=s.final_lr / s.initial_lr,
            )
        case Warmup(inner=CosineDecay(k_decay=1) as inner) if s.shape == "linear":
            return _call(
                OPTAX + "warmup_cosine_decay_schedule",
                s.start_lr,
                inner.initial_lr,
                warmup_steps=s.warmup * unit,
                decay_steps=_whole((s.warmup + inner.length()) * unit),  # optax includes the warm-up
                end_value=inner.final_lr,
            )
    return None


def _base(decay: float) -> float:
    """1 / e per 1 / decay, or e if the rate grows: a base close to 1 would lose its digits in float32."""
    return math.exp(-math.copysign(1, decay))


def _unit(plan: Plan) -> int:
    """The number of steps in one unit of the schedule's time."""
    return 1 if plan.clock == "step" else plan.steps_per_epoch


def _whole(steps: float) -> float:
    return int(steps) if steps == int(steps) else float(steps)


def _call(name: str, *values: object, **named: object) -> str:
    given = [*(repr(value) for value in values), *(f"{key}={value!r}" for key, value in named.items())]
    return f"{name}(\n    " + ",\n    ".join(given) + ",\n)"
