"""The answer of a search: the best of each schedule, trained again on fresh seeds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lrlab.analysis.best_rate import BestRate
from lrlab.analysis.difference import Difference
from lrlab.analysis.standing import Verdict, differences, verdict
from lrlab.analysis.sweep import as_end
from lrlab.errors import UserError


@dataclass(frozen=True)
class Answer:
    """What the fresh seeds say: the schedule that ended best, and which others it beats.

    `name`, `peak` and `peaks` are those of the best schedule, and None if no run ended. `verdict` is that of
    a race: its `winner` beats all others. `differences` are those of the best to each other schedule with at
    least three seeds, by name. Their intervals hold for the statements that are made of them: each by
    itself if there is a winner, and else for all pairs at once, as the best is known only afterwards; there
    are so many `comparisons`.
    """

    verdict: Verdict
    name: str | None
    peak: float | None
    peaks: tuple[float, float] | None
    differences: Mapping[str, Difference]
    comparisons: int = 1

    @property
    def beaten(self) -> tuple[str, ...]:
        """The schedules that are worse beyond chance, in the order of the verdict."""
        if self.verdict.standings[0].diverged:
            return ()
        apart = {name for name, each in self.differences.items() if each.interval[0] * each.interval[1] > 0}
        return tuple(lane.name for lane in self.verdict.standings if lane.name in apart)

    @property
    def undecided(self) -> tuple[str, ...]:
        """The other schedules, in the order of the verdict."""
        told = {self.name, *self.beaten}
        return tuple(lane.name for lane in self.verdict.standings if lane.name not in told)


def confirm(
    best: Sequence[BestRate],
    searched: Iterable[int],
    values: Mapping[str, Mapping[int, float | None]],
    measure: str = "val_loss",
    classes: int | None = None,
) -> Answer:
    """Judge the confirming runs of a sweep by the rules of `verdict`.

    `best` are the schedules at their best rates in the search, `searched` its seeds. `values` are the final
    values of the confirming runs, by schedule and seed; None, NaN or infinite if a run diverged. `measure`
    and `classes` are as for `verdict`. Raises UserError if there is no value, and if a seed was in the
    search: its best rates are too good on its own seeds.

    >>> best = [BestRate("Cosine", 0.3), BestRate("Constant", 0.2)]
    >>> fresh = {"Cosine": {7: 0.34, 8: 0.35, 9: 0.33}, "Constant": {7: 0.38, 8: 0.40, 9: 0.38}}
    >>> found = confirm(best, [1, 2, 3], fresh)
    >>> found.name, found.peak, found.beaten
    ('Cosine', 0.3, ('Constant',))
    """
    old = sorted({*searched} & {seed for seeds in values.values() for seed in seeds})
    if old:
        which = f"seed {old[0]} was" if len(old) == 1 else f"seeds {', '.join(map(str, old))} were"
        raise UserError(f"Confirming seeds must be fresh, but {which} in the search. Choose other seeds.")
    lanes = {
        name: [as_end(seed, value) for seed, value in seeds.items()]
        for name, seeds in values.items()
        if seeds
    }
    if not lanes:
        raise UserError(
            "There is no confirming run yet. Train the best of each schedule on fresh seeds first."
        )
    judged = verdict(lanes, measure, classes)
    first = judged.standings[0]
    if not first.finished:
        return Answer(judged, None, None, None, {})
    found = next((each for each in best if each.name == first.name), BestRate(first.name))
    statements = 1 if judged.winner else max(math.comb(len(lanes), 2), 1)
    apart = differences(first.name, lanes, measure, classes, statements)
    return Answer(judged, first.name, found.peak, found.peaks, apart, statements)
