"""Finds what holds for the curves of one run: overfitting, the end of learning, divergence, noise, gaps."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lrlab.analysis.report import (
    AccuracyGap,
    Best,
    BestBeforeDivergence,
    Diverged,
    Finding,
    Findings,
    Flat,
    LearningStopped,
    Measured,
    NoEpoch,
    Noisy,
    NoLoss,
    NoValidation,
    Overfitting,
    Point,
    ProgressLost,
    Spike,
    StillFalling,
)
from lrlab.analysis.trend import CORRELATIONS, slope
from lrlab.runs.records import ACTIVE, Epoch

Array = npt.NDArray[np.float64]
NORMAL = NormalDist()

WINDOW = 5  # epochs of a running median, and of the median at the end of a curve
LAST = 10  # last changes between values that noise is computed from
SHARE_OF_FALL = 0.01
SHARE_OF_END = 0.1
AFTER = 0.2  # share of a run: as much has to follow when training loss stopped, or validation loss settled
BURST = 100  # times the losses that follow: a loss above this exploded
RISE = 0.05  # of validation loss
DOUBT = 2  # standard deviations: a smaller difference counts as noise
# These probabilities are chosen so that tests/simulation.py keeps its limits.
UNLIKELY = 0.009  # that validation loss did not rise in the last half of the run
VERY_UNLIKELY = 0.0002  # that it did not rise since its lowest value, which tends to be luck
POSSIBLE = 0.2  # that training loss still falls at PACE
SURE = 0.995  # that it still falls noticeably
PACE = 0.3  # a loss has not stopped if it falls as time to the power of -PACE, or faster
WEAK = CORRELATIONS[:3]  # of the noise of training loss, which is a mean over many batches
SETTLED = 0.05  # share of the rise: values nearer to the last one are as good as equal
RANGE = 3  # standard deviations: a level curve is hardly ever farther from its end
LOST = 0.5  # share of the whole fall
SMALL = 0.2  # share of the peak: a rate that is at most this has fallen much
GONE = 0.05  # share of the peak: with a rate below this, the loss cannot be expected to fall
NOISY = 0.03  # smallest noise that is a finding
WIDE = 0.05  # smallest gap between accuracies that is a finding


def findings(epochs: Sequence[Epoch], status: str = "completed") -> Findings:
    """What the curves of a run say, whose epochs are in order; of a run that continues, the curves so far.

    Each class of finding says when it holds. All values are accepted. NaN, infinite values, and accuracies
    outside 0 to 1 are ignored.

    >>> falling = [Epoch(n, 0.1, 0.1, 1 / (n + 1), 0.5, 1 / (n + 1), 0.5, 1.0) for n in range(4)]
    >>> findings(falling).sentences[1]
    'Training loss was still falling at the end.'
    """
    rows = [(e.epoch, e.lr, e.loss, e.accuracy, e.val_loss, e.val_accuracy) for e in epochs]
    return findings_of(np.array(rows, dtype=float).reshape(-1, 6), status)


def findings_of(table: Array, status: str = "completed") -> Findings:
    """The same of a table with a row per epoch: its number, rate, losses and accuracies as in `Epoch`."""
    with np.errstate(all="ignore"):
        diverged = _diverged(table, status)
        measured = _measured(table[:diverged])
        present = _holding(table, measured) if diverged is None else _at_divergence(table, diverged, measured)
        holding = tuple(finding for finding in present if finding is not None)
    return Findings(measured, holding, status in ACTIVE or status == "paused")


class _Curve(NamedTuple):
    """The finite values of a curve, their epochs and their running median, all of shape (n,).

    `end` is the median of the last values, `noise` a standard deviation.
    """

    at: Array
    values: Array
    smooth: Array
    end: float
    noise: float

    def smooth_at(self, epoch: float) -> float:
        """The running median at an epoch, or at the next epoch that has a value."""
        return float(self.smooth[min(int(np.searchsorted(self.at, epoch)), len(self.at) - 1)])


def _curve(at: Array, values: Array) -> _Curve:
    finite = np.isfinite(values)
    at, values = at[finite], values[finite]
    return _Curve(at, values, _running_median(values), _median(values[-WINDOW:]), _noise(at, values))


def _running_median(values: Array) -> Array:
    """The median over a window around each value; the window is narrower near the ends."""
    smooth, reach = values.copy(), WINDOW // 2
    if len(values) >= WINDOW:
        shifted = [values[start : len(values) - WINDOW + 1 + start] for start in range(WINDOW)]
        smooth[reach:-reach] = np.partition(shifted, reach, axis=0)[reach]
    for near in range(1, min(reach, (len(values) + 1) // 2)):
        smooth[near] = _median(values[: 2 * near + 1])
        smooth[-1 - near] = _median(values[-2 * near - 1 :])
    return smooth


def _median(values: Array) -> float:
    """The median, or NaN without values. It is five times as fast as np.median."""
    if not len(values):
        return math.nan
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _noise(at: Array, values: Array) -> float:
    """The standard deviation of normal noise that leaves the lines through neighbours as often and as far.

    Values off to both sides are noise; a smooth curve that bends to one side has none.
    """
    if len(values) < 4:  # one deviation cannot be to both sides
        return 0.0
    share = (at[1:-1] - at[:-2]) / (at[2:] - at[:-2])
    off = values[1:-1] - (1 - share) * values[:-2] - share * values[2:]
    ordered = np.sort(off / np.sqrt(1 + (1 - share) ** 2 + share**2))
    place = len(ordered) // 6  # beyond one standard deviation; the few largest may be spikes
    usual = NORMAL.inv_cdf((place + 1) / (len(ordered) + 1))
    return max(0.0, float(min(-ordered[place], ordered[-1 - place]))) / abs(usual)


def _noise_in(curve: _Curve, part: slice) -> float:
    return _noise(curve.at[part], curve.values[part])


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _diverged(table: Array, status: str) -> int | None:
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
        return min(int(known[-1]) + 1 if known.size else len(table), len(table) - 1)
    return int(lost.argmax()) if lost.any() else None


def _measured(table: Array) -> Measured:
    if not len(table):
        return Measured()
    at, _, losses, accuracies, val_losses, val_accuracies = table.T
    accuracies, val_accuracies = _shares(accuracies), _shares(val_accuracies)
    known = np.flatnonzero(np.isfinite(val_losses))
    validated = known if known.size else np.flatnonzero(np.isfinite(val_accuracies))
    whole = Measured(int(at[-1]), _finite(losses[-1]))
    if not validated.size:
        return whole
    best, last = known[np.argmin(val_losses[known])] if known.size else None, validated[-1]
    return replace(
        whole,
        val_epoch=int(at[last]),
        val_loss=_finite(val_losses[last]),
        val_accuracy=_finite(val_accuracies[last]),
        accuracy=_finite(accuracies[last]),
        loss_gap=_finite(val_losses[last] - losses[last]),
        best=None if best is None else Point(int(at[best]), float(val_losses[best])),
    )


def _shares(accuracies: Array) -> Array:
    return np.where((accuracies >= 0) & (accuracies <= 1), accuracies, np.nan)


def _at_divergence(table: Array, row: int, measured: Measured) -> Iterator[Finding]:
    """The findings on a run that diverged in this row."""
    at, rate = table[row, :2]
    yield Diverged(int(at), _finite(rate))
    if measured.best:
        yield BestBeforeDivergence(measured.best)


def _holding(table: Array, measured: Measured) -> Iterator[Finding | None]:
    """The findings on a run that did not diverge, the most important first; None for what does not hold.

    The last training loss is finite then, if any is.
    """
    if measured.last_epoch is None:
        yield NoEpoch()
        return
    at, rates, losses, _, val_losses, val_accuracies = table.T
    train, val, accuracy = _curve(at, losses), _curve(at, val_losses), _curve(at, _shares(val_accuracies))
    burst = _burst(train.values)
    if burst:
        yield _spike(train, 0, table)
        train = _curve(train.at[burst:], train.values[burst:])
    comparable = len(train.at) > 1
    if comparable and _is_flat(train):
        yield Flat(float(train.values[-1]), after_spike=burst > 0)
        return
    lost = _progress_lost(train) if comparable else None
    yield lost
    directed = comparable and lost is None
    if directed and not burst:
        yield _first_spike(train, table)
    overfitting = _overfitting(train, val, accuracy, measured) if directed else None
    yield overfitting
    if not overfitting and (measured.best or not lost):
        yield _best(measured)
    if directed:
        yield _learning_stopped(train, table) or _still_falling(train, rates)
    yield _noisy(val)
    yield _accuracy_gap(measured)


def _best(measured: Measured) -> Finding:
    if measured.best and measured.end:
        return Best(measured.best, measured.end, measured.is_late)
    return NoLoss() if measured.loss is None else NoValidation(measured.loss)


def _noisy(val: _Curve) -> Noisy | None:
    """The spread of the changes from one value to the next, as far as it is noise and not a bend."""
    last = slice(-LAST - 1, None)
    changes, level = np.diff(val.values[last]), abs(_median(val.values[last]))
    if len(changes) < LAST // 2 or not level > 0:
        return None
    spread = 1.4826 * _median(abs(changes - _median(changes)))
    share = min(spread, math.sqrt(2) * _noise_in(val, last)) / level
    return Noisy(share) if NOISY <= share < math.inf else None


def _accuracy_gap(measured: Measured) -> AccuracyGap | None:
    training, validation = measured.accuracy, measured.val_accuracy
    if training is None or validation is None or training - validation < WIDE:
        return None
    return AccuracyGap(training, validation, measured.val_epoch if measured.is_late else None)


def _is_flat(train: _Curve) -> bool:
    first = train.values[0]
    return bool(not first - train.smooth.min() > SHARE_OF_FALL * abs(first))


def _progress_lost(train: _Curve) -> ProgressLost | None:
    row = int(train.values.argmin())
    low, fall = train.smooth.min(), train.values[0] - train.smooth.min()
    lost = train.end - low > max(LOST * fall, DOUBT * train.noise)
    if not lost or len(train.at) - 1 - row < 3:
        return None
    lowest = Point(int(train.at[row]), float(train.values[row]))
    return ProgressLost(lowest, float(train.values[-1]))


def _burst(losses: Array) -> int:
    """The number of losses at the beginning that exploded."""
    for row in range(len(losses) - 1):
        if not losses[row] > BURST * abs(_median(losses[row + 1 : row + WINDOW])):
            return row
    return 0


def _spike(train: _Curve, row: int, table: Array) -> Spike:
    rate = table[np.searchsorted(table[:, 0], train.at[row]), 1]
    return Spike(int(train.at[row]), float(train.values[row]), _finite(rate))


def _first_spike(train: _Curve, table: Array) -> Spike | None:
    """The first loss that is far above where training began, or None."""
    first = train.values[0]
    high = np.flatnonzero(train.values > first + LOST * (first - train.smooth.min()))
    return _spike(train, int(high[0]), table) if high.size else None


def _overfitting(train: _Curve, val: _Curve, accuracy: _Curve, measured: Measured) -> Overfitting | None:
    if not measured.best or not measured.end or (row := _turned(val, train)) is None:
        return None
    epoch = int(val.at[row])
    held = bool(len(accuracy.at) and accuracy.end >= accuracy.smooth_at(epoch))
    return Overfitting(epoch, measured.best, measured.end, measured.is_late, held)


def _turned(val: _Curve, train: _Curve) -> int | None:
    """The row from which on validation loss rose and stayed up while training loss fell, or None."""
    if len(val.at) < 4:
        return None
    row = _lowest(val)
    old = train.smooth_at(val.at[row])
    if not old - train.end > _noticeable(train):
        return None
    above = train.at[(train.smooth >= old) & (train.at > val.at[row])]
    since = int(np.searchsorted(val.at, above[-1])) if above.size else row
    after = val.values[since + 1 :]
    if len(after) < 3:
        return None
    before = val.smooth[since:].min() if above.size else val.smooth.min()
    level = min(_median(after[-WINDOW:]), _median(after[len(after) // 2 :]), after[-1])
    rise = level - max(before, val.values[row])
    if row < WINDOW // 2:  # the running median is narrow here: one lucky epoch is not a level
        rise = min(rise, level - _median(val.values[:WINDOW]))
    if not rise > RISE * abs(before):
        return None
    moved = np.flatnonzero(abs(val.values - val.values[-1]) > SETTLED * rise)
    count = int(moved.max(initial=0)) + 2
    if count > (1 - AFTER) * len(val.at):  # else it has settled, for example because the rate is zero
        count = len(val.at)
    at, values = val.at[:count], val.values[:count]
    half = max(count // 2, since if above.size else 0)
    sure = _chance_of_no_rise(at, values, half) < UNLIKELY
    return row if sure or _chance_of_no_rise(at, values, since) < VERY_UNLIKELY else None


def _chance_of_no_rise(at: Array, values: Array, row: int) -> float:
    """The probability that a curve does not rise from a row to its end, on a line.

    It falls until then on a line or on a parabola, whichever fits better.
    """
    if row > len(at) - 3:
        return 1.0
    start = max(row - (len(at) - row) // 2, 0)
    time, values = (at[start:] - at[row]) / (at[-1] - at[row]), values[start:]
    bend, level = np.minimum(time, 0), np.ones(len(time))
    shapes = [[bend], [bend**2]] if row - start > 1 else [[]]
    fits = [np.stack([level, *before, np.maximum(time, 0)]) for before in shapes]
    return slope(min(fits, key=lambda columns: _rest(columns, values)), values).chance_below(0)


def _rest(columns: Array, values: Array) -> float:
    """The sum of squares that a linear regression leaves."""
    rest = values - np.linalg.solve(columns @ columns.T, columns @ values) @ columns
    return float(rest @ rest)


def _lowest(val: _Curve) -> int:
    """The row of the lowest value; if that was luck, the row of the lowest one near the running median's."""
    row, lowest = int(val.values.argmin()), int(val.smooth.argmin())
    if val.smooth[row] - val.smooth[lowest] <= DOUBT * _noise_at(val, row):
        return row
    start = max(lowest - WINDOW // 2, 0)
    return start + int(val.values[start : lowest + WINDOW // 2 + 1].argmin())


def _noise_at(val: _Curve, row: int) -> float:
    """The noise of a curve, or of its part around a row if that part is noisier.

    If the rate ends at zero, the last epochs have no noise, but the epochs around the turn have.
    """
    return max(val.noise, _noise_in(val, slice(max(row - LAST, 0), row + LAST)))


def _noticeable(train: _Curve) -> float:
    """The smallest fall of training loss that is noticeable."""
    return min(SHARE_OF_FALL * max(float(train.values[0]) - train.end, 0), SHARE_OF_END * abs(train.end))


def _learning_stopped(train: _Curve, table: Array) -> LearningStopped | None:
    stopped = _stopped(train)
    if stopped is None:
        return None
    row = int(np.searchsorted(table[:, 0], train.at[stopped]))
    rates = table[:, 1]
    return LearningStopped(int(train.at[stopped]), _finite(rates[row]), _rate_fell(rates, row))


def _stopped(train: _Curve) -> int | None:
    """The row from which on training loss did not fall noticeably, or None."""
    noticeable, count, noise = _noticeable(train), len(train.at), RANGE * _end_noise(train)
    row = _settled(train, noticeable + noise)
    if count - 1 - row < max(LAST, AFTER * count):
        return None
    late = min(_settled(train, noise), count - LAST)
    time, values = np.log1p(train.at[late:]), train.values[late:]
    fall = slope(np.stack([np.ones(len(time)), time]), values, WEAK)
    is_slow = fall.chance_below(-PACE * abs(float(values.mean()))) <= POSSIBLE
    is_small = fall.chance_below(-2 * noticeable / (time[-1] - time[0])) <= SURE
    return row if is_slow and is_small else None


def _settled(train: _Curve, room: float) -> int:
    """The row from which on training loss is never above its end by more than `room`."""
    above = np.flatnonzero(train.smooth > train.end + room)
    return int(above[-1]) + 1 if above.size else 0


def _still_falling(train: _Curve, rates: Array) -> StillFalling | None:
    return StillFalling() if _falls(train) and not _rate_is_gone(rates) else None


def _falls(train: _Curve) -> bool:
    """Whether the last tenth of the epochs has a clearly lower loss than as many epochs before."""
    count = len(train.at)
    if count <= WINDOW:  # too few to estimate their noise
        return bool((np.diff(train.values) < 0).all())
    last = min(max(3, count // 10), count // 2)
    return bool(_fall(train, last) > DOUBT * _error(last, _end_noise(train)))


def _fall(train: _Curve, last: int) -> float:
    """How far the median of the last values is below the median of as many values before them."""
    return _median(train.values[-2 * last : -last]) - _median(train.values[-last:])


def _error(last: int, noise: float) -> float:
    """The standard deviation of such a fall."""
    return 1.25 * math.sqrt(2 / last) * noise


def _end_noise(curve: _Curve) -> float:
    return _noise_in(curve, slice(-max(LAST, int(AFTER * len(curve.at))), None))


def _rate_fell(rates: Array, row: int) -> bool:
    before, after = rates[: row + 1], rates[row:]
    peak = np.nanmax(before) if np.isfinite(rates[row]) else math.nan
    return bool(peak > 0 and rates[row] <= SMALL * peak and not np.nanmax(after) > rates[row])


def _rate_is_gone(rates: Array) -> bool:
    return bool(np.isfinite(rates).all() and rates[-1] < GONE * rates.max())
