"""The catalogue: every kind of schedule, in the order in which the pages show them."""

from typing import Any

from lrlab.errors import UserError
from lrlab.parameters import record
from lrlab.schedules.annealing import (
    CosineDecay,
    KDecay,
    LinearDecay,
    PolynomialDecay,
    Rex,
    TanhDecay,
)
from lrlab.schedules.base import Schedule
from lrlab.schedules.cyclical import CosineRestarts, Cyclic, OneCycle
from lrlab.schedules.formula import Formula
from lrlab.schedules.phases import Cooldown, Warmup, WarmupStableDecay
from lrlab.schedules.smooth import ExponentialDecay, InverseSqrtDecay
from lrlab.schedules.stepwise import Constant, PiecewiseConstant, StepDecay
from lrlab.schedules.time_based import CompoundingTimeBasedDecay, TimeBasedDecay
from lrlab.schedules.wrapper import MAX_DEPTH, Wrapper

SCHEDULES: list[type[Schedule]] = [
    Constant,
    PolynomialDecay,
    TimeBasedDecay,
    CompoundingTimeBasedDecay,
    ExponentialDecay,
    StepDecay,
    PiecewiseConstant,
    LinearDecay,
    CosineDecay,
    CosineRestarts,
    OneCycle,
    Cyclic,
    InverseSqrtDecay,
    WarmupStableDecay,
    Rex,
    KDecay,
    TanhDecay,
    Formula,
]
WRAPPERS: list[type[Wrapper]] = [Warmup, Cooldown]


def schedule_of_kind(kind: object, **parameters: Any) -> Schedule:
    """The schedule of that kind; raises UserError for an unknown kind or parameter name.

    >>> schedule_of_kind("constant", initial_lr=0.1)
    Constant(initial_lr=0.1)
    """
    cls = class_of_kind(kind)
    if issubclass(cls, Wrapper) and "inner" not in parameters:
        raise UserError(f"A {kind} wraps another schedule, but none is given. Name the schedule to wrap.")
    return record.of_kind("schedule", (cls,), kind, parameters)


def class_of_kind(kind: object) -> type[Schedule]:
    """The class of schedules of that kind; raises UserError for an unknown kind.

    >>> class_of_kind("cosine").title
    'Cosine decay'
    """
    wrappers = {cls.kind: cls for cls in WRAPPERS}
    if isinstance(kind, str) and kind in wrappers:
        return wrappers[kind]
    return record.class_of_kind("schedule", SCHEDULES, kind)


def schedule_from_dict(written: Any) -> Schedule:
    """The schedule that `Schedule.to_dict` wrote; raises UserError for anything else.

    >>> schedule_from_dict(CosineDecay(0.1).to_dict()) == CosineDecay(0.1)
    True
    """
    layers: list[dict[str, Any]] = []
    left = written
    while left is not None or not layers:
        if not isinstance(left, dict) or not isinstance(left.get("kind"), str):
            raise UserError(f"A schedule must be a JSON object with a kind, but it is {left!r:.200}.")
        if not all(isinstance(name, str) for name in left):
            raise UserError(f"Every parameter of a schedule must have a name, but this is {left!r:.200}.")
        if len(layers) == MAX_DEPTH:
            raise UserError(f"At most {MAX_DEPTH - 1} wrappers can be nested around a schedule.")
        layers.append({name: value for name, value in left.items() if name != "schedule"})
        left = left.get("schedule")
    schedule = schedule_of_kind(**layers.pop())
    while layers:
        schedule = schedule_of_kind(**layers.pop(), inner=schedule)
    return schedule
