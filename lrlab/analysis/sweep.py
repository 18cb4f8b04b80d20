"""The final values of a sweep: the same schedules, each with several peak rates and seeds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from lrlab.analysis.standing import End

Key = tuple[str, float]  # the name of a schedule, and its peak rate
Values = Mapping[Key, Mapping[int, float | None]]  # by seed; None, NaN or infinite if it diverged


@dataclass(frozen=True)
class Cell:
    """The final values of one schedule at one peak rate: lowest, median and highest of the seeds that ended.

    A seed that `diverged` has no final value. If all did, the three values are NaN.
    """

    name: str
    peak: float
    seeds: int
    diverged: int
    low: float
    median: float
    high: float

    @property
    def share_diverged(self) -> float:
        """From 0 to 1."""
        return self.diverged / self.seeds


def cells(values: Values) -> dict[str, tuple[Cell, ...]]:
    """The cells of each schedule, by its name, with growing peak rate; one without a seed is left out.

    >>> found = cells({("Cosine", 0.3): {1: 0.34, 2: 0.36}, ("Cosine", 1.0): {1: 0.5, 2: None}})
    >>> [(cell.peak, cell.low, cell.share_diverged) for cell in found["Cosine"]]
    [(0.3, 0.34, 0.0), (1.0, 0.5, 0.5)]
    """
    return {name: tuple(_cell(name, *each) for each in of_name) for name, of_name in by_name(values).items()}


def by_name(values: Values) -> dict[str, list[tuple[float, Mapping[int, float | None]]]]:
    """The peak rates of each schedule in growing order, with the values of their seeds."""
    found: dict[str, list[tuple[float, Mapping[int, float | None]]]] = {}
    for (name, peak), seeds in values.items():
        if seeds:
            found.setdefault(name, []).append((peak, seeds))
    return {name: sorted(each, key=lambda item: item[0]) for name, each in found.items()}


def finite(values: Mapping[int, float | None]) -> dict[int, float]:
    """The values of the seeds that did not diverge."""
    return {seed: value for seed, value in values.items() if value is not None and math.isfinite(value)}


def as_end(seed: int, value: float | None) -> End:
    """How a run ended that is over, by its final value."""
    if value is None or not math.isfinite(value):
        return End("diverged", None, seed)
    return End("completed", value, seed)


def _cell(name: str, peak: float, seeds: Mapping[int, float | None]) -> Cell:
    known = [*finite(seeds).values()]
    spread = (min(known), median(known), max(known)) if known else (math.nan,) * 3
    return Cell(name, peak, len(seeds), len(seeds) - len(known), *spread)
