"""The cost of a run: operations per epoch, and memory of the process that trains it."""

from lrlab.networks import FLOAT, SIDE
from lrlab.runs.spec import RunSpec

BASE = 900 * 10**6  # Python with TensorFlow and a compiled epoch, as measured
STATES = 5  # copies of a run's state: in use, initial, and three in a checkpoint (arrays, file, bytes)
IMAGE = SIDE * SIDE
WHOLE_SET = 70_000
TEST_IMAGES = 10_000
SCORED_AT_ONCE = 1000


def operations(spec: RunSpec) -> int:
    """Multiplications and additions of one epoch and of the validation after it."""
    validation = spec.train_images - spec.fit_images
    return spec.fit_images * spec.network.training_operations() + validation * spec.network.operations()


def memory(spec: RunSpec, lanes: int = 1) -> int:
    """Estimated peak memory, in bytes, of a process that trains a race of `lanes` runs like this one.

    The estimate counts:

    1. The images, once as they were read and once as they are used.
    2. Each batch: its activations, and about twice as much for gradients. Two lanes train at a time.
    3. One state per lane: the weights, the optimizer's slots, and the best weights if they are restored.
    """
    images = (WHOLE_SET + spec.train_images + TEST_IMAGES) * IMAGE
    together = min(lanes, 2)
    batch = together * max(3 * spec.batch_size, SCORED_AT_ONCE) * spec.network.activation_bytes()
    stopping = spec.early_stopping
    state = 1 + slots(spec.optimizer) + bool(stopping and stopping.restore_best)
    states = STATES + lanes - 1
    weights = spec.network.parameter_count() * FLOAT * (states * state + together)  # and their gradients
    return BASE + images + batch + weights


def slots(optimizer) -> int:
    """How many numbers (slots) an optimizer keeps for each weight."""
    if optimizer.kind == "rmsprop":
        return 2 if optimizer.momentum else 1
    return {"sgd": 0, "adam": 2, "adamw": 2}.get(optimizer.kind, 1)
