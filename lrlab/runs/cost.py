"""The cost of a run: operations per epoch, and memory of the process that trains it."""

from math import prod

from lrlab.datasets.own import PIXELS
from lrlab.networks import FLOAT
from lrlab.runs.spec import RunSpec

BASE = 900 * 10**6  # Python with TensorFlow and a compiled epoch, as measured
STATES = 5  # copies of a run's state: in use, initial, and three in a checkpoint (arrays, file, bytes)
SCORED_AT_ONCE = 1000


def operations(spec: RunSpec) -> int:
    """Multiplications and additions of one epoch and of the validation after it.

    >>> operations(RunSpec())
    39758976000
    """
    known, validation = spec.data_set, spec.train_images - spec.fit_images
    fit = spec.fit_images * spec.network.training_operations(known.shape, known.class_count)
    return fit + validation * spec.network.operations(known.shape, known.class_count)


def memory(spec: RunSpec, lanes: int = 1) -> int:
    """Estimated peak memory, in bytes, of a process that trains a race of `lanes` runs like this one.

    The estimate counts:

    1. The images, once as they were read and once as they are used.
    2. Each batch: its activations, and about twice as much for gradients. Two lanes train at a time.
    3. One state per lane: the weights, the optimizer's slots, and the best weights if they are restored.
    """
    known = spec.data_set
    shape, classes = known.shape, known.class_count
    image = prod(shape) * (1 if known.dtype == PIXELS else FLOAT)
    images = (known.train + known.test + spec.train_images + known.test) * image
    together = min(lanes, 2)
    at_once = together * max(3 * spec.batch_size, SCORED_AT_ONCE)
    batch = at_once * spec.network.activation_bytes(shape, classes)
    stopping = spec.early_stopping
    state = 1 + spec.trained_optimizer.slots() + bool(stopping and stopping.restore_best)
    gradients = together * (1 + (spec.batches_per_update > 1))  # of a batch, and their sum
    copies = (STATES + lanes - 1) * state + gradients
    weights = spec.network.parameter_count(shape, classes) * FLOAT * copies
    return BASE + images + batch + weights
