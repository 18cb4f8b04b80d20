"""What the curves of one run say: overfitting, where learning stopped, divergence, noise and gaps."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lrlab.analysis.report import Findings, sentences
from lrlab.records import ACTIVE, Epoch

WINDOW = 5  # epochs of a running median, and of the one that is the end of a curve
LAST = 10  # changes from epoch to epoch that are called noise
SHARE_OF_FALL = 0.01
SHARE_OF_END = 0.1
AFTER = 0.2  # of a run has to follow the epoch at which learning stopped
BURST = 100  # times the losses that follow
RISE = 0.05  # of validation loss
DOUBT = 2  # standard deviations of noise that decide nothing
SURE = 2.7  # of them, where the lowest of many values is compared
TOO_NOISY = 0.05  # of the whole fall: where the doubt is more, no end of learning is looked for
LOST = 0.5  # of the whole fall
SMALL = 0.2  # of its peak is left of a rate that has fallen much
GONE = 0.05  # of its peak is left of a rate with which no loss can be expected to fall
MOST = 3  # sentences


def findings(epochs: Sequence[Epoch], status: str = "completed") -> Findings:
    """What the curves of a run say, whose epochs are in order; what they say so far, if it still goes on.

    Curves are judged by their running median over 5 epochs, so that one odd epoch neither makes a finding
    nor hides one, and their end by the median of the last 5. Noise is the standard deviation that belongs
    to the median of the second differences: a straight slope has none.

    In earnest: training loss falls by more than 1 % of its whole fall, from the first epoch to the end, or
    by more than a tenth of what it ends at. The tenth is for losses near zero, which go on falling by large
    factors when that is no longer 1 % of the whole fall. Losses at the very beginning that are above 100
    times the median of the next four exploded, and the fall is counted from what follows them.

    Learning stopped at the first epoch from which on training loss is never above its end by as much and
    two standard deviations of its noise. A fifth of the run, and 10 epochs, have to follow, for over a short
    end every curve is flat; and their second half has to be no lower in earnest than their first, for
    noise hides a slope.

    Overfitting: at least 3 epochs after the lowest validation loss, its end, its last value and the median
    of the second half of what follows are all above the lowest of its running median, by more than 5 % and
    2.7 standard deviations of the difference between such a median and one value at the end, while training
    loss fell in earnest. Where training loss rose as well in between, as after a restart of the rate, only
    what follows counts from where it was below its old level again. A lowest value that stands out from the
    running median's by more than noise was luck, and the lowest around that of the running median is taken.

    Any values are taken; those that are NaN or infinite are left out, and accuracies outside of 0 to 1.
    """
    rows = [(e.epoch, e.lr, e.loss, e.accuracy, e.val_loss, e.val_accuracy) for e in epochs]
    table = np.array(rows, dtype=float).reshape(-1, 6)
    active = status in ACTIVE or status == "paused"
    with np.errstate(all="ignore"):
        diverged = _diverged(table, status)
        found = _measured(table[:diverged])
        if diverged is None:
            found = _judged(found, table)
        else:
            at, rate = table[diverged, :2]
            found = replace(found, diverged_epoch=int(at), diverged_rate=_finite(rate))
    return replace(found, sentences=tuple(sentences(found, active))[:MOST])


class _Curve(NamedTuple):
    """The finite values of a curve and the epochs they belong to, of shape (n,), with their running median.

    `end` is the median of the last values, `noise` a standard deviation.
    """

    at: np.ndarray
    values: np.ndarray
    smooth: np.ndarray
    end: float
    noise: float

    def smooth_at(self, epoch):
        """The running median at an epoch, or where that has no value, at the next that has."""
        return self.smooth[min(np.searchsorted(self.at, epoch), len(self.at) - 1)]


def _curve(at, values):
    finite = np.isfinite(values)
    at, values = at[finite], values[finite]
    return _Curve(at, values, _running_median(values), _median(values[-WINDOW:]), _noise(values))


def _running_median(values):
    """The median over a window around each value; it is narrower near the ends, where it stays centred."""
    smooth = values.copy()
    for reach in range(1, WINDOW // 2 + 1):
        width = 2 * reach + 1
        if len(values) >= width:
            windows = np.lib.stride_tricks.sliding_window_view(values, width)
            middle = np.partition(windows, reach, axis=1)[:, reach]
            smooth[reach : len(values) - reach] = middle
    return smooth


def _median(values):
    """The median; NaN of nothing. np.median does the same in five times as long."""
    if not len(values):
        return math.nan
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _noise(values):
    """The standard deviation of normal noise whose second differences have this median."""
    return _median(abs(np.diff(values, 2))) * 1.4826 / math.sqrt(6) if len(values) > 2 else 0.0


def _finite(value):
    return float(value) if math.isfinite(value) else None


def _diverged(table, status):
    """The row at which training diverged, or None.

    A loss that is not known is NaN too, so that a NaN counts only if the status says so, or where it ends
    a training loss that was known before.
    """
    losses, val_losses = table[:, 2], table[:, 4]
    lost = np.isinf(losses) | np.isinf(val_losses)
    known = np.flatnonzero(np.isfinite(losses))
    if known.size:
        lost[known[-1] + 1 :] = True
    elif status == "diverged":
        lost[:] = True
    if not lost.any() and status == "diverged" and len(table):
        known = np.flatnonzero(np.isfinite(val_losses))
        return min(known[-1] + 1 if known.size else len(table), len(table) - 1)
    return int(lost.argmax()) if lost.any() else None


def _measured(table):
    """The last and the best epochs."""
    if not len(table):
        return Findings()
    at, _, losses, accuracies, val_losses, val_accuracies = table.T
    best, lowest = _first(at, val_losses, np.argmin)
    accurate, highest = _first(at, _shares(val_accuracies), np.argmax)
    return Findings(
        last_epoch=int(at[-1]),
        loss=_finite(losses[-1]),
        accuracy=_finite(_shares(accuracies[-1:])[0]),
        val_loss=_finite(val_losses[-1]),
        val_accuracy=_finite(_shares(val_accuracies[-1:])[0]),
        best_epoch=best,
        best_val_loss=lowest,
        accuracy_epoch=accurate,
        best_val_accuracy=highest,
    )


def _shares(accuracies):
    return np.where((accuracies >= 0) & (accuracies <= 1), accuracies, np.nan)


def _first(at, values, choose):
    """The epoch and the value of the first lowest or highest one."""
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size:
        return None, None
    row = finite[choose(values[finite])]
    return int(at[row]), float(values[row])


def _judged(found, table):
    """What is to be said of a run that did not diverge."""
    at, rates = table[:, 0], table[:, 1]
    train, val = _curve(at, table[:, 2]), _curve(at, table[:, 4])
    found = replace(found, noise=_jumps(val.values[-LAST - 1 :]))
    if burst := _burst(train.values):
        found = replace(found, **_spike_of(train, 0, table))
        train = _curve(train.at[burst:], train.values[burst:])
    if len(train.at) < 2:
        return found
    if _is_flat(train):
        return replace(found, flat=True)
    if (lost := _lost(train)) is not None:
        return replace(found, lost_epoch=int(train.at[lost]), lowest_loss=float(train.values[lost]))
    if not burst and (spike := _spike(train)) is not None:
        found = replace(found, **_spike_of(train, spike, table))
    earnest = _earnest(train)
    turned = _turned(val, train, earnest)
    if turned is not None:
        epoch = val.at[turned]
        accuracy = _curve(at, _shares(table[:, 5]))
        found = replace(
            found,
            overfitting_epoch=int(epoch),
            accuracy_held=bool(len(accuracy.at) and accuracy.end >= accuracy.smooth_at(epoch)),
        )
    if (stopped := _stopped(train, earnest)) is not None:
        row = int(np.searchsorted(at, train.at[stopped]))
        return replace(
            found,
            stopped_epoch=int(at[row]),
            stopped_rate=_finite(rates[row]),
            rate_fell=_rate_fell(rates, row),
        )
    return replace(found, falling=_falls(train) and not _rate_is_gone(rates))


def _jumps(values):
    """The spread of the changes from one value to the next as a share of the values."""
    changes, level = np.diff(values), abs(_median(values))
    if len(changes) < LAST // 2 or not level > 0:
        return None
    return _finite(1.4826 * _median(abs(changes - _median(changes))) / level)


def _is_flat(train):
    first = train.values[0]
    return not first - train.smooth.min() > SHARE_OF_FALL * abs(first)


def _lost(train):
    """The row of the lowest loss, if more than half of the fall was lost after it."""
    row = int(train.values.argmin())
    low, fall = train.smooth.min(), train.values[0] - train.smooth.min()
    lost = train.end - low > max(LOST * fall, DOUBT * train.noise)
    return row if lost and len(train.at) - 1 - row >= 3 else None


def _earnest(train):
    """By how much training loss has to fall to do so in earnest."""
    return min(SHARE_OF_FALL * max(train.values[0] - train.end, 0), SHARE_OF_END * abs(train.end))


def _burst(losses):
    """How many losses at the beginning are so high that they say nothing of the fall."""
    for row in range(len(losses) - 1):
        if not losses[row] > BURST * abs(_median(losses[row + 1 : row + WINDOW])):
            return row
    return 0


def _spike_of(train, row, table):
    rate = table[np.searchsorted(table[:, 0], train.at[row]), 1]
    return dict(spike_epoch=int(train.at[row]), spike_loss=float(train.values[row]), spike_rate=_finite(rate))


def _spike(train):
    """The row of the first loss that is far above where training began, or None."""
    first = train.values[0]
    high = np.flatnonzero(train.values > first + LOST * (first - train.smooth.min()))
    return int(high[0]) if high.size else None


def _turned(val, train, earnest):
    """The row from which on validation loss rose for good while training loss fell, or None."""
    if len(val.at) < 4:
        return None
    row = _lowest(val)
    old = train.smooth_at(val.at[row])
    if not old - train.end > earnest:
        return None
    above = train.at[(train.smooth >= old) & (train.at > val.at[row])]
    since = int(np.searchsorted(val.at, above[-1])) if above.size else row
    after = val.values[since + 1 :]
    if len(after) < 3:
        return None
    before = val.smooth[since:].min() if above.size else val.smooth.min()
    start = 1.25 / math.sqrt(WINDOW) * _noise_at(val, row)  # of a median; the last value is a single one
    doubt = SURE * math.hypot(start, _end_noise(val))
    level = min(_median(after[-WINDOW:]), _median(after[len(after) // 2 :]), after[-1])
    rise = level - max(before, val.values[row])
    if row < WINDOW // 2:  # where the running median is narrow, one lucky epoch is no level to rise from
        rise = min(rise, level - _median(val.values[:WINDOW]))
    return row if rise > max(RISE * abs(before), doubt) else None


def _lowest(val):
    """The row of the lowest value, or where it is only a lucky one, of that of the running median."""
    row, lowest = int(val.values.argmin()), int(val.smooth.argmin())
    if val.smooth[row] - val.smooth[lowest] <= _noise_at(val, row):
        return row
    start = max(lowest - WINDOW // 2, 0)
    return start + int(val.values[start : lowest + WINDOW // 2 + 1].argmin())


def _noise_at(val, row):
    """The noise of a curve, or of its part around a row if that is noisier.

    Where the rate ends at zero the last epochs have none, but those around the turn had.
    """
    return max(val.noise, _noise(val.values[max(row - LAST, 0) : row + LAST]))


def _stopped(train, earnest):
    """The row from which on training loss did not fall in earnest, or None."""
    count, noise = len(train.at), _end_noise(train)
    if DOUBT * noise > TOO_NOISY * (train.values[0] - train.end):
        return None
    above = np.flatnonzero(train.smooth > train.end + earnest + DOUBT * noise)
    row = int(above[-1]) + 1 if above.size else 0
    half = (count - row) // 2
    if count - 1 - row < max(LAST, AFTER * count):
        return None
    return row if _fall(train, half) <= max(earnest, _error(half, noise)) else None


def _falls(train):
    """Whether the last epochs, a tenth of all, have a lower loss than those before, beyond doubt."""
    count = len(train.at)
    if count <= WINDOW:  # too few to know their noise
        return bool((np.diff(train.values) < 0).all())
    last = min(max(3, count // 10), count // 2)
    return bool(_fall(train, last) > DOUBT * _error(last, _end_noise(train)))


def _fall(train, last):
    """By how much the median of the last values is below that of as many before them."""
    return _median(train.values[-2 * last : -last]) - _median(train.values[-last:])


def _error(last, noise):
    """The standard deviation of such a fall."""
    return 1.25 * math.sqrt(2 / last) * noise


def _end_noise(curve):
    return _noise(curve.values[-max(LAST, int(AFTER * len(curve.at))) :])


def _rate_fell(rates, row):
    before, after = rates[: row + 1], rates[row:]
    peak = np.nanmax(before) if np.isfinite(rates[row]) else math.nan
    return bool(peak > 0 and rates[row] <= SMALL * peak and not np.nanmax(after) > rates[row])


def _rate_is_gone(rates):
    return bool(np.isfinite(rates).all() and rates[-1] < GONE * rates.max())
