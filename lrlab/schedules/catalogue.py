"""The catalogue: every kind of schedule, in the order in which the pages show them."""

from lrlab.errors import UserError
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

SCHEDULES: tuple[type[Schedule], ...] = (
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
)
WRAPPERS: tuple[type[Schedule], ...] = (Warmup, Cooldown)
MAX_DEPTH = 4


def schedule_of_kind(kind, **parameters) -> Schedule:
    """The schedule of that kind; raises UserError for an unknown kind or parameter name.

    >>> schedule_of_kind("constant", initial_lr=0.1)
    Constant(initial_lr=0.1)
    """
    cls = class_of_kind(kind)
    known = [*cls.parameters(), *(["schedule"] if cls in WRAPPERS else [])]
    for name in parameters:
        if name not in known:
            raise UserError(f"{kind} has no parameter {name!r:.60}. It takes: {', '.join(known)}.")
    if cls in WRAPPERS and "schedule" not in parameters:
        raise UserError(f"A {kind} wraps another schedule, but none is given. Name the schedule to wrap.")
    return cls(**parameters)


def class_of_kind(kind) -> type[Schedule]:
    """The class of schedules of that kind; raises UserError for an unknown kind.

    >>> class_of_kind("cosine").title
    'Cosine decay'
    """
    by_kind = {schedule.kind: schedule for schedule in (*SCHEDULES, *WRAPPERS)}
    if kind not in by_kind:
        raise UserError(f"There is no schedule {kind!r:.60}. Choose one of: {', '.join(by_kind)}.")
    return by_kind[kind]


def schedule_from_dict(record, depth=0) -> Schedule:
    """The schedule that `Schedule.to_dict` wrote; raises UserError for anything else.

    >>> schedule_from_dict(CosineDecay(0.1).to_dict()) == CosineDecay(0.1)
    True
    """
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise UserError(f"A schedule must be a JSON object with a kind, but it is {record!r:.200}.")
    if depth >= MAX_DEPTH:
        raise UserError(f"Schedules can be nested at most {MAX_DEPTH} deep.")
    if "schedule" in record:
        record = record | {"schedule": schedule_from_dict(record["schedule"], depth + 1)}
    if not all(isinstance(name, str) for name in record):
        raise UserError(f"Every parameter of a schedule must have a name, but this is {record!r:.200}.")
    return schedule_of_kind(**record)
