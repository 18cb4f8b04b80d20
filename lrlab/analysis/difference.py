"""The difference between the final values of two lanes: its interval, its p-value, and the seeds it needs."""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

LEAST = 3  # seeds per lane: with fewer, the spread over seeds is hardly known
LEVEL = 0.05  # two-sided
POWER = 0.8
MOST_MORE = 20  # seeds: a difference that needs more than these is hardly one


class Difference(NamedTuple):
    """How far the final values of a lane lie above those of another.

    `mean` is the difference of their means, and `interval` its 95 % interval, both in the measure's unit.
    `p` is the two-sided p-value of "they are equal". `effect` is the size of the difference in standard
    deviations over seeds, `seeds` the smaller number of seeds, and `paired` says whether the lanes were
    compared seed by seed.
    """

    mean: float
    interval: tuple[float, float]
    p: float
    effect: float
    seeds: int
    paired: bool

    @property
    def sign(self) -> int:
        """1 if the lane is above the other, -1 if it is below, 0 if that is not decided at LEVEL."""
        return 0 if self.p >= LEVEL else 1 if self.mean > 0 else -1

    def more_seeds(self, comparisons: int = 1) -> int | None:
        """How many more seeds would find it with a probability of POWER, if the difference is what it seems.

        It is found as one of so many `comparisons`. None if more than MOST_MORE.
        """

        def power(more: int) -> float:
            return self._power(more, comparisons)

        if not power(MOST_MORE) >= POWER:
            return None
        return 1 + bisect_left(range(1, MOST_MORE + 1), POWER, key=power)

    def _power(self, more: int, comparisons: int) -> float:
        """The probability that this difference is found with so many more seeds."""
        from scipy import special

        seeds = self.seeds + more
        freedom = (seeds - 1) * (1 if self.paired else 2)
        limit = special.stdtrit(freedom, 1 - LEVEL / comparisons / 2)
        return 1 - float(special.nctdtr(freedom, self.effect * math.sqrt(seeds), limit))


def difference(
    first: Mapping[object, float], second: Mapping[object, float], logarithmic: bool, comparisons: int = 1
) -> Difference | None:
    """Compare two lanes, given as final values by seed; None if they have fewer than LEAST seeds each.

    Lanes that share at least LEAST seeds are compared seed by seed, because a seed decides the first weights
    and the batches in every lane: a paired t test. Lanes that share fewer are compared by Welch's t test.
    `logarithmic` compares the logarithms of the values, so that a difference is a factor. The interval is so
    wide that those of so many `comparisons` hold together (Bonferroni's correction); the p-value is of one.

    >>> low, high = {1: 0.31, 2: 0.35, 3: 0.33}, {1: 0.41, 2: 0.44, 3: 0.43}
    >>> found = difference(low, high, logarithmic=False)
    >>> found.paired, round(found.mean, 3), found.sign
    (True, -0.097, -1)
    """
    shared = [seed for seed in first if seed in second]
    paired = len(shared) >= LEAST
    ones, others = (
        [math.log(value) if logarithmic else value for value in values]
        for values in (
            ([first[seed] for seed in shared], [second[seed] for seed in shared])
            if paired
            else (first.values(), second.values())
        )
    )
    seeds = min(len(ones), len(others))
    if seeds < LEAST:
        return None
    samples = [[one - other for one, other in zip(ones, others, strict=True)]] if paired else [ones, others]
    level = fmean(others)
    mean = fmean(ones) - level
    variances = [_variance(sample) for sample in samples]
    errors = [v / len(s) for v, s in zip(variances, samples, strict=True)]
    p, reach = _t_test(mean, errors, samples, LEVEL / comparisons)

    def amount(change: float) -> float:
        return math.exp(level) * math.expm1(change) if logarithmic else change

    spread = math.sqrt(sum(variances))
    effect = abs(mean) / spread if spread else math.inf if mean else 0.0
    return Difference(amount(mean), (amount(mean - reach), amount(mean + reach)), p, effect, seeds, paired)


def holm(ps: list[float]) -> list[bool]:
    """Which of several differences are decided at LEVEL if each is stated by itself.

    Holm, 1979, "A simple sequentially rejective multiple test procedure".

    >>> holm([0.03, 0.01, 0.04])
    [False, True, False]
    """
    order = sorted(range(len(ps)), key=lambda at: ps[at])
    decided = [False] * len(ps)
    for rank, at in enumerate(order):
        if ps[at] >= LEVEL / (len(ps) - rank):
            break
        decided[at] = True
    return decided


def _variance(values: Sequence[float]) -> float:
    middle = fmean(values)
    return sum((value - middle) ** 2 for value in values) / (len(values) - 1)


def _t_test(
    mean: float, errors: Sequence[float], samples: Sequence[Sequence[float]], level: float
) -> tuple[float, float]:
    """The p-value of a mean difference, and half the width of the interval that it leaves at this level.

    `errors` are the squared standard errors of the samples' means. With two samples it is Welch's test.
    """
    from scipy import special  # takes a second to load, and few need it

    total = sum(errors)
    if not total > 0:
        return float(mean == 0), 0.0
    freedom = total**2 / sum(e**2 / (len(s) - 1) for e, s in zip(errors, samples, strict=True))
    error = math.sqrt(total)
    p = 2 * float(special.stdtr(freedom, -abs(mean) / error))
    return p, error * float(special.stdtrit(freedom, 1 - level / 2))
