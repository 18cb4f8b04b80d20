"""The article's experiment: its schedules with its values, and how it trained.

Source: Katherine (Yi) Li, "How to Choose a Learning Rate Scheduler for Neural Networks",
https://neptune.ai/blog/how-to-choose-a-learning-rate-scheduler
"""

from dataclasses import dataclass, field

from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    Constant,
    ExponentialDecay,
    PolynomialDecay,
    Schedule,
    StepDecay,
    TimeBasedDecay,
)

LINK = (
    "[How to Choose a Learning Rate Scheduler for Neural Networks]"
    "(https://neptune.ai/blog/how-to-choose-a-learning-rate-scheduler)"
)
EPOCHS = 100
BATCH_SIZE = 64
TRAIN_IMAGES = 20_000
VALIDATION_SPLIT = 0.2
SEED = 9125
STEPS_PER_EPOCH = 250


@dataclass(frozen=True)
class Curve:
    """A schedule with a short name, its clock, and its appearance on a chart.

    `color` is the number of a colour of the palette, or None for the schedule's own; `id` only identifies
    the curve.
    """

    id: str = field(compare=False)
    name: str
    schedule: Schedule
    clock: str = "epoch"
    color: int | None = None
    shown: bool = True


def name_of(cls: type[Schedule], power: float | None = None) -> str:
    """The name of a curve that was given none: the article's short name, or the title of the schedule.

    A polynomial decay is called by its power.

    >>> name_of(PolynomialDecay, 1), name_of(PolynomialDecay, 2), name_of(StepDecay)
    ('Linear', 'Polynomial, power 2', 'Step')
    """
    if cls is PolynomialDecay and power not in (None, 1):
        return f"Polynomial, power {power:g}"
    return _NAMES.get(cls, cls.title)


CURVES = (
    Curve("constant", "Constant", Constant(0.01)),
    Curve("keras-decay", "Keras built-in decay", TimeBasedDecay(0.1, 0.01), "step"),
    Curve("polynomial", "Linear", PolynomialDecay(0.5, 1.0)),
    Curve("time-based", "Time-based as stated", TimeBasedDecay(0.5, 0.005)),
    Curve("compounding", "Time-based as coded", CompoundingTimeBasedDecay(0.5, 0.005)),
    Curve("exponential", "Exponential", ExponentialDecay(0.5, 0.1)),
    Curve("step", "Step", StepDecay(0.5, 0.8, 10)),
)
_NAMES = {type(curve.schedule): curve.name for curve in CURVES if curve.id != "keras-decay"}
