"""What a run yields while it trains: plain values that the engine, the store and the figures share."""

from dataclasses import dataclass

import numpy as np

STATUSES = ("queued", "running", "paused", "completed", "stopped", "diverged", "failed")
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 0. Losses and accuracies may be NaN or infinite.

    `lr` and `lr_end` are what the optimizer held at the first and the last update of the epoch.
    `loss` and `accuracy` are means over the epoch's batches, as Keras reports them; `val_loss` and
    `val_accuracy` are taken after it. Losses are cross-entropy alone, without an L2 penalty. `seconds` is
    wall time, validation included, shared among the lanes that are trained at the same time. `grad_norm`
    is the length of the gradient at the epoch's first update, over all weights, and `update_ratio` how far
    that update moved them, as a share of their own length.
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


@dataclass(frozen=True, eq=False)
class Steps:
    """Updates in a row from number `step` of the run on: the mean loss of each batch and the rate applied.

    Both are float32 of shape (n,).
    """

    step: int
    losses: np.ndarray
    rates: np.ndarray


@dataclass(frozen=True)
class ManualRate:
    """From update `step` on the rate was `rate`, set by hand; None returned it to the schedule."""

    step: int
    rate: float | None


@dataclass(frozen=True)
class Checkpoint:
    """Where a run can go on: update number `step` of it is the next; `state` is the engine's."""

    step: int
    state: bytes


@dataclass(frozen=True)
class Control:
    """What the owner of a run wants of it now; `rate` None leaves the rate to the schedule."""

    stop: bool = False
    pause: bool = False
    rate: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended or paused: a status, a sentence where there is something to say, and the test score."""

    status: str
    message: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    details: str = ""
