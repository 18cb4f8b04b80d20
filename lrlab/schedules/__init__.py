"""Learning-rate schedules: immutable values with pure formulas, and the catalogue that lists them."""

from lrlab.schedules.annealing import (
    CosineDecay,
    KDecay,
    LinearDecay,
    PolynomialDecay,
    Rex,
    TanhDecay,
)
from lrlab.schedules.base import Schedule
from lrlab.schedules.catalogue import (
    SCHEDULES,
    WRAPPERS,
    class_of_kind,
    schedule_from_dict,
    schedule_of_kind,
)
from lrlab.schedules.cyclical import CosineRestarts, Cyclic, OneCycle
from lrlab.schedules.formula import Formula
from lrlab.schedules.phases import Cooldown, Warmup, WarmupStableDecay
from lrlab.schedules.smooth import ExponentialDecay, InverseSqrtDecay
from lrlab.schedules.stepwise import Constant, PiecewiseConstant, StepDecay
from lrlab.schedules.time_based import CompoundingTimeBasedDecay, TimeBasedDecay
from lrlab.schedules.wrapper import Wrapper

__all__ = [
    "SCHEDULES",
    "WRAPPERS",
    "CompoundingTimeBasedDecay",
    "Constant",
    "Cooldown",
    "CosineDecay",
    "CosineRestarts",
    "Cyclic",
    "ExponentialDecay",
    "Formula",
    "InverseSqrtDecay",
    "KDecay",
    "LinearDecay",
    "OneCycle",
    "PiecewiseConstant",
    "PolynomialDecay",
    "Rex",
    "Schedule",
    "StepDecay",
    "TanhDecay",
    "TimeBasedDecay",
    "Warmup",
    "WarmupStableDecay",
    "Wrapper",
    "class_of_kind",
    "schedule_from_dict",
    "schedule_of_kind",
]
