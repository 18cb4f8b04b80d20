"""What a learning-rate schedule is: frozen values with pure formulas, and the catalogue of them."""

from lrlab.schedules.catalogue import SCHEDULES, schedule_from_dict, schedule_of_kind
from lrlab.schedules.schedule import Schedule
from lrlab.schedules.smooth import ExponentialDecay, PolynomialDecay
from lrlab.schedules.stepwise import Constant, StepDecay
from lrlab.schedules.time_based import CompoundingTimeBasedDecay, TimeBasedDecay

__all__ = [
    "SCHEDULES",
    "CompoundingTimeBasedDecay",
    "Constant",
    "ExponentialDecay",
    "PolynomialDecay",
    "Schedule",
    "StepDecay",
    "TimeBasedDecay",
    "schedule_from_dict",
    "schedule_of_kind",
]
