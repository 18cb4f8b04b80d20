"""Which runs belong together: seeds of one recipe, and runs whose scores can be ranked at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from lrlab.result import Result


@dataclass(frozen=True)
class Group:
    """Runs that are one line of a chart: a run alone, or the seeds of one recipe on one data set.

    `ids` are those of the `results`; the `name` is no other group's.
    """

    name: str
    ids: tuple[int, ...]
    results: tuple[Result, ...]

    @property
    def seeds(self) -> tuple[Result, ...]:
        """One result a seed, the newest: a seed that was trained again says nothing more."""
        newest = {}
        for result in sorted(self.results, key=lambda result: result.created or 0):
            newest[result.spec.seed if result.spec else None] = result
        return tuple(newest.values())


class Basis(NamedTuple):
    """The data that scores were measured on. Only runs with the same one can be ranked."""

    data: str
    train_images: int
    validation_split: float


def basis(result: Result) -> Basis | None:
    """The data that a run was measured on; None where that is not known."""
    if result.spec is None or result.data is None:
        return None
    return Basis(result.data, result.spec.train_images, result.spec.validation_split)


def groups(results: dict[int, Result], join_seeds: bool) -> list[Group]:
    """The runs, by id, as groups in their order; without `join_seeds` each is a group of its own.

    A run whose rate was set by hand, or of which only the curves are known, is always alone.
    """

    def key(id):
        result = results[id]
        known = join_seeds and result.spec and not result.has_manual_rate
        return (result.spec.recipe, result.data) if known else id

    return gathered(results, key)


def gathered(results: dict[int, Result], key: Callable[[int], object]) -> list[Group]:
    """The runs, by id, as a group for each value that `key` has for their ids, in their order."""
    found: dict[object, list[int]] = {}
    for id in results:
        found.setdefault(key(id), []).append(id)
    names = _names([[results[id] for id in ids] for ids in found.values()])
    return [
        Group(name, tuple(ids), tuple(results[id] for id in ids))
        for name, ids in zip(names, found.values(), strict=True)
    ]


def bases(of: Iterable[Group]) -> dict[Basis, list[Group]]:
    """The groups that can be ranked with one another, by the data that they were measured on."""
    found: dict[Basis, list[Group]] = {}
    for group in of:
        if (measured_on := basis(group.results[0])) is not None:
            found.setdefault(measured_on, []).append(group)
    return found


def _names(members):
    """A name for each list of results: the first one's, with its seed or a number where it is not unique."""
    plain = [results[0].name for results in members]
    seeded = [
        f"{name}, seed {results[0].spec.seed}"
        if plain.count(name) > 1 and results[0].spec and len(results) == 1
        else name
        for name, results in zip(plain, members, strict=True)
    ]
    return unique(seeded)


def unique(names: Sequence[str]) -> list[str]:
    """The names, with a number behind each that another one before it has."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        found.append(name if name not in found else next(n for n in numbered if n not in (*found, *names)))
    return found
