"""The loss of a learning-rate range test: smoothed, up to the end of the test, and of several seeds at once.

Sources: Smith, 2017, "Cyclical Learning Rates for Training Neural Networks" (arXiv:1506.01186), for the test;
fast.ai's `lr_find` (Howard and Gugger, 2020, arXiv:2002.04688) for the smoothed loss and the factor of four.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Test = tuple[Array, Array]  # rates and losses of the updates of one seed, of shape (n,)

WIDTH = 0.25  # decades of the rate that the loss is smoothed over
END = 4  # times the lowest smoothed loss: above it, a test ends
LEAST_WINDOW = 5  # updates


class Smoothed(NamedTuple):
    """The exponentially smoothed loss of a range test after some updates, and whether the test ends there.

    A training loop goes from one state to the next. A state consists of plain numbers, so that a test that
    continues from a stored state ends at the same update, bit for bit. `factor` is the share of the sum that
    is kept with each update, `best` the lowest smoothed loss.

    >>> state = smoothing([0.001, 0.002, 0.004])
    >>> for loss in (2.0, 1.0, 9.0):
    ...     state = state.after(loss)
    >>> round(state.loss, 2), round(state.best, 2), state.ended
    (6.82, 1.23, True)
    """

    factor: float
    total: float = 0.0
    updates: int = 0
    best: float = math.inf
    ended: bool = False

    @classmethod
    def of(cls, numbers: Iterable[float]) -> "Smoothed":
        """The state that consisted of these numbers."""
        factor, total, updates, best, ended = map(float, numbers)
        return cls(factor, total, int(updates), best, bool(ended))

    @property
    def loss(self) -> float:
        """The smoothed loss, a mean in which the newest loss has the most weight; NaN before the first."""
        return self.total / (1 - self.factor**self.updates) if self.updates else math.nan

    def after(self, loss: float) -> "Smoothed":
        """The state after one more update; after the end it stays as it is."""
        if self.ended:
            return self
        total = self.factor * self.total + (1 - self.factor) * float(loss)
        updates = self.updates + 1
        mean = total / (1 - self.factor**updates)
        if math.isfinite(mean) and mean <= END * self.best:
            return Smoothed(self.factor, total, updates, min(self.best, mean))
        return Smoothed(self.factor, total, updates, self.best, ended=True)


def smoothing(rates: Sequence[float] | Array) -> Smoothed:
    """The state before the first update of a range test with these rates, of which there are at least two.

    The loss is smoothed over WIDTH decades, however many updates these have: a suggestion then does not
    depend on the number of updates.
    """
    return Smoothed(math.exp(-1 / (WIDTH * _per_decade(rates))))


def smoothed(rates: Array, losses: Array) -> Array:
    """The smoothed loss of each update up to the end of the test; only the last may not be finite."""
    return _smoothed(rates, losses)[0]


@dataclass(frozen=True)
class RangeCurve:
    """The smoothed losses of several seeds over the same rates: their median, lowest and highest.

    All of shape (n,), with growing `rates`. A seed that ended counts as an infinite loss from there on, so
    that `high` may be infinite. The curve stops where half of the seeds have ended; `has_ended` says whether
    it stops there, or for want of higher rates.
    """

    rates: Array
    median: Array
    low: Array
    high: Array
    has_ended: bool


def combined(tests: Sequence[Test]) -> RangeCurve:
    """The tests of several seeds as one curve, each given as the rates and the losses of its updates.

    If the seeds had different rates, their smoothed losses are interpolated over the logarithm of the rate.
    A seed that stopped without an end counts up to there.
    """
    runs = [(logs(rates), *_smoothed(rates, losses)) for rates, losses in tests if len(losses)]
    lengths = [len(values) for _, values, _ in runs]
    if not runs:
        return RangeCurve(*(np.zeros(0),) * 4, has_ended=False)
    longest = int(np.argmax(lengths))
    rates = np.asarray([rates for rates, losses in tests if len(losses)][longest], dtype=float)
    rates = rates[: lengths[longest]]
    rows = np.array([_over(logs(rates), *run) for run in runs])
    rows = rows[:, : int(np.append(np.isnan(rows).all(axis=0), True).argmax())]
    median = np.nanmedian(rows, axis=0)
    count = int(np.append(~np.isfinite(median), True).argmax())
    median, low, high = median[:count], np.nanmin(rows, axis=0)[:count], np.nanmax(rows, axis=0)[:count]
    return RangeCurve(rates[:count], median, low, high, 2 * sum(ended for *_, ended in runs) >= len(runs))


def logs(rates: Array) -> Array:
    """The rates in decades."""
    found: Array = np.log10(np.asarray(rates, dtype=float))
    return found


def window(rates: Array) -> int:
    """How many updates WIDTH decades have."""
    return max(LEAST_WINDOW, round(WIDTH * _per_decade(rates)))


def _smoothed(rates: Array, losses: Array) -> tuple[Array, bool]:
    """The smoothed losses up to the end of the test, and whether it ended."""
    if len(rates) < 2:
        return np.array(losses, dtype=float), not np.isfinite(losses).all()
    state, found = smoothing(rates), []
    for loss in losses:
        state = state.after(loss)
        found.append(state.loss)
        if state.ended:
            break
    return np.array(found), state.ended


def _over(grid: Array, at: Array, values: Array, ended: bool) -> Array:
    """Smoothed losses at other logarithms of rates: infinite after the end, NaN where nothing is known."""
    count = len(values) - int(not np.isfinite(values[-1]))
    if not count:
        return np.full(len(grid), np.inf)
    found = np.interp(grid, at[:count], values[:count], left=np.nan, right=np.nan)
    found[grid > at[count - 1]] = np.inf if ended else np.nan
    return found


def _per_decade(rates: Sequence[float] | Array) -> float:
    """Updates per decade of the rate; of the first two rates, so that no later one has an effect."""
    return 1 / math.log10(float(rates[1]) / float(rates[0]))
