"""Ranges and help texts of numbers that do not belong to a schedule."""

from dataclasses import replace

from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import MAX_EPOCHS, MAX_STEPS_PER_EPOCH
from lrlab.runs.spec import MAX_SEED, MAX_TRAIN_IMAGES, MIN_TRAIN_IMAGES
from lrlab.scene import SHARED_RATE

__all__ = [
    "BATCH_SIZE",
    "COOLDOWN",
    "EPOCHS",
    "FIRST_EPOCHS",
    "PEAK",
    "SEED",
    "SEEDS",
    "SHARED_RATE",
    "SPLIT",
    "STEPS_PER_EPOCH",
    "TRAIN_IMAGES",
    "WARMUP",
]


def _whole(help, low, high, slider=(1, 100)):
    return Parameter("", help, low, high, slider, integer=True)


EPOCHS = _whole("How long the run is.", 1, MAX_EPOCHS, (1, 300))
FIRST_EPOCHS = _whole("How many epochs from the start are drawn.", 1, MAX_EPOCHS)
STEPS_PER_EPOCH = _whole(
    "How many batches one epoch has. This matters if the rate changes at each step.",
    1,
    MAX_STEPS_PER_EPOCH,
    (1, 1000),
)
BATCH_SIZE = _whole("How many images each weight update uses.", 1, MAX_TRAIN_IMAGES)
TRAIN_IMAGES = _whole(
    "How many images are used, including the validation images.",
    MIN_TRAIN_IMAGES,
    MAX_TRAIN_IMAGES,
)
SPLIT = Parameter(
    "", "The share of these images that is used for validation, not for training.", 0.01, 0.9, (0.05, 0.5)
)
SEEDS = _whole("How many seeds, counted up from the first seed. One seed alone decides nothing.", 1, 10)
PEAK = replace(SHARED_RATE, help="The highest rate of every schedule.")
SEED = _whole("Sets the initial weights and the order of the batches.", 0, MAX_SEED)
WARMUP = _whole(
    "The rate rises to the first rate of the schedule over this time. Then the schedule begins.", 0, 10**7
)
COOLDOWN = _whole("The rate leaves the schedule this long before the end of the run, and falls.", 0, 10**7)
