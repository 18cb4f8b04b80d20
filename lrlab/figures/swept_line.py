"""A schedule of a sweep as its pictures show it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lrlab.analysis.best_rate import BestRate
from lrlab.analysis.search import best_of
from lrlab.analysis.sweep import Cell, cells
from lrlab.figures.axes import plain, said
from lrlab.runs.swept import SEARCH, SweptRun, values


@dataclass(frozen=True)
class Line:
    """A schedule of a sweep: its finished cells, its best rate, and what its training runs have reached.

    `color` is a number of the palette; `cells` have growing peak rates. `now` has the peak rate and the
    newest value of each run that still trains.
    """

    name: str
    color: int
    cells: tuple[Cell, ...]
    best: BestRate | None = None
    now: tuple[tuple[float, float], ...] = ()


def lines_of(runs: Sequence[SweptRun], colors: Mapping[str, int], measure: str) -> tuple[Line, ...]:
    """The lines of a sweep's runs, in the order of `colors`, which are by the name of the schedule."""
    found, best = cells(values(runs, measure)), {each.name: each for each in best_of(runs, measure)}
    training = [run for run in runs if run.role == SEARCH and not run.has_ended]
    return tuple(
        Line(
            name,
            number,
            found.get(name, ()),
            best.get(name),
            tuple(
                (run.peak, value)
                for run in training
                if run.name == name and (value := run.value(measure)) is not None
            ),
        )
        for name, number in colors.items()
    )


def by_best(lines: Sequence[Line], measure: str) -> list[Line]:
    """The lines, the best first, and those without a best last."""
    sign = -1 if measure.endswith("accuracy") else 1

    def rank(each: Line) -> float:
        return math.inf if each.best is None or each.best.mean is None else sign * each.best.mean

    return sorted(lines, key=rank)


def told(each: Line, cell: Cell, measure: str) -> str:
    """A cell of a line in words."""
    ended = cell.seeds - cell.diverged
    words = f"{each.name}, peak {plain(cell.peak)}: "
    if not ended:
        return words + ("diverged" if cell.seeds == 1 else f"all {cell.seeds} seeds diverged")
    words += said(cell.median, measure)
    if ended > 1:
        ends = f"{said(cell.low, measure)} to {said(cell.high, measure)}"
        words += f", the median of {ended} seeds ({ends})"
    return words + (f"; {cell.diverged} of {cell.seeds} seeds diverged" if cell.diverged else "")
