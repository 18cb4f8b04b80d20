"""A sweep: the same runs at several peak rates, from several seeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec

MOST_RUNS = 2000
AT_ONCE = 12  # lanes that train in lockstep


@dataclass(frozen=True)
class Sweep:
    """Runs by name, whose schedules are scaled to each of the `peaks` and trained from each of the `seeds`.

    The `lanes` are pairs of a name and a RunSpec, whose seed and peak do not matter. Where a schedule has a
    value out of its range at a peak, it is left out there. Raises UserError for a sweep without a run or with
    more than MOST_RUNS, for a name, peak or seed that comes twice, and for a schedule that no peak fits.

    >>> from lrlab.schedules import Constant, StepDecay
    >>> lanes = ("Constant", RunSpec(Constant())), ("Step", RunSpec(StepDecay()))
    >>> sweep = Sweep(lanes, peaks=(0.1, 0.3), seeds=(1, 2, 3))
    >>> len(sweep.runs), sweep.runs["Step", 0.3, 2].schedule.initial_lr
    (12, 0.3)
    """

    lanes: tuple[tuple[str, RunSpec], ...]
    peaks: tuple[float, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.lanes]
        for what, given in (("schedule", names), ("peak rate", self.peaks), ("seed", self.seeds)):
            if not given:
                raise UserError(f"A sweep needs at least one {what}, but there is none.")
            for each in given:
                if [*given].count(each) > 1:
                    raise UserError(f"Each {what} of a sweep must be another one, but {each} comes twice.")
        count = len(names) * len(self.peaks) * len(self.seeds)
        if count > MOST_RUNS:
            raise UserError(
                f"A sweep has at most {MOST_RUNS:,} runs, but {len(names)} schedules x {len(self.peaks)} peak"
                f" rates x {len(self.seeds)} seeds are {count:,}. Use fewer of one of these."
            )
        for name in names:
            if not any(name == lane for lane, _ in self._scaled):
                raise UserError(f"No peak rate of this sweep fits {name}: {self.left_out[name][0]}")

    @cached_property
    def runs(self) -> dict[tuple[str, float, int], RunSpec]:
        """Every run, by its name, peak rate and seed; first those of the first seed."""
        return {
            (name, peak, seed): spec.with_seed(seed)
            for seed in self.seeds
            for (name, peak), spec in self._scaled.items()
        }

    @property
    def left_out(self) -> dict[str, list[str]]:
        """Why a schedule is left out at a peak rate, in sentences, by its name."""
        return {name: [*sentences] for name, sentences in self._tried[1].items() if sentences}

    def groups(self) -> Iterator[list[tuple[str, float, int]]]:
        """The keys of runs that train together: up to AT_ONCE of one seed."""
        for seed in self.seeds:
            keys = [(name, peak, seed) for name, peak in self._scaled]
            yield from (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE))

    @property
    def _scaled(self) -> dict[tuple[str, float], RunSpec]:
        return self._tried[0]

    @cached_property
    def _tried(self) -> tuple[dict[tuple[str, float], RunSpec], dict[str, list[str]]]:
        scaled: dict[tuple[str, float], RunSpec] = {}
        left_out: dict[str, list[str]] = {name: [] for name, _ in self.lanes}
        for name, spec in self.lanes:
            for peak in self.peaks:
                try:
                    scaled[name, peak] = spec.with_peak(peak)
                except UserError as error:
                    left_out[name].append(str(error))
        return scaled, left_out
