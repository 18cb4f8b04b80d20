"""A schedule applied to a run: the rate of every optimizer update."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lrlab.errors import UserError
from lrlab.schedules import Schedule

CLOCKS = ("epoch", "step", "smooth")
MAX_EPOCHS = 1000
MAX_STEPS_PER_EPOCH = 60_000
MAX_STEPS = 6_000_000


@dataclass(frozen=True)
class Plan:
    """A schedule over `epochs` of `steps_per_epoch` updates, under a clock.

    The clock says what t counts: `epoch` (t is the epoch, the rate changes once per epoch, as with
    `keras.callbacks.LearningRateScheduler`), `step` (t counts updates, as with
    `keras.optimizers.schedules`) or `smooth` (t is the epoch with its fraction, at every update).
    Raises UserError for an unknown clock, and for lengths that are not whole numbers or out of range.

    >>> from lrlab.schedules import CosineDecay
    >>> plan = Plan(CosineDecay(0.1), epochs=4, steps_per_epoch=250)
    >>> plan.epoch_rates().round(4)
    array([0.1   , 0.0854, 0.05  , 0.0146])
    >>> plan.rates().shape
    (1000,)
    """

    schedule: Schedule
    epochs: int = 100
    steps_per_epoch: int = 250
    clock: str = "epoch"

    def __post_init__(self):
        if self.clock not in CLOCKS:
            raise UserError(f"There is no clock {self.clock!r}. Choose one of: {', '.join(CLOCKS)}.")
        check_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        check_whole("steps_per_epoch", self.steps_per_epoch, 1, MAX_STEPS_PER_EPOCH)
        if self.steps > MAX_STEPS:
            raise UserError(
                f"A run has at most {MAX_STEPS:,} steps, but {self.epochs} epochs of "
                f"{self.steps_per_epoch} steps are {self.steps:,}. Use fewer epochs, fewer images "
                "or a larger batch size."
            )
        self._rates_at(np.zeros(1))  # raises UserError if the schedule does not fit into the run

    @property
    def steps(self) -> int:
        """The number of optimizer updates in the whole run."""
        return self.epochs * self.steps_per_epoch

    @cached_property
    def resolved(self) -> Schedule:
        """The schedule with a duration that was left out set to the length of the run."""
        return self.schedule.with_duration(self.steps if self.clock == "step" else self.epochs)

    def _rates_at(self, steps):
        if self.clock == "step":
            time = steps
        elif self.clock == "epoch":
            time = steps // self.steps_per_epoch
        else:
            time = steps / self.steps_per_epoch
        with np.errstate(all="ignore"):
            return self.resolved(np.asarray(time, float))

    def rates(self):
        """The rate of every update, float64, shape (epochs * steps_per_epoch,), as used in training."""
        return self._rates_at(np.arange(self.steps))

    def epoch_rates(self):
        """The rate of the first update of every epoch, float64, shape (epochs,)."""
        return self._rates_at(np.arange(self.epochs) * self.steps_per_epoch)

    def curve(self, points=400):
        """Points to draw: (time in epochs, rate), two float64 arrays of about `points` values.

        They include the first and the last update, and every rate is a value of `rates()`. Under the
        `epoch` clock they are the first and the last update of every epoch: between them the rate is
        constant.
        """
        if self.clock == "epoch":
            firsts = np.arange(self.epochs) * self.steps_per_epoch
            steps = np.union1d(firsts, firsts + self.steps_per_epoch - 1)
        else:
            steps = np.unique(np.linspace(0, self.steps - 1, points).round().astype(np.int64))
        return steps / self.steps_per_epoch, self._rates_at(steps)


def check_whole(name, value, low, high):
    """Return `value` if it is a whole number from `low` to `high`; raise UserError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(f"{name} must be a whole number from {low:,} to {high:,}, but it is {value!r}.")
    return value
