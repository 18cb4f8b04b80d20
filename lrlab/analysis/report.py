"""The findings on the curves of a run, as numbers and as sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

NOISY = 0.03  # smallest noise that is reported
WIDE = 0.05  # smallest gap between accuracies that is reported


@dataclass(frozen=True)
class Findings:
    """The findings on a run's curves. Epochs count from 0 in the fields, and from 1 in the sentences.

    A field is None if there is no such epoch or no finite number. The rate of an epoch is the rate at its
    first update.

    Measured values:

    - `last_epoch` is the last finished epoch, with its `loss`, `accuracy`, `val_loss`, `val_accuracy`.
    - `best_epoch` has the lowest validation loss, `accuracy_epoch` the highest validation accuracy. If
      several epochs are equal, it is the first of them.
    - `noise` is the robust standard deviation of the last 10 changes of validation loss from one epoch to
      the next, as a share of that loss.

    `overfitting_epoch` is the epoch from which on both are true:

    1. Validation loss rises and does not come down again.
    2. Training loss continues to fall.

    It is the turning point of the curve as a whole. One lucky epoch before it may be the best epoch.
    `accuracy_held` says that validation accuracy did not fall after it.

    `stopped_epoch` is the first epoch after which training loss no longer falls noticeably (see `findings`),
    and `stopped_rate` is its rate. `rate_fell` says that both are true:

    1. `stopped_rate` is at most a fifth of the highest rate up to that epoch.
    2. No later rate is higher than `stopped_rate`.

    `falling` says that both are true:

    1. Training loss still falls in the last epochs.
    2. The last rate is at least a twentieth of the highest rate.

    If noise hides the direction of the curve, `stopped_epoch` is None and `falling` is False.

    Failures of training:

    - `flat` says that training loss never fell by more than 1 %.
    - `lost_epoch` is the epoch with the lowest training loss, `lowest_loss`, if more than half of the fall
      was lost after it.
    - `spike_epoch` is the first epoch whose training loss, `spike_loss`, is above the first loss by more
      than half of the fall, or the first epoch if its own loss exploded. `spike_rate` is its rate.
    - `diverged_epoch` is the first epoch without a finite loss, and `diverged_rate` is its rate. Then
      `last_epoch` is the epoch before it, and the only other findings are the best epochs.

    `sentences` are plain text: at most three, the most important first.
    """

    last_epoch: int | None = None
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    best_epoch: int | None = None
    best_val_loss: float | None = None
    accuracy_epoch: int | None = None
    best_val_accuracy: float | None = None
    overfitting_epoch: int | None = None
    accuracy_held: bool = False
    stopped_epoch: int | None = None
    stopped_rate: float | None = None
    rate_fell: bool = False
    falling: bool = False
    flat: bool = False
    lost_epoch: int | None = None
    lowest_loss: float | None = None
    spike_epoch: int | None = None
    spike_loss: float | None = None
    spike_rate: float | None = None
    diverged_epoch: int | None = None
    diverged_rate: float | None = None
    noise: float | None = None
    sentences: tuple[str, ...] = ()

    @property
    def loss_gap(self) -> float | None:
        """Validation loss minus training loss in the last epoch.

        It is negative while training is fast: training loss is a mean over the epoch, validation loss is
        measured at its end.
        """
        return None if None in (self.loss, self.val_loss) else self.val_loss - self.loss

    @property
    def accuracy_gap(self) -> float | None:
        """Training accuracy minus validation accuracy in the last epoch."""
        return None if None in (self.accuracy, self.val_accuracy) else self.accuracy - self.val_accuracy

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


def sentences(found: Findings, active: bool) -> Iterator[str]:
    """The sentences on all findings, the most important first; `active` says that the run continues."""
    if found.diverged_epoch is not None:
        rate = "" if found.diverged_rate is None else f", at a rate of {found.diverged_rate:.3g}"
        yield f"Training diverged in epoch {found.diverged_epoch + 1}{rate}."
        if found.best_epoch is not None:
            best = _point(found.best_epoch, found.best_val_loss)
            yield f"Before that, validation loss was lowest at {best}."
        return
    if found.last_epoch is None:
        yield "No epoch is finished yet." if active else "No epoch was finished."
        return
    ended = "is" if active else "ended at"
    if found.spike_epoch is not None:
        rate = "" if found.spike_rate is None else f", at a rate of {found.spike_rate:.3g}"
        yield f"Training loss jumped to {_loss(found.spike_loss)} in epoch {found.spike_epoch + 1}{rate}."
    if found.flat:
        end = "" if found.loss is None else f" It {ended} {_loss(found.loss)}."
        when = "at all" if found.spike_epoch is None else "after that"
        yield f"Training loss {'has hardly fallen' if active else 'hardly fell'} {when}.{end}"
        return
    if found.lost_epoch is not None:
        low = _point(found.lost_epoch, found.lowest_loss)
        to = "" if found.loss is None else f" to {_loss(found.loss)}"
        yield f"Training loss was lowest at {low} and has risen{to} since: most of the progress is lost."
    if found.overfitting_epoch is not None:
        yield _overfitting(found)
    elif found.best_epoch is not None:
        yield _best(found, active)
    elif found.loss is not None and found.lost_epoch is None:
        yield f"Training loss {ended} {_loss(found.loss)}; validation loss is not known."
    elif found.loss is None:
        yield "No loss is known."
    if found.stopped_epoch is not None:
        yield _stopped_learning(found, active)
    if found.falling and found.overfitting_epoch is None:
        yield f"Training loss {'is' if active else 'was'} still falling{'' if active else ' at the end'}."
    if found.noise is not None and found.noise >= NOISY:
        by = f"about {found.noise:.0%}" if found.noise < 1 else "more than its own size"
        yield f"In the last epochs, validation loss changed by {by} from one epoch to the next."
    if found.accuracy_gap is not None and found.accuracy_gap >= WIDE:
        shares = f"{found.accuracy:.1%} in training and {found.val_accuracy:.1%} in validation"
        yield f"Accuracy {ended} {shares}."


def _point(epoch, value):
    return f"epoch {epoch + 1} ({_loss(value)})"


def _loss(value):
    return f"{value:#.4g}".rstrip(".")


def _overfitting(found):
    start = f"Validation loss was lowest at {_point(found.best_epoch, found.best_val_loss)}"
    if found.overfitting_epoch != found.best_epoch:  # one lucky epoch was lower than the turning point
        start += f"; its curve has risen since epoch {found.overfitting_epoch + 1},"
    else:
        start += " and has risen"
    to = "" if found.val_loss is None else f" to {_loss(found.val_loss)}"
    but = ", but validation accuracy did not fall" if found.accuracy_held else ""
    return f"{start}{to} while training loss fell: overfitting{but}."


def _best(found, active):
    best = _point(found.best_epoch, found.best_val_loss)
    if found.best_epoch == found.last_epoch:
        epoch, value = found.best_epoch + 1, _loss(found.best_val_loss)
        return f"Validation loss {'is' if active else 'was'} lowest in the last epoch ({epoch}): {value}."
    end = "" if found.val_loss is None else _loss(found.val_loss)
    if not end or end == _loss(found.best_val_loss):
        return f"Validation loss was lowest at {best}."
    return f"Validation loss was lowest at {best} and {'is now' if active else 'ended at'} {end}."


def _stopped_learning(found, active):
    when = f"epoch {found.stopped_epoch + 1}"
    if found.rate_fell:
        when += f", when the rate had fallen to {found.stopped_rate:.3g}"
    return f"Training loss {'has hardly fallen since' if active else 'hardly fell after'} {when}."
