"""The findings on the curves of a run: small values, each with its sentence.

Terms of their conditions:

- A curve is judged by its running median over 5 epochs, so that a single unusual epoch has no effect. The
  end of a curve is the median of its last 5 values.
- Noise is a standard deviation. It is estimated from how far values lie to both sides of the straight line
  through their two neighbours: a smooth curve that bends to one side has no noise, however steep it is.
- A trend is fitted by regression. The noise of its values may be correlated (`lrlab.analysis.trend`), so that
  a slow swing is not taken for a trend. `tests/simulation.py` measures how often the findings are wrong.
- The whole fall is the fall of training loss from the first epoch to the end. If the first losses exploded
  (each above 100 times the median of the next four), it begins after them.
- A fall is noticeable if it is more than 1 % of the whole fall, or more than a tenth of the loss at the end.
  The tenth is for losses near zero, which still fall by large factors after 99 % of the whole fall.

Epochs count from 0 in the fields, and from 1 in the sentences. The rate of an epoch is the rate at its first
update. A rate, loss or accuracy that may be None was not known, or not finite.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeVar

MOST = 3  # sentences


class Point(NamedTuple):
    """An epoch and its loss; the lowest loss is that of the first epoch that has it."""

    epoch: int
    loss: float

    def __str__(self) -> str:
        return f"epoch {self.epoch + 1} ({_loss(self.loss)})"


@dataclass(frozen=True)
class Measured:
    """The last values of a run, and the epoch with the lowest validation loss.

    `loss` is the training loss of `last_epoch`, the last finished epoch. Validation may be measured less
    often: `val_epoch` is the last epoch with a validation loss, or with a validation accuracy if no loss is
    known. `val_loss`, `val_accuracy` and `loss_gap` (validation minus training) are of this epoch, and so is
    `accuracy`, that of training.
    """

    last_epoch: int | None = None
    loss: float | None = None
    val_epoch: int | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    accuracy: float | None = None
    loss_gap: float | None = None
    best: Point | None = None

    @property
    def is_late(self) -> bool:
        """Whether epochs without validation follow the last one with it."""
        return self.val_epoch != self.last_epoch

    @property
    def end(self) -> Point | None:
        """The last measured validation loss."""
        if self.val_epoch is None or self.val_loss is None:
            return None
        return Point(self.val_epoch, self.val_loss)

    @property
    def accuracy_gap(self) -> float | None:
        """Training accuracy minus validation accuracy in `val_epoch`."""
        if self.accuracy is None or self.val_accuracy is None:
            return None
        return self.accuracy - self.val_accuracy


@dataclass(frozen=True)
class Finding(ABC):
    """Something that holds for the curves of a run. Where one of `said_by` holds too, it is not said."""

    said_by: ClassVar[tuple[type["Finding"], ...]] = ()

    @abstractmethod
    def sentence(self, active: bool) -> str:
        """The finding in one sentence of plain text; `active` says that the run continues."""


@dataclass(frozen=True)
class Diverged(Finding):
    """The first epoch without a finite loss, and its rate. The last epoch is then the one before it.

    It holds if one of these is true:

    1. A loss is infinite.
    2. Training loss is NaN from an epoch on, and was known before.
    3. The run's status is "diverged".

    The only finding beside it is `BestBeforeDivergence`.
    """

    epoch: int
    rate: float | None

    def sentence(self, active: bool) -> str:
        return f"Training diverged in epoch {self.epoch + 1}{_at_rate(self.rate)}."


@dataclass(frozen=True)
class BestBeforeDivergence(Finding):
    """The lowest validation loss of a run that diverged. It holds if one is known."""

    best: Point

    def sentence(self, active: bool) -> str:
        return f"Before that, validation loss was lowest at {self.best}."


@dataclass(frozen=True)
class NoEpoch(Finding):
    """It holds if no epoch was finished, and training did not diverge. It is then the only finding."""

    def sentence(self, active: bool) -> str:
        return "No epoch is finished yet." if active else "No epoch was finished."


@dataclass(frozen=True)
class Spike(Finding):
    """The first epoch whose training loss was far too high, with this loss and its rate.

    It holds if one of these is true:

    1. The first loss exploded.
    2. A later loss is above the first one by more than half of the fall from it to the lowest loss, and
       neither `Flat` nor `ProgressLost` holds.
    """

    epoch: int
    loss: float
    rate: float | None

    def sentence(self, active: bool) -> str:
        return f"Training loss jumped to {_loss(self.loss)} in epoch {self.epoch + 1}{_at_rate(self.rate)}."


@dataclass(frozen=True)
class Flat(Finding):
    """It holds if training loss never fell by more than 1 %. The only finding beside it is `Spike`.

    `loss` is the last training loss. `after_spike` says that the first losses exploded and do not count.
    """

    loss: float
    after_spike: bool

    def sentence(self, active: bool) -> str:
        fell, ended = ("has hardly fallen", "is") if active else ("hardly fell", "ended at")
        when = "after that" if self.after_spike else "at all"
        return f"Training loss {fell} {when}. It {ended} {_loss(self.loss)}."


@dataclass(frozen=True)
class ProgressLost(Finding):
    """The epoch with the lowest training loss, `lowest`, and the last training loss, `loss`.

    It holds if all three are true:

    1. More than half of the fall to the lowest loss was lost again at the end.
    2. The rise is more than 2 standard deviations of noise.
    3. At least 3 epochs follow the lowest loss.
    """

    lowest: Point
    loss: float

    def sentence(self, active: bool) -> str:
        risen = f"has risen to {_loss(self.loss)} since: most of the progress is lost"
        return f"Training loss was lowest at {self.lowest} and {risen}."


@dataclass(frozen=True)
class Overfitting(Finding):
    """The epoch from which on validation loss rises while training loss falls.

    It holds from the epoch of the lowest validation loss on if all four are true:

    1. At least 3 epochs follow.
    2. Validation loss rose by more than 5 %: the median of its last 5 values, the median of the second half
       of the values that follow, and its last value are all above the lowest value of its running median.
    3. The rise is no chance: the probability that the trend does not rise is below 0.9 % in the last half of
       the epochs, or below 0.02 % in those since the lowest value. If the loss has settled at its last value
       for a fifth of the run, for example because the rate is zero, these epochs do not count.
    4. Training loss fell noticeably after that epoch, and `ProgressLost` does not hold.

    Two exceptions: if training loss rose in between, for example after a restart of the rate, only the
    epochs after it was back at its old level count. If the running median at the lowest value is above its
    own minimum by more than 2 standard deviations of noise, the value was luck; then the lowest value near
    that minimum is used.

    So `epoch` is the turning point of the curve as a whole, and a lucky epoch before it may be the `best`.
    `end` is the last validation loss; `is_late` says that epochs without any follow. `accuracy_held` says
    that validation accuracy did not fall after `epoch`.
    """

    epoch: int
    best: Point
    end: Point
    is_late: bool
    accuracy_held: bool

    def sentence(self, active: bool) -> str:
        start = f"Validation loss was lowest at {self.best}"
        if self.epoch != self.best.epoch:  # one lucky epoch was lower than the turning point
            start += f"; its curve has risen since epoch {self.epoch + 1},"
        else:
            start += " and has risen"
        to = f" to {_loss(self.end.loss)}"
        if self.is_late:
            to += f" in epoch {self.end.epoch + 1}"
        but = ", but validation accuracy did not fall" if self.accuracy_held else ""
        return f"{start}{to} while training loss fell: overfitting{but}."


@dataclass(frozen=True)
class Best(Finding):
    """The lowest validation loss and the last one, `end`; `is_late` says that epochs without any follow.

    It holds if a validation loss is known, and neither `Flat` nor `Overfitting` holds.
    """

    best: Point
    end: Point
    is_late: bool

    def sentence(self, active: bool) -> str:
        if self.best.epoch == self.end.epoch:
            when = f"{'is' if active else 'was'} lowest in the last epoch ({self.end.epoch + 1})"
            if self.is_late:
                when = f"was lowest when it was last measured, in epoch {self.end.epoch + 1}"
            return f"Validation loss {when}: {_loss(self.best.loss)}."
        end = _loss(self.end.loss)
        if end == _loss(self.best.loss):
            return f"Validation loss was lowest at {self.best}."
        ended = f"{'is now' if active else 'ended at'} {end}"
        if self.is_late:
            ended = f"was {end} when it was last measured, in epoch {self.end.epoch + 1}"
        return f"Validation loss was lowest at {self.best} and {ended}."


@dataclass(frozen=True)
class NoValidation(Finding):
    """It holds if only training loss is known, and neither `Flat` nor `ProgressLost` holds.

    `loss` is the last training loss.
    """

    loss: float

    def sentence(self, active: bool) -> str:
        ended = "is" if active else "ended at"
        return f"Training loss {ended} {_loss(self.loss)}; validation loss is not known."


@dataclass(frozen=True)
class NoLoss(Finding):
    """It holds if neither training loss nor validation loss is known in any epoch."""

    def sentence(self, active: bool) -> str:
        return "No loss is known."


@dataclass(frozen=True)
class LearningStopped(Finding):
    """The first epoch after which training loss no longer falls noticeably, and its rate.

    It holds if neither `Flat` nor `ProgressLost` holds, for the first epoch for which all four are true:

    1. From it on, training loss exceeds its end by at most a noticeable fall plus 3 standard deviations of
       its noise.
    2. At least a fifth of the run and at least 10 epochs follow: the last few epochs of any curve are flat.
    3. It falls slowly: the probability is at most 20 % that its late trend is as steep as that of
       1 / time^0.3, which loses a fifth whenever the time doubles.
    4. It falls little: the late trend is not surely (99.5 %) more than twice a noticeable fall.

    The late trend is that of the epochs whose loss exceeds its end by at most 3 standard deviations, and at
    least of the last 10. Noise of training loss, a mean over the batches of an epoch, is taken to be
    correlated by at most 0.4 from one epoch to the next.

    `rate_fell` says that both are true:

    1. `rate` is at most a fifth of the highest rate up to that epoch.
    2. No later rate is higher than `rate`.
    """

    epoch: int
    rate: float | None
    rate_fell: bool

    def sentence(self, active: bool) -> str:
        when = f"epoch {self.epoch + 1}"
        if self.rate_fell:
            when += f", when the rate had fallen to {self.rate:.3g}"
        return f"Training loss {'has hardly fallen since' if active else 'hardly fell after'} {when}."


@dataclass(frozen=True)
class StillFalling(Finding):
    """It holds if none of `Flat`, `ProgressLost`, `LearningStopped` holds, and both are true:

    1. Training loss in the last tenth of the epochs, at least 3, is clearly lower than in as many epochs
       before: by more than 2 standard deviations. In a run of up to 5 epochs, it falls in each.
    2. The last rate is at least a twentieth of the highest rate.
    """

    said_by = (Overfitting,)

    def sentence(self, active: bool) -> str:
        return f"Training loss {'is still falling' if active else 'was still falling at the end'}."


@dataclass(frozen=True)
class Noisy(Finding):
    """The robust standard deviation of the last 10 changes of validation loss from one value to the next.

    `share` is its share of that loss. If noise alone changes the loss by less, `share` is that of noise. It
    holds if both are true:

    1. The share is at least 3 %, of at least 5 changes.
    2. `Flat` does not hold.
    """

    share: float

    def sentence(self, active: bool) -> str:
        by = f"about {self.share:.0%}" if self.share < 1 else "more than its own size"
        return f"In the last epochs, validation loss changed by {by} from one measurement to the next."


@dataclass(frozen=True)
class AccuracyGap(Finding):
    """The accuracies in training and in validation in the last epoch with validation.

    `epoch` is this epoch, or None if it is the last one of the run. It holds if training accuracy is higher
    by at least 5 percentage points, and `Flat` does not hold.
    """

    training: float
    validation: float
    epoch: int | None = None

    def sentence(self, active: bool) -> str:
        shares = f"{self.training:.1%} in training and {self.validation:.1%} in validation"
        if self.epoch is not None:
            return f"In epoch {self.epoch + 1}, accuracy was {shares}."
        return f"Accuracy {'is' if active else 'ended at'} {shares}."


F = TypeVar("F", bound=Finding)


@dataclass(frozen=True)
class Findings:
    """What the curves of a run say: measured values, and findings, the most important first.

    `active` says that the run continues.
    """

    measured: Measured
    present: tuple[Finding, ...]
    active: bool

    def get(self, kind: type[F]) -> F | None:
        """The finding of this class, or None if it does not hold."""
        return next((finding for finding in self.present if isinstance(finding, kind)), None)

    @property
    def sentences(self) -> tuple[str, ...]:
        """At most three sentences of plain text, the most important first."""
        said = (each for each in self.present if not any(map(self.get, each.said_by)))
        return tuple(each.sentence(self.active) for each in said)[:MOST]

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


def _loss(value: float) -> str:
    return f"{value:#.4g}".rstrip(".")


def _at_rate(rate: float | None) -> str:
    return "" if rate is None else f", at a rate of {rate:.3g}"
