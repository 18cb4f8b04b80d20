"""The catalogue: every kind of schedule, in the order in which it is shown."""

from lrlab.errors import UserError
from lrlab.schedules.schedule import Schedule
from lrlab.schedules.smooth import ExponentialDecay, PolynomialDecay
from lrlab.schedules.stepwise import Constant, StepDecay
from lrlab.schedules.time_based import CompoundingTimeBasedDecay, TimeBasedDecay

SCHEDULES: tuple[type[Schedule], ...] = (
    Constant,
    PolynomialDecay,
    TimeBasedDecay,
    CompoundingTimeBasedDecay,
    ExponentialDecay,
    StepDecay,
)


def schedule_of_kind(kind, **parameters) -> Schedule:
    """The schedule of that kind; raises UserError for an unknown kind or parameter name."""
    by_kind = {schedule.kind: schedule for schedule in SCHEDULES}
    if kind not in by_kind:
        raise UserError(f"There is no schedule {kind!r}. Choose one of: {', '.join(by_kind)}.")
    known = by_kind[kind].parameters()
    for name in parameters:
        if name not in known:
            raise UserError(f"{kind} has no parameter {name!r}. It takes: {', '.join(known)}.")
    return by_kind[kind](**parameters)


def schedule_from_dict(record) -> Schedule:
    """The schedule that `Schedule.to_dict` wrote; raises UserError for anything else."""
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise UserError(f"A schedule is a JSON object with a kind, but this is {record!r:.200}.")
    return schedule_of_kind(**record)
