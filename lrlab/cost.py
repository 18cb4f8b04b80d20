"""What a run costs: operations an epoch, and the memory of the process that trains it."""

from lrlab.networks import FLOAT, SIDE
from lrlab.spec import RunSpec

BASE = 900 * 10**6  # Python with TensorFlow and a compiled epoch, as measured
STATES = 5  # of a run: in use, as it began, and those of a checkpoint: arrays, file and bytes
IMAGE = SIDE * SIDE
WHOLE_SET = 70_000
TEST_IMAGES = 10_000
SCORED_AT_ONCE = 1000


def operations(spec: RunSpec) -> int:
    """Multiplications and additions of one epoch, the validation after it included."""
    validation = spec.train_images - spec.fit_images
    return spec.fit_images * spec.network.training_operations() + validation * spec.network.operations()


def memory(spec: RunSpec, lanes: int = 1) -> int:
    """Bytes that a process needs at its peak for a race of so many runs like this; a guess, no promise.

    The images are held once as they were read and once as they are used. A batch holds its activations
    and about twice as much of gradients. A state holds the weights, what the optimizer keeps for each of
    them, and the best weights so far where they are to be restored; each lane has one, and two at a time
    are trained.
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
    """How many numbers an optimizer keeps for each weight."""
    if optimizer.kind == "rmsprop":
        return 2 if optimizer.momentum else 1
    return {"sgd": 0, "adam": 2, "adamw": 2}.get(optimizer.kind, 1)
