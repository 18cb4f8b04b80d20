"""Each schedule of a sweep at its own best peak rate, and how much it minds another one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from lrlab.analysis.difference import LEVEL, Difference, holm
from lrlab.analysis.standing import differences
from lrlab.analysis.sweep import Values, as_end, by_name, finite

Row = tuple[float, Mapping[int, float | None]]  # a peak rate, and the final values of its seeds
NEAR = 1.05  # times the best: as good in practice


@dataclass(frozen=True)
class BestRate:
    """A schedule at its best peak rate.

    The `mean` of the seeds there is geometric for losses, and `interval` its 95 % interval. As the best of
    several is too good by chance, fresh seeds end above it. The seeds cannot tell the rates of `peaks`, from
    the lowest to the highest, from the best. Where these reach the edge of the grid, the best may lie
    `below` or `above` it.

    `sensitivity` is that of Wortsman et al. (`learning_rate_sensitivity`). `width` is how many decades of the
    rate, around the best, are within 5 % of its value; it is at least that if `is_cut` by the edge of the
    grid. `seeds` are those at the best rate, `diverged` the share of all runs of the schedule that diverged.

    If all runs diverged, `peak` and all that depends on it is None. `interval` needs two seeds, and `peaks`
    three.
    """

    name: str
    peak: float | None = None
    seeds: int = 0
    mean: float | None = None
    interval: tuple[float, float] | None = None
    peaks: tuple[float, float] | None = None
    below: bool = False
    above: bool = False
    sensitivity: float | None = None
    width: float | None = None
    is_cut: bool = False
    diverged: float = 0.0

    @property
    def edge(self) -> str:
        """A sentence if the best may lie beyond the grid, else empty."""
        sides = [side for side, beyond in (("lower", self.below), ("higher", self.above)) if beyond]
        return f"The best may lie beyond the grid, at a {' or a '.join(sides)} rate." if sides else ""


def best_rates(
    values: Values, measure: str = "val_loss", initial: Values | None = None
) -> tuple[BestRate, ...]:
    """Each schedule of a sweep at its own best rate, the best schedule first.

    `measure` is one of MEASURES: of losses the lowest is best, of accuracies the highest. The best rate is
    the one with the best mean among those at which the fewest seeds diverged. It is compared with each other
    one of these by `difference`, seed by seed, corrected for their number by Holm's method. From the best
    outwards, `peaks` end before the first rate that is worse beyond chance, or at which more seeds diverged.
    On simulated curves with one minimum they hold the true best in over 99 % of sweeps; on a plateau, where
    the best is picked among equals, they hold a rate in 91 to 97 %.

    `initial` are the losses of the same runs before training; without them there is no sensitivity.

    >>> losses = {0.1: (0.40, 0.41, 0.39), 0.3: (0.34, 0.35, 0.33), 0.5: (0.345, 0.347, 0.33), 1.0: (None,)}
    >>> (found,) = best_rates({("Cosine", peak): dict(enumerate(each)) for peak, each in losses.items()})
    >>> found.peak, found.peaks, found.edge
    (0.3, (0.3, 0.5), '')
    """
    sign = -1 if measure.endswith("accuracy") else 1
    found = [_best(name, rows, measure, sign, initial or {}) for name, rows in by_name(values).items()]
    return tuple(
        sorted(found, key=lambda best: (math.inf if best.mean is None else sign * best.mean, best.name))
    )


def learning_rate_sensitivity(
    rows: Sequence[Row], initial: Sequence[Mapping[int, float | None]]
) -> float | None:
    """The mean over the rates of min(loss, initial loss) - best loss; None if an initial loss is missing.

    The losses of a rate are averaged over its seeds; the best loss is the lowest of these means. A seed that
    diverged has its initial loss. Wortsman et al., 2023, "Small-scale proxies for large-scale Transformer
    training instabilities" (arXiv:2309.14322).

    >>> rows = [(0.1, {1: 0.5}), (0.3, {1: 0.25}), (1.0, {1: 5.0}), (3.0, {1: None})]
    >>> learning_rate_sensitivity(rows, [{1: 2.0}] * 4)
    0.9375
    """
    means = []
    for (_, seeds), before in zip(rows, initial, strict=True):
        known, started = finite(seeds), finite(before)
        if any(seed not in started for seed in seeds):
            return None
        means.append(fmean(min(known.get(seed, math.inf), started[seed]) for seed in seeds))
    return fmean(means) - min(means)


def _best(name: str, rows: Sequence[Row], measure: str, sign: int, initial: Values) -> BestRate:
    known = [finite(seeds) for _, seeds in rows]
    lost = [1 - len(ended) / len(seeds) for ended, (_, seeds) in zip(known, rows, strict=True)]
    diverged = 1 - sum(map(len, known)) / sum(len(seeds) for _, seeds in rows)
    if diverged == 1:
        return BestRate(name, diverged=1.0)
    logarithmic = sign > 0 and all(value > 0 for ended in known for value in ended.values())
    heights = [_mean([*ended.values()], logarithmic) for ended in known]
    calm = [row for row, share in enumerate(lost) if share == min(lost)]
    at = min(calm, key=lambda row: sign * heights[row])
    lanes = {str(row): [as_end(*each) for each in known[row].items()] for row in calm}
    compared = differences(str(at), lanes, measure)
    low, high = _alike(at, calm, compared)
    width, is_cut = _width(rows, lost, heights, at, sign)
    sensitivity = None
    if sign > 0:
        sensitivity = learning_rate_sensitivity(rows, [initial.get((name, peak), {}) for peak, _ in rows])
    return BestRate(
        name,
        peak=rows[at][0],
        seeds=len(rows[at][1]),
        mean=heights[at],
        interval=_interval([*known[at].values()], logarithmic),
        peaks=(rows[low][0], rows[high][0]) if compared else None,
        below=low == 0,
        above=high == len(rows) - 1,
        sensitivity=sensitivity,
        width=width,
        is_cut=is_cut,
        diverged=diverged,
    )


def _mean(values: Sequence[float], logarithmic: bool) -> float:
    if not values:
        return math.nan
    return math.exp(fmean(map(math.log, values))) if logarithmic else fmean(values)


def _alike(at: int, calm: Sequence[int], compared: Mapping[str, Difference]) -> tuple[int, int]:
    """The first and the last row around the best that the seeds cannot tell from it."""
    if not compared:
        return at, at
    decided = holm([found.p for found in compared.values()])
    worse = {int(name) for name, is_decided in zip(compared, decided, strict=True) if is_decided}
    low = high = at
    while low - 1 in calm and low - 1 not in worse:
        low -= 1
    while high + 1 in calm and high + 1 not in worse:
        high += 1
    return low, high


def _interval(values: Sequence[float], logarithmic: bool) -> tuple[float, float] | None:
    """The 95 % interval of the mean, by Student's t."""
    from scipy import special

    if len(values) < 2:
        return None
    known = [math.log(value) for value in values] if logarithmic else values
    reach = float(special.stdtrit(len(known) - 1, 1 - LEVEL / 2)) * stdev(known) / math.sqrt(len(known))
    low, high = fmean(known) - reach, fmean(known) + reach
    return (math.exp(low), math.exp(high)) if logarithmic else (low, high)


def _width(
    rows: Sequence[Row], lost: Sequence[float], heights: Sequence[float], at: int, sign: int
) -> tuple[float | None, bool]:
    """The decades around row `at` whose means are within NEAR of its own, and whether an edge cuts them.

    Between two rates, the logarithm of the mean is linear in the logarithm of the rate. A rate at which more
    seeds diverged than at the best is not near, nor is what lies between it and its neighbour.
    """
    if any(height <= 0 for height in heights):
        return None, False
    logs = [
        sign * math.log(h) if share <= lost[at] else math.inf for h, share in zip(heights, lost, strict=True)
    ]
    limit, width, is_cut = logs[at] + math.log(NEAR), 0.0, False
    for step in (-1, 1):
        row = at
        while 0 <= row + step < len(rows) and logs[row + step] <= limit:
            width += abs(math.log10(rows[row + step][0] / rows[row][0]))
            row += step
        if not 0 <= row + step < len(rows):
            is_cut = True
            continue
        gap = abs(math.log10(rows[row + step][0] / rows[row][0]))
        width += gap * (limit - logs[row]) / (logs[row + step] - logs[row])
    return width, is_cut
