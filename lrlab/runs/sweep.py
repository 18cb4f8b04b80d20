"""A sweep: the same runs at several peak rates, from several seeds."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec

MOST_RUNS = 2000
AT_ONCE = 12  # lanes that train in lockstep
Key = tuple[str, float, int]  # name, peak rate and seed


class Candidate(NamedTuple):
    """A schedule with its optimizer and all settings of a run, by name, and its peak rates.

    The seed and the peak of the `spec` do not matter.
    """

    name: str
    spec: RunSpec
    peaks: tuple[float, ...]


@dataclass(frozen=True)
class Sweep:
    """Each of the `candidates`, scaled to each of its peak rates and trained from each of the `seeds`.

    Where a schedule has a value out of its range at a peak, it is left out there. Raises UserError for a
    sweep without a run or with more than MOST_RUNS, for a name, peak or seed that comes twice, and for a
    schedule that no peak fits.

    >>> from lrlab.schedules import Constant, StepDecay
    >>> peaks = (0.1, 0.3)
    >>> shapes = {"Constant": Constant(), "Step": StepDecay()}
    >>> each = tuple(Candidate(name, RunSpec(shape), peaks) for name, shape in shapes.items())
    >>> sweep = Sweep(each, seeds=(1, 2, 3))
    >>> len(sweep.runs), sweep.runs["Step", 0.3, 2].schedule.initial_lr
    (12, 0.3)
    """

    candidates: tuple[Candidate, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        names = [each.name for each in self.candidates]
        check_each("sweep", "schedule", names)
        check_each("sweep", "seed", self.seeds)
        for each in self.candidates:
            check_each("sweep", "peak rate", each.peaks)
        cells = sum(len(each.peaks) for each in self.candidates)
        count = cells * len(self.seeds)
        if count > MOST_RUNS:
            raise UserError(
                f"A sweep has at most {MOST_RUNS:,} runs, but {len(names)} schedules with {cells:,} peak "
                f"rates in all x {len(self.seeds)} seeds are {count:,}. Use fewer of one of these."
            )
        for name in names:
            if not any(name == fits for fits, _ in self._scaled):
                raise UserError(f"No peak rate of this sweep fits {name}: {self.left_out[name][0]}")

    @cached_property
    def runs(self) -> dict[Key, RunSpec]:
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

    def groups(self, without: Container[Key] = ()) -> list[list[tuple[str, float, RunSpec]]]:
        """The runs that train together, as (name, peak, spec): up to AT_ONCE of one seed.

        They are `without` the runs with these keys.
        """
        found = []
        for seed in self.seeds:
            group = [
                (name, peak, self.runs[name, peak, seed])
                for name, peak in self._scaled
                if (name, peak, seed) not in without
            ]
            found += [group[at : at + AT_ONCE] for at in range(0, len(group), AT_ONCE)]
        return found

    @property
    def _scaled(self) -> dict[tuple[str, float], RunSpec]:
        return self._tried[0]

    @cached_property
    def _tried(self) -> tuple[dict[tuple[str, float], RunSpec], dict[str, list[str]]]:
        scaled: dict[tuple[str, float], RunSpec] = {}
        left_out: dict[str, list[str]] = {each.name: [] for each in self.candidates}
        for name, spec, peaks in self.candidates:
            for peak in peaks:
                try:
                    scaled[name, peak] = spec.with_peak(peak)
                except UserError as error:
                    left_out[name].append(str(error))
        return scaled, left_out


def check_each(whole: str, what: str, given: Sequence[object]) -> None:
    """Raises UserError if none is given, or one twice."""
    if not given:
        raise UserError(f"A {whole} needs at least one {what}, but there is none.")
    each, times = Counter(given).most_common(1)[0]
    if times > 1:
        raise UserError(f"Each {what} of a {whole} must be another one, but {each} comes twice.")


def grid(low: float, high: float, points: int) -> tuple[float, ...]:
    """Peak rates that are evenly spaced on a logarithmic axis, each with three digits.

    >>> grid(0.01, 1, 5)
    (0.01, 0.0316, 0.1, 0.316, 1.0)
    """
    return tuple(dict.fromkeys(float(f"{peak:.3g}") for peak in np.geomspace(low, high, points)))


def around(rate: float) -> tuple[float, float]:
    """The ends of the usual grid around a rate that a range test suggests: three decades.

    >>> around(0.1)
    (0.00316, 3.16)
    """
    low, _, high = grid(rate / 10**1.5, rate * 10**1.5, 3)
    return low, high
