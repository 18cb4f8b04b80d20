"""Ranges and help of the numbers that belong to no schedule."""

from lrlab.plan import MAX_EPOCHS, MAX_STEPS_PER_EPOCH
from lrlab.schedules.parameter import Parameter
from lrlab.spec import MAX_SEED, MAX_TRAIN_IMAGES, MIN_TRAIN_IMAGES


def _whole(help, low, high, slider=(1, 100)):
    return Parameter("", help, low, high, slider, integer=True)


EPOCHS = _whole("How long the run is.", 1, MAX_EPOCHS, (1, 300))
STEPS_PER_EPOCH = _whole(
    "How many batches an epoch has. It matters where the rate changes at each step.",
    1,
    MAX_STEPS_PER_EPOCH,
    (1, 1000),
)
SHARED_RATE = Parameter(
    r"\eta_0",
    "Start every schedule at the same rate, to compare their shapes.",
    1e-8,
    10.0,
    (1e-4, 1.0),
    log=True,
)
BATCH_SIZE = _whole("How many images each update of the weights sees.", 1, MAX_TRAIN_IMAGES)
TRAIN_IMAGES = _whole(
    "The last fifth of them is kept for validation, as with `validation_split=0.2`.",
    MIN_TRAIN_IMAGES,
    MAX_TRAIN_IMAGES,
)
SEED = _whole("Sets the initial weights and the order of the batches.", 0, MAX_SEED)
WARMUP = _whole("Rise from zero in a straight line over this time, before the schedule begins.", 0, 10**7)
COOLDOWN = _whole("Fall to zero in a straight line over this time, at the end of the run.", 0, 10**7)
