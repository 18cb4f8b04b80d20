"""The article's experiment: its schedules with its values, and how it trained.

Source: Katherine (Yi) Li, "How to Choose a Learning Rate Scheduler for Neural Networks".
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

EPOCHS = 100
BATCH_SIZE = 64
TRAIN_IMAGES = 20_000
VALIDATION_SPLIT = 0.2
SEED = 9125
STEPS_PER_EPOCH = 250


@dataclass(frozen=True)
class Curve:
    """A schedule with a short name, its clock, and its appearance on a chart.

    `color` is the number of a colour of the theme; `id` only identifies the curve.
    """

    id: str = field(compare=False)
    name: str
    schedule: Schedule
    clock: str = "epoch"
    color: int = 0
    shown: bool = True


CURVES = (
    Curve("constant", "Constant", Constant(0.01)),
    Curve("keras-decay", "Keras built-in decay", TimeBasedDecay(0.1, 0.01), "step", 1),
    Curve("polynomial", "Polynomial", PolynomialDecay(0.5, 1.0), color=2),
    Curve("time-based", "Time-based, as stated", TimeBasedDecay(0.5, 0.005), color=3),
    Curve("compounding", "Time-based, as coded", CompoundingTimeBasedDecay(0.5, 0.005), color=4),
    Curve("exponential", "Exponential", ExponentialDecay(0.5, 0.1), color=5),
    Curve("step", "Step", StepDecay(0.5, 0.8, 10), color=6),
)
