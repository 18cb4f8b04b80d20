"""Findings on the curves of one run: overfitting, the end of learning, divergence, noise and gaps."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lrlab.analysis.report import Findings, sentences
from lrlab.runs.records import ACTIVE, Epoch

WINDOW = 5  # epochs of a running median, and of the median at the end of a curve
LAST = 10  # last changes from epoch to epoch that noise is computed from
SHARE_OF_FALL = 0.01
SHARE_OF_END = 0.1
AFTER = 0.2  # share of a run that has to follow the epoch at which learning stopped
BURST = 100  # times the losses that follow: a loss above this exploded
RISE = 0.05  # of validation loss
DOUBT = 2  # standard deviations: a smaller difference counts as noise
SURE = 2.7  # standard deviations, if the lowest of many values is compared
TOO_NOISY = 0.05  # share of the whole fall: with more doubt than this, the end of learning is unknown
LOST = 0.5  # share of the whole fall
SMALL = 0.2  # share of the peak: a rate that is at most this has fallen much
GONE = 0.05  # share of the peak: with a rate below this, the loss cannot be expected to fall
MOST = 3  # sentences


def findings(epochs: Sequence[Epoch], status: str = "completed") -> Findings:
    """Judge the curves of a run, whose epochs are in order; of a run that continues, the curves so far.

    Terms:

    - A curve is judged by its running median over 5 epochs, so that a single unusual epoch has no effect.
      The end of a curve is the median of its last 5 values.
    - Noise is the standard deviation of normal noise with the same median of second differences. A straight
      slope has no noise.
    - The whole fall is the fall of training loss from the first epoch to the end. If the first losses
      exploded (each above 100 times the median of the next four), it begins after them.
    - A fall is noticeable if it is more than 1 % of the whole fall, or more than a tenth of the loss at the
      end. The tenth is for losses near zero, which still fall by large factors after 99 % of the whole fall.

    Learning stopped at the first epoch for which:

    1. From it on, training loss exceeds its end by at most a noticeable fall plus 2 standard deviations of
       its noise.
    2. At least a fifth of the run and at least 10 epochs follow: the last few epochs of any curve are flat.
    3. The second half of these epochs is not noticeably lower than the first half: noise can hide a slope.
    4. The 2 standard deviations are at most 5 % of the whole fall.

    The network overfits from the epoch of the lowest validation loss on if:

    1. At least 3 epochs follow.
    2. Validation loss rose: the median of its last 5 values, the median of the second half of the values
       that follow, and its last value are all above the lowest value of its running median.
    3. The rise is more than 5 %, and more than 2.7 standard deviations of the difference between such a
       median and a single value at the end.
    4. Training loss fell noticeably after that epoch.

    Two exceptions: if training loss rose in between, for example after a restart of the rate, only the
    epochs after it was back at its old level count. If the running median at the lowest value is above its
    own minimum by more than noise, the value was luck; then the lowest value near that minimum is used.

    All values are accepted. NaN, infinite values, and accuracies outside 0 to 1 are ignored.
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
    """The finite values of a curve, their epochs and their running median, all of shape (n,).

    `end` is the median of the last values, `noise` a standard deviation.
    """

    at: np.ndarray
    values: np.ndarray
    smooth: np.ndarray
    end: float
    noise: float

    def smooth_at(self, epoch):
        """The running median at an epoch, or at the next epoch that has a value."""
        return self.smooth[min(np.searchsorted(self.at, epoch), len(self.at) - 1)]


def _curve(at, values):
    finite = np.isfinite(values)
    at, values = at[finite], values[finite]
    return _Curve(at, values, _running_median(values), _median(values[-WINDOW:]), _noise(values))


def _running_median(values):
    """The median over a window around each value; the window is narrower near the ends."""
    smooth = values.copy()
    for reach in range(1, WINDOW // 2 + 1):
        width = 2 * reach + 1
        if len(values) >= width:
            windows = np.lib.stride_tricks.sliding_window_view(values, width)
            middle = np.partition(windows, reach, axis=1)[:, reach]
            smooth[reach : len(values) - reach] = middle
    return smooth


def _median(values):
    """The median, or NaN without values. It is five times as fast as np.median."""
    if not len(values):
        return math.nan
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _noise(values):
    """The standard deviation of normal noise with the same median of second differences."""
    return _median(abs(np.diff(values, 2))) * 1.4826 / math.sqrt(6) if len(values) > 2 else 0.0


def _finite(value):
    return float(value) if math.isfinite(value) else None


def _diverged(table, status):
    """The row at which training diverged, or None.

    An unknown loss is NaN too. So NaN counts as divergence only if the status is "diverged", or if it
    follows the last known training loss.
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
    """Findings with the last and the best epochs."""
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
    """The findings on a run that did not diverge."""
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
    """The row of the lowest loss if more than half of the fall was lost after it, or None."""
    row = int(train.values.argmin())
    low, fall = train.smooth.min(), train.values[0] - train.smooth.min()
    lost = train.end - low > max(LOST * fall, DOUBT * train.noise)
    return row if lost and len(train.at) - 1 - row >= 3 else None


def _earnest(train):
    """The smallest fall of training loss that is noticeable."""
    return min(SHARE_OF_FALL * max(train.values[0] - train.end, 0), SHARE_OF_END * abs(train.end))


def _burst(losses):
    """The number of losses at the beginning that exploded."""
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
    """The row from which on validation loss rose and stayed up while training loss fell, or None."""
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
    start = 1.25 / math.sqrt(WINDOW) * _noise_at(val, row)  # of a median
    doubt = SURE * math.hypot(start, _end_noise(val))
    level = min(_median(after[-WINDOW:]), _median(after[len(after) // 2 :]), after[-1])
    rise = level - max(before, val.values[row])
    if row < WINDOW // 2:  # the running median is narrow here: one lucky epoch is not a level
        rise = min(rise, level - _median(val.values[:WINDOW]))
    return row if rise > max(RISE * abs(before), doubt) else None


def _lowest(val):
    """The row of the lowest value; if that was luck, the row of the lowest one near the running median's."""
    row, lowest = int(val.values.argmin()), int(val.smooth.argmin())
    if val.smooth[row] - val.smooth[lowest] <= _noise_at(val, row):
        return row
    start = max(lowest - WINDOW // 2, 0)
    return start + int(val.values[start : lowest + WINDOW // 2 + 1].argmin())


def _noise_at(val, row):
    """The noise of a curve, or of its part around a row if that part is noisier.

    If the rate ends at zero, the last epochs have no noise, but the epochs around the turn have.
    """
    return max(val.noise, _noise(val.values[max(row - LAST, 0) : row + LAST]))


def _stopped(train, earnest):
    """The row from which on training loss did not fall noticeably, or None."""
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
    """Whether the last tenth of the epochs has a clearly lower loss than as many epochs before."""
    count = len(train.at)
    if count <= WINDOW:  # too few to estimate their noise
        return bool((np.diff(train.values) < 0).all())
    last = min(max(3, count // 10), count // 2)
    return bool(_fall(train, last) > DOUBT * _error(last, _end_noise(train)))


def _fall(train, last):
    """How far the median of the last values is below the median of as many values before them."""
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
