"""The cost of a run: operations per epoch, and memory of the process that trains it."""

from math import prod

from lrlab.networks import CLASS_COUNT, FLOAT, IMAGE_SHAPE
from lrlab.networks.layers import Shape
from lrlab.runs.spec import RunSpec

BASE = 900 * 10**6  # Python with TensorFlow and a compiled epoch, as measured
STATES = 5  # copies of a run's state: in use, initial, and three in a checkpoint (arrays, file, bytes)
WHOLE_SET = 70_000
TEST_IMAGES = 10_000
SCORED_AT_ONCE = 1000


def operations(spec: RunSpec, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
    """Multiplications and additions of one epoch and of the validation after it."""
    validation = spec.train_images - spec.fit_images
    fit = spec.fit_images * spec.network.training_operations(shape, classes)
    return fit + validation * spec.network.operations(shape, classes)


def memory(spec: RunSpec, lanes: int = 1, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
    """Estimated peak memory, in bytes, of a process that trains a race of `lanes` runs like this one.

    The estimate counts:

    1. The images, once as they were read and once as they are used.
    2. Each batch: its activations, and about twice as much for gradients. Two lanes train at a time.
    3. One state per lane: the weights, the optimizer's slots, and the best weights if they are restored.
    """
    image = prod(shape) * (1 if len(shape) == 3 else FLOAT)  # pixels are bytes
    images = (WHOLE_SET + spec.train_images + TEST_IMAGES) * image
    together = min(lanes, 2)
    at_once = together * max(3 * spec.batch_size, SCORED_AT_ONCE)
    batch = at_once * spec.network.activation_bytes(shape, classes)
    stopping = spec.early_stopping
    state = 1 + spec.optimizer.slots() + bool(stopping and stopping.restore_best)
    copies = (STATES + lanes - 1) * state + together  # and the gradients
    weights = spec.network.parameter_count(shape, classes) * FLOAT * copies
    return BASE + images + batch + weights
