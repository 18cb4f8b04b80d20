"""What the curves of one run say: overfitting, where learning stopped, divergence, noise and gaps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lrlab.records import ACTIVE, Epoch

WINDOW = 5  # epochs of a running median, and of the one that is the end of a curve
LAST = 10  # changes from epoch to epoch that are called noise
SHARE_OF_FALL = 0.01
SHARE_OF_END = 0.1
AFTER = 0.2  # of a run has to follow the epoch at which learning stopped
RISE = 0.05
DOUBT = 2  # standard deviations of noise that decide nothing
LEFT = 0.2  # of its peak, of a rate that has fallen much
NOISY = 0.03
WIDE = 0.05
MOST = 3  # sentences
FLAT = 0.02
NORMAL = 1.4826  # a standard deviation, as a multiple of the median deviation


@dataclass(frozen=True)
class Findings:
    """What a run's curves say. Epochs are counted from 0 in the fields, and from 1 in the sentences.

    An epoch is None where there is none to name, and a number where nothing finite gives it.

    `best_epoch` has the lowest validation loss, `accuracy_epoch` the highest validation accuracy; of equals
    it is the first. `overfitting_epoch` is where validation loss turned up for good while training loss
    went on falling.

    `stopped_epoch` is the first from which on training loss no longer fell in earnest, and `stopped_rate`
    the rate at its first update. `rate_fell` says that this is at most a fifth of the highest rate before,
    and that no later one is higher. `falling` says that training loss still fell in the last epochs; of a
    curve too noisy to tell neither is said. `flat` says that it hardly fell at all, and `lost_epoch` where
    it was lowest, if more than half of its fall was lost since.

    `diverged_epoch` is the first without a finite loss; nothing after it counts, and of all before it only
    the best epochs and the gaps are told.

    `noise` is the robust standard deviation of the last 10 changes of validation loss from epoch to epoch,
    as a share of that loss. `loss_gap` is validation less training loss, and `accuracy_gap` training less
    validation accuracy, both in the last epoch. What is measured in training is a mean over an epoch in
    which the weights still moved, so that a gap can be negative.

    `sentences` are plain text, at most three of them, the most important first.
    """

    best_epoch: int | None = None
    best_val_loss: float | None = None
    accuracy_epoch: int | None = None
    best_val_accuracy: float | None = None
    overfitting_epoch: int | None = None
    stopped_epoch: int | None = None
    stopped_rate: float | None = None
    rate_fell: bool = False
    falling: bool = False
    flat: bool = False
    lost_epoch: int | None = None
    diverged_epoch: int | None = None
    noise: float | None = None
    loss_gap: float | None = None
    accuracy_gap: float | None = None
    sentences: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences)


def findings(epochs: Sequence[Epoch], status: str = "completed") -> Findings:
    """What the curves of a run say, whose epochs are in order; with an active status, what they say so far.

    Curves are judged by their running median over 5 epochs, so that one odd epoch neither makes a finding
    nor hides one, and their end by the median of the last 5. Noise is the standard deviation that the
    median of the second differences stands for: a straight slope has none.

    In earnest: training loss falls by more than 1 % of its whole fall, from the first epoch to the end, or
    by more than a tenth of what it ends at. The tenth is for losses near zero, which go on falling by large
    factors when that is no longer 1 % of the whole fall.

    Learning stopped at the first epoch from which on training loss is never above its end by as much, and
    two standard deviations of its noise. A fifth of the run, and 5 epochs, have to follow: over a short end
    every curve is flat.

    Overfitting: after its lowest point, at least 3 epochs of it, validation loss is above it by more than
    5 % and two standard deviations of its noise, while training loss fell in earnest.

    Any values are taken; those that are NaN or infinite are left out, and accuracies outside of 0 to 1.
    """
    rows = [(e.epoch, e.lr, e.loss, e.accuracy, e.val_loss, e.val_accuracy) for e in epochs]
    with np.errstate(all="ignore"):
        run = _Run(np.array(rows, dtype=float).reshape(-1, 6), status)
        found = _found(run)
        return replace(found, sentences=tuple(_sentences(run, found))[:MOST])


class _Curve:
    """The finite values of a curve of shape (n,), the epochs they belong to, and their running median.

    `end` is the median of the last values, `noise` a standard deviation.
    """

    def __init__(self, at, values):
        finite = np.isfinite(values)
        self.at, self.values = at[finite], values[finite]
        self.smooth = _running_median(self.values)
        self.end = _median(self.values[-WINDOW:])
        self.noise = _noise(self.values)

    def __len__(self):
        return len(self.values)

    def smooth_at(self, epoch):
        """The running median at an epoch, or where that has no value at the next that has."""
        return self.smooth[min(np.searchsorted(self.at, epoch), len(self) - 1)]


class _Run:
    """The columns of a run up to its divergence, its two losses as curves, and how it stands."""

    def __init__(self, table, status):
        self.count = len(table)
        self.active = status in (*ACTIVE, "paused")
        self.diverged = _diverged(table, status)
        self.rates = table[:, 1]
        self.at, _, self.losses, accuracies, self.val_losses, val_accuracies = table[: self.diverged].T
        self.accuracies, self.val_accuracies = (
            np.where((column >= 0) & (column <= 1), column, np.nan) for column in (accuracies, val_accuracies)
        )
        self.table = table
        self.train, self.val = _Curve(self.at, self.losses), _Curve(self.at, self.val_losses)
        self.earnest = _earnest(self.train)

    def number(self, row):
        """The number of an epoch as people count."""
        return int(self.table[row, 0]) + 1


def _found(run):
    best, best_val_loss = _first(run.at, run.val_losses, np.nanargmin)
    accurate, best_val_accuracy = _first(run.at, run.val_accuracies, np.nanargmax)
    found = Findings(
        best_epoch=best,
        best_val_loss=best_val_loss,
        accuracy_epoch=accurate,
        best_val_accuracy=best_val_accuracy,
        loss_gap=_gap(run.val_losses, run.losses),
        accuracy_gap=_gap(run.accuracies, run.val_accuracies),
    )
    if run.diverged is not None:
        return replace(found, diverged_epoch=int(run.table[run.diverged, 0]))
    train, val = run.train, run.val
    if len(train) >= WINDOW and train.smooth.max() - train.smooth.min() <= FLAT * abs(train.smooth[0]):
        return replace(found, flat=True, noise=_noise_share(val))
    lost = _lost(train)
    stopped = None if lost is not None else _stopped(run)
    turned = _turned(run)
    rates = run.rates[: len(run.at)]
    row = None if stopped is None else int(np.searchsorted(run.at, stopped))
    fell = (
        row is not None
        and rates[row] <= LEFT * np.nanmax(rates[: row + 1])
        and rates[row] >= rates[row:].max()
    )
    return replace(
        found,
        overfitting_epoch=turned,
        stopped_epoch=stopped,
        stopped_rate=None if row is None or not np.isfinite(rates[row]) else float(rates[row]),
        rate_fell=bool(fell),
        falling=lost is None and stopped is None and _falls(train),
        lost_epoch=lost,
        noise=_noise_share(val),
    )


def _diverged(table, status):
    """The row of the first epoch without a finite loss; the last one where only the status says so."""
    if not len(table):
        return None
    lost = np.flatnonzero(~np.isfinite(table[:, 2]))
    if lost.size and not np.isfinite(table[lost[0] :, 2]).any():
        return int(lost[0])
    return len(table) - 1 if status == "diverged" else None


def _median(values):
    return float(np.median(values)) if len(values) else math.nan


def _running_median(values):
    """The median of WINDOW values around each; fewer at the ends."""
    half = WINDOW // 2
    if not len(values):
        return values
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    return np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, WINDOW), axis=1)


def _noise(values):
    """A standard deviation, from the median of the second differences, whose variance is six times it."""
    bends = np.diff(values[-2 * LAST :], 2)
    return NORMAL * _median(np.abs(bends)) / math.sqrt(6) if len(bends) else 0.0


def _noise_share(curve):
    changes = np.diff(curve.values[-LAST - 1 :])
    if len(changes) < LAST:
        return None
    spread = NORMAL * _median(np.abs(changes - _median(changes)))
    return _known(np.divide(spread, abs(_median(curve.values[-LAST:]))))


def _earnest(train):
    """By how much training loss has to fall so that it is learning."""
    if not len(train):
        return math.nan
    return min(SHARE_OF_FALL * (train.values[0] - train.end), SHARE_OF_END * abs(train.end))


def _first(at, values, choose):
    """The epoch and the value that `choose` takes of those that are finite."""
    values = np.where(np.isfinite(values), values, np.nan)
    if np.isnan(values).all():
        return None, None
    row = int(choose(values))
    return int(at[row]), float(values[row])


def _gap(one, other):
    """The difference in the last epoch; None where there is none."""
    return _known(one[-1] - other[-1]) if len(one) else None


def _known(value):
    return float(value) if np.isfinite(value) else None


def _lost(train):
    """Where training loss was lowest, if more than half of its fall was lost since."""
    if len(train) < 2 * WINDOW:
        return None
    row = int(train.smooth.argmin())
    fall = train.values[0] - train.smooth[row]
    return int(train.at[row]) if fall > 0 and train.end - train.smooth[row] > fall / 2 else None


def _stopped(run):
    """The first epoch from which on training loss was never above its end by what counts."""
    train = run.train
    if len(train) < 2 * WINDOW:
        return None
    above = np.flatnonzero(train.smooth > train.end + run.earnest + DOUBT * train.noise)
    row = above[-1] + 1 if above.size else 0
    left = len(train) - row
    if row == 0 or left < max(WINDOW, AFTER * len(train)):
        return None
    return int(train.at[row])


def _falls(train):
    if len(train) < 2 * WINDOW:
        return len(train) > 1 and bool(train.values[-1] < train.values[0])
    return bool(train.smooth[-WINDOW - 1] - train.smooth[-1] > DOUBT * train.noise)


def _turned(run):
    """The lowest point of validation loss, where it rose for good while training loss fell in earnest."""
    val, train = run.val, run.train
    if len(val) < 4 or not len(train):
        return None
    row = int(val.values.argmin())
    epoch, lowest = val.at[row], val.smooth[max(row - 2, 0) : row + 3].min()
    rise = val.end - max(lowest, val.values[row])
    if len(val) - row < 4 or rise <= RISE * abs(lowest) + DOUBT * val.noise:
        return None
    return int(epoch) if train.smooth_at(epoch) - train.end > run.earnest else None


def _sentences(run, found):
    """What is to be said, the most important first."""
    if not run.count:
        yield "No epoch is finished yet." if run.active else "No epoch was finished."
        return
    if found.diverged_epoch is not None:
        yield f"It diverged in epoch {found.diverged_epoch + 1}: the loss was no finite number any more."
    elif found.flat:
        yield f"Training loss stayed at {run.train.end:.4g} or so: nothing was learned."
    elif found.lost_epoch is not None:
        row = np.searchsorted(run.train.at, found.lost_epoch)
        yield (
            f"Training loss was lowest in epoch {found.lost_epoch + 1} ({run.train.values[row]:.4g}) and "
            f"went back up to {run.train.end:.4g}: the steps were too large."
        )
    yield from _about_validation(run, found)
    yield from _about_training(run, found)
    if found.noise is not None and found.noise >= NOISY:
        yield f"Validation loss jumps by about {found.noise:.0%} from epoch to epoch."
    if found.loss_gap is not None and found.loss_gap > WIDE and found.diverged_epoch is None:
        gap = f"Validation loss is {found.loss_gap:.2g} above training loss"
        if found.accuracy_gap is not None:
            gap += f", and accuracy {100 * found.accuracy_gap:.1f} points below"
        yield f"{gap}."


def _about_validation(run, found):
    if found.best_epoch is None or found.flat:
        return
    lowest = f"Validation loss was lowest in epoch {found.best_epoch + 1} ({found.best_val_loss:.4g})"
    if found.overfitting_epoch is not None:
        yield f"{lowest} and has risen to {run.val.end:.4g} since, while training loss fell on: overfitting."
    elif found.diverged_epoch is None and found.best_epoch == run.at[-1] and run.count > 1:
        yield f"{lowest}, the last one."
    else:
        yield f"{lowest}."


def _about_training(run, found):
    if found.stopped_epoch is not None:
        rate = ""
        if found.rate_fell:
            rate = f", when the rate had fallen to {found.stopped_rate:.2g}"
        when = f"Learning stopped at about epoch {found.stopped_epoch + 1}{rate}"
        yield f"{when}: training loss hardly fell after it."
    elif found.falling and run.count >= 2 * WINDOW:
        yield (
            "Training loss is still falling." if run.active else "Training loss was still falling at the end."
        )
