"""The rates that a learning-rate range test suggests.

The default suggestion is the valley. The other three are known to be off: the loss falls fastest long before
it is low; a tenth of the rate with the lowest loss depends on where noise puts the lowest loss; the largest
stable rate is a limit. On the article's network (Fashion-MNIST, 250 updates, one seed, five tests each) the
valley was 0.08 to 0.22 with SGD, 0.026 to 0.039 with momentum 0.9, and 0.0008 to 0.0012 with Adam.

fast.ai's suggestion of the same name is the middle of the longest run of falling values, counted in updates.
In the same tests with SGD it was 0.01 to 0.02, where half of the fall is still to come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lrlab.analysis.range_curve import (
    LEAST_WINDOW,
    RangeCurve,
    Test,
    combined,
    logs,
    smoothed,
    smoothing,
    window,
)

LEAST_UPDATES = 30
SURE = 4  # standard errors: a smaller fall counts as noise
FALL = 0.05  # share of the first loss: a smaller fall is none
BEGUN = 0.1  # share of the fall after which the loss has begun to fall
VALLEY = 0.9  # share of the fall after which it flattens
STABLE = 0.25  # share of the fall that the loss may rise again
DEFAULT_SUGGESTION = "valley"
SUGGESTIONS = {
    "steepest": "Steepest fall",
    "tenth": "Tenth of the minimum",
    "valley": "Valley",
    "stable": "Largest stable",
}
SENTENCES = {
    "steepest": "Where the loss falls fastest per decade, once it falls.",
    "tenth": "A tenth of the rate at which the loss is lowest.",
    "valley": "On the long descent, just before it flattens.",
    "stable": "The last rate before the loss takes off.",
}


class Suggestion(NamedTuple):
    """A learning rate that a range test suggests, or None, and a sentence: what it is, or why there is none.

    `name` is a key of SUGGESTIONS.
    """

    name: str
    rate: float | None
    sentence: str


@dataclass(frozen=True)
class RangeTest:
    """What a range test says: its curve, and the suggested rates in the order of SUGGESTIONS.

    `begins` is the rate at which the loss begins to fall, `lowest` that of the lowest smoothed loss; both are
    None if the loss does not fall.
    """

    curve: RangeCurve
    begins: float | None
    lowest: float | None
    suggestions: tuple[Suggestion, ...]


def range_test(tests: Sequence[Test]) -> RangeTest:
    """What the range tests of one or more seeds suggest, each given as rates and losses of its updates.

    Rates and losses are of shape (n,); the rates grow by the same factor with each update. Losses may end
    early, and may be NaN or infinite at the end; what follows the end of a test has no effect.

    The fall is the difference between the first loss (the median over WIDTH decades) and the lowest smoothed
    loss. It has to be above chance: more than SURE standard errors of the noise, and more than FALL of the
    first loss. The loss has begun to fall where BEGUN of it is done for good. On the median of the seeds are
    suggested:

    - steepest: the rate at which the loss falls fastest per decade, on a line over 2 * WIDTH decades, after
      it has begun to fall.
    - tenth: a tenth of the rate at which the loss is lowest.
    - valley: the rate at which VALLEY of the fall are done, where the long descent flattens. The default.
    - stable: the last rate before the loss of any seed is STABLE of the fall above the lowest again. Where
      the loss rises slowly, it comes up to WIDTH decades late.

    >>> rates = np.geomspace(1e-5, 10, 250)
    >>> losses = 0.5 + 1.8 / (1 + (rates / 0.01) ** 1.5) + rates**2
    >>> {each.name: round(each.rate, 3) for each in range_test([(rates, losses)]).suggestions}
    {'steepest': 0.015, 'tenth': 0.026, 'valley': 0.068, 'stable': 0.92}
    """
    curve = combined(tests)
    count = len(curve.rates)
    if count < LEAST_UPDATES:
        updates = f"{count} update{'s' * (count != 1)}"
        return _none(curve, f"The test ended after {updates}: a suggestion needs at least {LEAST_UPDATES}.")
    first, error = _first(tests)
    width = min(window(curve.rates), count // 2)  # the loss is hardly smoothed before
    lowest = width + int(curve.median[width:].argmin())
    fall = first - float(curve.median[lowest])
    if not fall > max(SURE * error, FALL * abs(first)):
        return _none(curve, "The loss does not fall at any rate of this test.")
    above = np.flatnonzero(curve.median[:lowest] >= first - BEGUN * fall)
    begins = int(above[-1]) + 1 if len(above) else 0
    descent = _Descent(curve, first, fall, begins, lowest)
    found = descent.steepest(), descent.tenth(), descent.valley(), descent.stable()
    suggestions = tuple(
        Suggestion(name, None, each) if isinstance(each, str) else Suggestion(name, each, SENTENCES[name])
        for name, each in zip(SUGGESTIONS, found, strict=True)
    )
    return RangeTest(curve, float(curve.rates[begins]), float(curve.rates[lowest]), suggestions)


@dataclass(frozen=True)
class _Descent:
    """Where a curve falls; each method gives the rate that it suggests, or says why there is none.

    `first` is the first loss. The loss begins to fall at the row `begins`, and is lowest at the row `lowest`.
    """

    curve: RangeCurve
    first: float
    fall: float
    begins: int
    lowest: int

    @property
    def is_cut(self) -> bool:
        """Whether the loss may go on falling beyond the largest rate."""
        after = self.curve.median[self.lowest :]
        risen = after.max() > after[0] + BEGUN * self.fall
        return not self.curve.has_ended and len(after) <= window(self.curve.rates) and not risen

    @property
    def higher(self) -> str:
        """What to do if it may."""
        return f"The loss is lowest at the largest rate, {self.curve.rates[-1]:.2g}: test higher rates."

    def steepest(self) -> float | str:
        reach = window(self.curve.rates)
        start, stop = max(self.begins, reach), min(self.lowest + 1, len(self.curve.rates) - reach)
        if stop <= start:
            return self.higher if self.is_cut else "The fall is too short to say where it is steepest."
        x, y = (
            np.lib.stride_tricks.sliding_window_view(values[start - reach : stop + reach], 2 * reach + 1)
            for values in (logs(self.curve.rates), self.curve.median)
        )
        x = x - x.mean(axis=1, keepdims=True)
        row = start + int(((x * y).sum(axis=1) / (x * x).sum(axis=1)).argmin())
        return self.higher if self.is_cut and row == stop - 1 else float(self.curve.rates[row])

    def tenth(self) -> float | str:
        if self.is_cut:
            return self.higher
        lowest = float(self.curve.rates[self.lowest])
        if lowest / 10 < self.curve.rates[self.begins]:
            return f"The loss is lowest at {lowest:.2g}; at a tenth of this it has not begun to fall."
        return lowest / 10

    def valley(self) -> float | str:
        if self.is_cut:
            return self.higher
        done = self.curve.median[self.begins :] <= self.first - VALLEY * self.fall
        row = self.begins + int(done.argmax())
        if row < window(self.curve.rates):
            return "The loss falls with the first updates: test lower rates."
        return float(self.curve.rates[row])

    def stable(self) -> float | str:
        high = self.curve.high
        calm = self.begins + int(high[self.begins :].argmin())
        over = calm + np.flatnonzero(high[calm:] > high[calm] + STABLE * self.fall)
        if not np.isfinite(high[calm]):
            return "A seed became unstable before the loss began to fall."
        if not len(over) and not self.curve.has_ended:
            return f"The loss is stable at every rate up to {self.curve.rates[-1]:.2g}: test higher rates."
        # A loss is measured before the update with its rate: the update before it brought it there.
        row = int(over[0] if len(over) else len(high)) - 2
        return float(self.curve.rates[max(row, self.begins)])


def _none(curve: RangeCurve, why: str) -> RangeTest:
    return RangeTest(curve, None, None, tuple(Suggestion(name, None, why) for name in SUGGESTIONS))


def _first(tests: Sequence[Test]) -> tuple[float, float]:
    """The loss before it falls, the median of the seeds, and the standard error of a fall from there."""
    levels, errors = [], []
    for rates, losses in tests:
        before = np.asarray(losses[: len(smoothed(rates, losses))], dtype=float)
        before = before[np.isfinite(before)]
        if len(before) < LEAST_WINDOW:
            continue
        width, factor = window(rates), smoothing(rates).factor
        noise = 1.4826 * float(np.median(abs(np.diff(before, 2)))) / math.sqrt(6)  # a slope has none
        levels.append(float(np.median(before[:width])))
        errors.append(noise * math.sqrt(math.pi / 2 / width + (1 - factor) / (1 + factor)))
    return float(np.median(levels)), float(np.median(errors))
