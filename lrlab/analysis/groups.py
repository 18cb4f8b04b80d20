"""Group runs: the seeds of one recipe, and the runs whose scores can be ranked against each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from lrlab.runs.result import Result


@dataclass(frozen=True)
class Group:
    """Runs that form one line of a chart: a single run, or the seeds of one recipe on one data set.

    `ids` are the ids of the `results`; the `name` is unique.
    """

    name: str
    ids: tuple[int, ...]
    results: tuple[Result, ...]

    @property
    def seeds(self) -> tuple[Result, ...]:
        """The newest result of each seed: training a seed again gives no new information."""
        newest: dict[int | None, Result] = {}
        for result in sorted(self.results, key=lambda result: result.created or 0):
            newest[result.spec.seed if result.spec else None] = result
        return tuple(newest.values())


class Basis(NamedTuple):
    """The images that scores were measured on. Only runs with an equal basis can be ranked."""

    data: str
    train_images: int
    validation_split: float


def basis(result: Result) -> Basis | None:
    """The images that a run was measured on; None if they are unknown."""
    if result.spec is None or result.data is None:
        return None
    return Basis(result.data, result.spec.train_images, result.spec.validation_split)


def groups(results: dict[int, Result], join_seeds: bool) -> list[Group]:
    """Group runs, given by id, in their order; without `join_seeds` each run is a group of its own.

    A run is always a group of its own if its rate was set by hand, or if only its curves are known.
    """

    def key(id: int) -> object:
        result = results[id]
        if not join_seeds or result.spec is None or result.has_manual_rate:
            return id
        return result.spec.recipe, result.data

    return gathered(results, key)


def gathered(results: dict[int, Result], key: Callable[[int], object]) -> list[Group]:
    """Group runs, given by id, by the value of `key` for their ids, in their order."""
    found: dict[object, list[int]] = {}
    for id in results:
        found.setdefault(key(id), []).append(id)
    names = _names([[results[id] for id in ids] for ids in found.values()])
    return [
        Group(name, tuple(ids), tuple(results[id] for id in ids))
        for name, ids in zip(names, found.values(), strict=True)
    ]


def bases(of: Iterable[Group]) -> dict[Basis, list[Group]]:
    """The groups by the images that they were measured on; groups with the same images can be ranked."""
    found: dict[Basis, list[Group]] = {}
    for group in of:
        if (measured_on := basis(group.results[0])) is not None:
            found.setdefault(measured_on, []).append(group)
    return found


def _names(members: Sequence[Sequence[Result]]) -> list[str]:
    """A name for each list of results: the name of the first, with its seed or a number if not unique."""
    plain = [results[0].name for results in members]
    seeded = [
        f"{name}, seed {results[0].spec.seed}"
        if plain.count(name) > 1 and results[0].spec and len(results) == 1
        else name
        for name, results in zip(plain, members, strict=True)
    ]
    return unique(seeded)


def unique(names: Sequence[str]) -> list[str]:
    """The names, with a number added to each name that was used before."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        found.append(name if name not in found else next(n for n in numbered if n not in (*found, *names)))
    return found
