"""Runs that a command wants: those that have ended are found, and those that had begun go on."""

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from lrlab.cli.here import worker_here
from lrlab.datasets.sources import check_folder
from lrlab.runs.records import ACTIVE, Epoch
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import AT_ONCE
from lrlab.runs.swept import CONFIRM, SweptRun
from lrlab.store import Run, Store
from lrlab.store.workers import STALE_SECONDS

ENDED = ("completed", "diverged")
POLL_SECONDS = 1.0
Key = tuple[str, float | None, int]  # name, peak rate if it is of a sweep, and seed
Wanted = Mapping[Any, RunSpec]  # by Key
Runs = dict[Key, Run]
Each = TypeVar("Each")


def train_wanted(
    store: Store,
    wanted: Wanted,
    role: str,
    quiet: bool,
    on_end: Callable[[Runs], None],
    number: int = 0,
) -> tuple[int, Runs]:
    """Train and record what has not ended of the wanted runs; returns the number of their race, and the runs.

    Runs that have ended are those with the same spec in any race. The others are of the newest race that has
    some of them, or of the race with that number, or of a new one: those that had begun go on, and those that
    another process trains are waited for. The number is 0 if all had ended in no such race. `on_end` is
    called with runs that are over.
    """
    number, ended, begun = found(store, wanted, role, number)
    if ended:
        print(f"lrlab: {len(ended)} of {len(wanted)} runs had ended before.", file=sys.stderr)
    on_end(_in_order(wanted, ended))
    if len(ended) == len(wanted):
        return number, _in_order(wanted, ended)
    for key, spec in wanted.items():
        if key not in ended:
            check_folder(begun[key].spec.data if key in begun else spec.data)
    left = {key: spec for key, spec in wanted.items() if key not in ended}
    done = sum(map(len, store.epochs_of([run.id for run in begun.values()]).values()))
    epochs = sum(spec.epochs for spec in left.values())
    with worker_here(store, epochs, quiet, done=done) as (worker, train):
        new = {key: spec for key, spec in left.items() if key not in begun}
        if new:
            number = _add(store, new, role, worker, number)
        known = {run.id for run in begun.values()}
        added = (run for run in store.race(number) if run.worker == worker and run.id not in known)
        keys = {run.id: key for key, run in begun.items()}
        keys |= {run.id: key for key, run in zip(new, added, strict=True)}
        over = _train_all(store, number, worker, train, keys, on_end)
    return number, _in_order(wanted, ended | over)


def _in_order(wanted: Wanted, runs: Runs) -> Runs:
    return {key: runs[key] for key in wanted if key in runs}


def found(store: Store, wanted: Wanted, role: str, number: int = 0) -> tuple[int, Runs, Runs]:
    """The race of the wanted runs, 0 if there is none, those that have ended, and those that had begun in it.

    Confirming runs are only runs that were trained as such, of the race with that `number` if there is one.
    """
    keys: dict[RunSpec, list[Key]] = {}
    for key, spec in wanted.items():
        keys.setdefault(spec, []).append(key)
    is_auto = any(spec.data == "auto" for spec in wanted.values())
    ended: Runs = {}
    others: dict[int, list[tuple[Run, list[Key]]]] = {}
    races: dict[int, int] = {}
    for run in store.runs(limit=sys.maxsize):
        if not isinstance(run, Run) or run.imported or run.has_manual_rate:
            continue
        if role == CONFIRM and (run.role != CONFIRM or number not in (0, run.race)):
            continue
        of_run = keys.get(run.spec) or (keys.get(run.spec.with_data("auto")) if is_auto else None)
        if not of_run:
            continue
        if run.role == role:
            races[run.race] = races.get(run.race, 0) + 1
        if run.status in ENDED:
            for key in of_run:
                ended.setdefault(key, run)
        elif run.role == role:
            others.setdefault(run.race, []).append((run, of_run))
    # A run that was trained alone is a race of its own: a race of several runs does not grow from it.
    several = [race for race, count in races.items() if count > 1 or role or len(wanted) == 1]
    number = number or max(several, default=0)
    begun: Runs = {}
    for run, of_run in others.get(number, []):
        for key in sorted(of_run, key=lambda key: key[0] != run.name):
            if key not in ended and key not in begun:
                begun[key] = run
                break
    return number, ended, begun


def _add(store: Store, new: Wanted, role: str, worker: str, number: int) -> int:
    """Record new runs, in groups of one seed; returns the number of their race."""
    lanes = [(name, peak, spec) for (name, peak, _), spec in new.items()]
    groups = [*_groups(lanes, lambda lane: lane[2].seed)]
    if any(peak is None for _, peak, _ in lanes):
        plain = [[(name, spec) for name, _, spec in group] for group in groups]
        return store.add_race(plain, worker, number, role)
    return store.add_sweep(
        [[(name, peak, spec) for name, peak, spec in group if peak] for group in groups], role, worker, number
    )


def _groups(lanes: Iterable[Each], key: Callable[[Each], object]) -> Iterator[list[Each]]:
    """Neighbours that are alike, at most AT_ONCE in a group."""
    for _, alike in groupby(lanes, key):
        group = [*alike]
        yield from (group[at : at + AT_ONCE] for at in range(0, len(group), AT_ONCE))


def _train_all(
    store: Store,
    number: int,
    worker: str,
    train: Callable[[Sequence[Run]], None],
    keys: Mapping[int, Key],
    on_end: Callable[[Runs], None],
) -> Runs:
    """Train the runs with these ids, and wait for those that another process trains; returns all of them."""
    over: Runs = {}

    def look(runs: Iterable[Run]) -> None:
        found = {keys[run.id]: run for run in runs}
        over.update(found)
        on_end(found)

    def left() -> list[Run]:
        return [run for run in store.race(number) if run.id in keys and keys[run.id] not in over]

    store.take(worker, *keys)
    has_said = False
    while runs := left():
        mine = [run for run in runs if run.worker == worker and run.status == "running"]
        for group in _groups(mine, lambda run: (run.spec.seed, run.spec.data)):
            train(group)
            ids = {run.id for run in group}
            look(run for run in left() if run.id in ids)
        look(run for run in left() if run.status not in (*ACTIVE, "paused"))
        if (rest := left()) and not store.take(worker, *(run.id for run in rest)):
            if not has_said:
                print(
                    f"lrlab: another process has {len(rest)} of these runs: waiting until it has trained "
                    f"them, or is silent for {STALE_SECONDS} seconds.",
                    file=sys.stderr,
                )
                has_said = True
            time.sleep(POLL_SECONDS)
    return over


def swept_of(store: Store, runs: Runs, role: str) -> list[SweptRun]:
    """Runs of a sweep as its analysis takes them."""
    ids = [run.id for run in runs.values()]
    ends = {id: epochs[-1] for id, epochs in store.epochs_of(ids).items() if epochs}
    return [
        SweptRun(
            *(run.id, name, peak, seed, role, run.status, ends[run.id].epoch + 1 if run.id in ends else 0),
            *(_known(ends.get(run.id), each) for each in ("loss", "val_loss", "val_accuracy")),
        )
        for (name, peak, seed), run in runs.items()
        if peak
    ]


def _known(epoch: Epoch | None, name: str) -> float | None:
    value = getattr(epoch, name, None)
    return None if value is None or math.isnan(value) else value
