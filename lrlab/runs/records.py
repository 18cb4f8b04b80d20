"""The records of a run: plain values that the engine, the store and the figures share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STATUSES = ("queued", "running", "paused", "completed", "stopped", "diverged", "failed")
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 0. Losses and accuracies may be NaN or infinite.

    `lr` and `lr_end` are the rates of the optimizer at the first and the last update of the epoch.
    `loss` and `accuracy` are means over the epoch's batches, as Keras reports them. `val_loss` and
    `val_accuracy` are measured after the epoch. Losses are cross-entropy without an L2 penalty. `seconds`
    is wall time with validation, divided by the number of lanes that train at the same time. `grad_norm`
    is the norm of the gradient over all weights at the epoch's first update. `update_ratio` is the norm of
    that update divided by the norm of the weights.
    """

    epoch: int
    lr: float
    lr_end: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float
    grad_norm: float = float("nan")
    update_ratio: float = float("nan")


def last_validated(epochs: Sequence[Epoch]) -> Epoch | None:
    """The last epoch with a validation loss or accuracy; None if there is none.

    Keras's `validation_freq` measures them in some epochs only. They are NaN in the others.
    """
    validated = (e for e in reversed(epochs) if not (math.isnan(e.val_loss) and math.isnan(e.val_accuracy)))
    return next(validated, None)


@dataclass(frozen=True, eq=False)
class Steps:
    """Consecutive updates from update `step` of the run on: the mean loss and applied rate of each.

    Both are float32 of shape (n,). In a range test there are also the norms of the gradients.
    """

    step: int
    losses: np.ndarray
    rates: np.ndarray
    gradients: np.ndarray | None = None


@dataclass(frozen=True)
class ManualRate:
    """From update `step` on, the rate was `rate`, set by hand; None means that the schedule set it again."""

    step: int
    rate: float | None


@dataclass(frozen=True)
class Checkpoint:
    """Where a run can continue: update `step` is the next; `state` belongs to the engine."""

    step: int
    state: bytes


@dataclass(frozen=True)
class Control:
    """What the user requests of a run now; with a `rate` of None, the schedule sets the rate."""

    stop: bool = False
    pause: bool = False
    rate: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended or paused: a status, a message if there is one, and the test score."""

    status: str
    message: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    details: str = ""
