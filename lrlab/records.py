"""What a run yields while it trains: plain values that the engine, the store and the figures share."""

from dataclasses import dataclass

STATUSES = ("queued", "running", "completed", "stopped", "diverged", "failed")
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Epoch:
    """One finished epoch, counted from 0. Losses and accuracies may be NaN or infinite.

    `lr` and `lr_end` are what the optimizer held at the first and the last update of the epoch.
    `loss` and `accuracy` are means over the epoch's batches, as Keras reports them; `val_loss` and
    `val_accuracy` are taken after it. `seconds` is wall time, validation included.
    """

    epoch: int
    lr: float
    lr_end: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """How a run ended: a status, a sentence where there is something to say, and the test score."""

    status: str
    message: str = ""
    test_loss: float | None = None
    test_accuracy: float | None = None
    details: str = ""
