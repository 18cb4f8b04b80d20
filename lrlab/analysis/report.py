"""What the curves of a run were found to say, as numbers and in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

NOISY = 0.03  # noise that is said
WIDE = 0.05  # a gap between accuracies that is said


@dataclass(frozen=True)
class Findings:
    """What a run's curves say. Epochs are counted from 0 in the fields, and from 1 in the sentences.

    A field is None where there is no such epoch, or where nothing finite gives the number.

    `last_epoch` measured `loss`, `accuracy`, `val_loss` and `val_accuracy`. `best_epoch` has the lowest
    validation loss and `accuracy_epoch` the highest validation accuracy; of equals it is the first.

    `overfitting_epoch` is where validation loss turned up for good while training loss went on falling;
    `accuracy_held` says that validation accuracy did not fall with it. The epoch is that of the whole curve,
    and a lucky one before it may be the best.

    `stopped_epoch` is the first from which on training loss no longer fell in earnest, and `stopped_rate`
    the rate at its first update. `rate_fell` says that this is at most a fifth of the highest rate before
    it, and that no later one is higher. `falling` says that training loss still fell in the last epochs,
    with a rate not yet down to a twentieth of its peak; where noise hides what a curve does, neither is said.

    `flat` says that training loss never fell by more than 1 %. `lost_epoch` is where it was lowest,
    `lowest_loss`, if it then lost more than half of its fall. `spike_epoch` is the first whose training
    loss, `spike_loss`, was above that of the first epoch by half of the fall, or the first epoch if its own
    exploded, and `spike_rate` the rate at its first update.

    `diverged_epoch` is the first without a finite loss, and `diverged_rate` the rate at its first update.
    The last epoch is then the one before it, and beside that only the best ones are told.

    `noise` is the robust standard deviation of the last 10 changes of validation loss from epoch to epoch,
    as a share of that loss.

    `sentences` are plain text, at most three, the most important first.
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
        """Validation less training loss in the last epoch; below 0 while training is fast.

        What training measures is a mean over an epoch in which the weights still moved.
        """
        return None if None in (self.loss, self.val_loss) else self.val_loss - self.loss

    @property
    def accuracy_gap(self) -> float | None:
        """Training less validation accuracy in the last epoch."""
        return None if None in (self.accuracy, self.val_accuracy) else self.accuracy - self.val_accuracy

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


def sentences(found: Findings, active: bool) -> Iterator[str]:
    """All that is worth saying, in order of importance; `active` says that the run still goes on."""
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
        yield f"Training loss shot up to {_loss(found.spike_loss)} in epoch {found.spike_epoch + 1}{rate}."
    if found.flat:
        end = "" if found.loss is None else f" It {ended} {_loss(found.loss)}."
        when = "at all" if found.spike_epoch is None else "after that"
        yield f"Training loss {'has hardly fallen' if active else 'hardly fell'} {when}.{end}"
        return
    if found.lost_epoch is not None:
        low = _point(found.lost_epoch, found.lowest_loss)
        to = "" if found.loss is None else f" to {_loss(found.loss)}"
        yield f"Training loss was lowest at {low} and has risen{to} since: what was learned is lost."
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
        yield f"In the last epochs validation loss jumped by {by} from one to the next."
    if found.accuracy_gap is not None and found.accuracy_gap >= WIDE:
        shares = f"{found.accuracy:.1%} in training and {found.val_accuracy:.1%} in validation"
        yield f"Accuracy {ended} {shares}."


def _point(epoch, value):
    return f"epoch {epoch + 1} ({_loss(value)})"


def _loss(value):
    return f"{value:#.4g}".rstrip(".")


def _overfitting(found):
    start = f"Validation loss was lowest at {_point(found.best_epoch, found.best_val_loss)}"
    if found.overfitting_epoch != found.best_epoch:  # a lucky epoch was lower than where the curve turned
        start += f"; its curve has risen since epoch {found.overfitting_epoch + 1},"
    else:
        start += " and has risen"
    to = "" if found.val_loss is None else f" to {_loss(found.val_loss)}"
    but = ", though validation accuracy held" if found.accuracy_held else ""
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
        when += f", where the rate had fallen to {found.stopped_rate:.3g}"
    return f"Training loss {'has hardly fallen since' if active else 'hardly fell after'} {when}."
