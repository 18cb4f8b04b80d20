"""The article's experiment: its schedules with its values, and how it trained.

Source: Katherine (Yi) Li, "How to Choose a Learning Rate Scheduler for Neural Networks".
"""

from dataclasses import dataclass

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
    """A schedule with a short name of its own and the clock it runs under."""

    id: str
    name: str
    schedule: Schedule
    clock: str = "epoch"


CURVES = (
    Curve("constant", "Constant", Constant(0.01)),
    Curve("keras-decay", "Keras built-in decay", TimeBasedDecay(0.1, 0.01), "step"),
    Curve("polynomial", "Polynomial", PolynomialDecay(0.5, 1.0)),
    Curve("time-based", "Time-based, as stated", TimeBasedDecay(0.5, 0.005)),
    Curve("compounding", "Time-based, as coded", CompoundingTimeBasedDecay(0.5, 0.005)),
    Curve("exponential", "Exponential", ExponentialDecay(0.5, 0.1)),
    Curve("step", "Step", StepDecay(0.5, 0.8, 10)),
)
