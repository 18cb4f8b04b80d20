"""A schedule applied to a run: the rate of every optimizer update."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt

from lrlab.errors import UserError
from lrlab.parameters.declare import declared, later, part
from lrlab.parameters.kinds import Choice, Parameter
from lrlab.parameters.record import Record
from lrlab.schedules import Constant, Schedule, schedule_from_dict
from lrlab.schedules.wrapper import MomentumOf

Rates = npt.NDArray[np.float64]
CLOCKS = ("epoch", "step", "smooth")
MAX_EPOCHS = 1000
MAX_BATCHES_PER_EPOCH = 60_000
MAX_BATCHES_PER_UPDATE = 10_000
MAX_STEPS = 6_000_000
CHUNK = 50_000  # steps, which fit into the processor's cache
EPOCHS = Parameter("", "How long the run is.", 1, MAX_EPOCHS, (1, 300), integer=True, unit="epochs")
BATCHES_PER_EPOCH = Parameter(
    "",
    "How many batches one epoch has. This matters if the rate changes at each step.",
    1,
    MAX_BATCHES_PER_EPOCH,
    (1, 1000),
    integer=True,
)
BATCHES_PER_UPDATE = Parameter(
    "",
    "How many batches each update of the weights uses: the mean of their gradients (gradient accumulation). "
    "A step is one update. The batches left over at the end of an epoch make one more update.",
    1,
    MAX_BATCHES_PER_UPDATE,
    (1, 64),
    integer=True,
)
CLOCK = Choice(CLOCKS, "What the time t counts: epochs, steps, or epochs with their fraction (smooth).")


@dataclass(frozen=True)
class Plan(Record):
    """A schedule over `epochs` of `batches_per_epoch` batches, under a clock.

    One update of the weights, a step, uses the mean gradient of `batches_per_update` batches. The batches
    left over at the end of an epoch make one more update, as in Hugging Face's `Trainer`; Keras and optax
    carry them over to the next epoch.
    The clock says what t counts: `epoch` (t is the epoch, the rate changes once per epoch, as with
    `keras.callbacks.LearningRateScheduler`), `step` (t counts updates, as with
    `keras.optimizers.schedules`) or `smooth` (t is the epoch with its fraction, at every update).
    Raises UserError for an unknown clock, and for lengths that are not whole numbers or out of range.

    >>> from lrlab.schedules import CosineDecay
    >>> plan = Plan(CosineDecay(0.1), epochs=4, batches_per_epoch=250)
    >>> plan.epoch_rates().round(4)
    array([0.1   , 0.0854, 0.05  , 0.0146])
    >>> plan.rates().shape
    (1000,)
    >>> Plan(CosineDecay(0.1), epochs=4, batches_per_epoch=250, batches_per_update=4).steps_per_epoch
    63
    """

    schedule: Schedule = part(Constant(), Schedule, schedule_from_dict)
    epochs: int = declared(100, EPOCHS)
    batches_per_epoch: int = declared(250, BATCHES_PER_EPOCH)
    clock: str = declared(CLOCKS[0], CLOCK)
    batches_per_update: int = later(declared(1, BATCHES_PER_UPDATE))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.steps > MAX_STEPS:
            raise UserError(
                f"A run has at most {MAX_STEPS:,} steps, but {self.epochs} epochs of "
                f"{self.steps_per_epoch} steps are {self.steps:,}. Use fewer epochs, fewer images "
                "or a larger batch size."
            )
        self.at(np.zeros(1))  # raises UserError if the schedule does not fit into the run

    @property
    def steps_per_epoch(self) -> int:
        """The number of optimizer updates in an epoch; the last one may have fewer batches."""
        return -(-self.batches_per_epoch // self.batches_per_update)

    @property
    def left_over(self) -> int:
        """The number of batches of an epoch's last update if it has fewer than the others, else 0."""
        return self.batches_per_epoch % self.batches_per_update

    @property
    def steps(self) -> int:
        """The number of optimizer updates in the whole run."""
        return self.epochs * self.steps_per_epoch

    @cached_property
    def resolved(self) -> Schedule:
        """The schedule with a duration that was left out set to the length of the run."""
        length = self.steps if self.clock == "step" else self.epochs
        return self.schedule.within(length, self.steps_per_epoch if self.clock == "smooth" else 1)

    @cached_property
    def momentum(self) -> Self | None:
        """The momentum of every update, as a plan whose rates it is; None if the schedule leaves it as it is.

        >>> from lrlab.schedules import OneCycle
        >>> plan = Plan(OneCycle(cycle_momentum=True), epochs=10)
        >>> plan.momentum.epoch_rates()[[0, 2, 9]]
        array([0.95, 0.85, 0.95])
        """
        if self.resolved.momentum_at(0.0) is None:
            return None
        return replace(self, schedule=MomentumOf(self.schedule))

    def first_step(self, epoch: int) -> int:
        """The first step of an epoch; raises UserError if the run has no such epoch."""
        if not 0 <= epoch < self.epochs:
            raise UserError(
                f"The run has the epochs 0 to {self.epochs - 1}, but not {epoch!r:.60}. Give one of these, "
                "or make the run longer."
            )
        return epoch * self.steps_per_epoch

    def step_of(self, batches: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The steps, counted from 0, that these batches of the run, counted from 0, belong to."""
        epochs, places = batches // self.batches_per_epoch, batches % self.batches_per_epoch
        return epochs * self.steps_per_epoch + places // self.batches_per_update

    def at(self, steps: npt.ArrayLike | range) -> Rates:
        """The rates of these updates, counted from 0, float64; also of updates after the run.

        They equal those of `rates()` bit for bit, and cost as much as they are many, wherever they lie.
        """
        steps = np.asarray(steps)
        if self.clock == "step":
            time = steps
        elif self.clock == "epoch":
            time = steps // self.steps_per_epoch
        else:
            time = steps / self.steps_per_epoch
        with np.errstate(all="ignore"):
            return self.resolved(np.asarray(time, float))

    def rates(self) -> Rates:
        """The rate of every update, float64, shape (epochs * steps_per_epoch,), as used in training.

        It may have millions: what is shown takes some of them, with `at`.
        """
        return np.concatenate([rates for _, rates in self.chunks(range(self.steps))])

    def chunks(self, steps: range) -> Iterator[tuple[range, Rates]]:
        """These steps and their rates, some thousands at a time, for a file that is larger than memory."""
        for first in range(0, len(steps), CHUNK):
            part = steps[first : first + CHUNK]
            yield part, self.at(np.arange(part.start, part.stop, part.step))

    def epoch_rates(self) -> Rates:
        """The rate of the first update of every epoch, float64, shape (epochs,)."""
        return self.at(np.arange(self.epochs) * self.steps_per_epoch)

    def curve(self, points: int = 400) -> tuple[Rates, Rates]:
        """Points to draw: (time in epochs, rate), two read-only float64 arrays of about `points` values.

        They include the first and the last update, and every rate is a value of `rates()`. Under the
        `epoch` clock they are the first and the last update of every epoch: between them the rate is
        constant.
        """
        return _curve(self, points)


@lru_cache(maxsize=256)  # a chart is drawn again and again while one of its curves changes
def _curve(plan: Plan, points: int) -> tuple[Rates, Rates]:
    size = plan.steps_per_epoch
    if plan.clock == "epoch":
        firsts = np.arange(plan.epochs) * size
        steps = np.stack([firsts, firsts + size - 1], axis=1).ravel() if size > 1 else firsts
    else:
        steps = np.unique(np.linspace(0, plan.steps - 1, points).round().astype(np.int64))
    drawn = steps / size, plan.at(steps)
    for values in drawn:
        values.flags.writeable = False
    return drawn
