"""What the watchers of a race see: read once for all of them, and not once for each part of each page."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from lrlab import jobs
from lrlab.runs.records import Epoch
from lrlab.store import Run, Store, StoreError, StoreRescued

FRESH_SECONDS = 0.5
KEPT_SECONDS = 60
Made = TypeVar("Made")


@dataclass(frozen=True)
class Seen:
    """The runs of a race, with their epochs by run, and the queue: the place of each (race, seed group).

    There are no runs if the race was deleted. `problem` says why the processes could not be looked after.
    `made` is what was made of it, for all watchers.
    """

    runs: list[Run]
    epochs: dict[int, list[Epoch]]
    queue: dict[tuple[int, int], int]
    at: float
    problem: str = ""
    made: dict[Any, Any] = field(default_factory=dict, compare=False)

    def once(self, what: Any, make: Callable[[], Made]) -> Made:
        """What `make` has returned for the first watcher that looks at it in the same way."""
        if what not in self.made:
            self.made[what] = make()
        return self.made[what]


_seen: dict[tuple, Seen] = {}
_locks: defaultdict[tuple, Lock] = defaultdict(Lock)  # one reads, and all others wait for it


def read(store: Store, race: int) -> Seen:
    """What there is now, after the processes were looked after."""
    at = time.monotonic()
    problem = ""
    try:
        jobs.watch(store)
    except StoreRescued:
        raise
    except StoreError as error:  # what can be read is shown nevertheless
        problem = str(error)
    key = (store.folder, store.owner, race)
    before = _seen.get(key)

    def look():
        runs = store.race(race)
        return Seen(runs, _epochs(store, runs, before), store.queue(), at, problem)

    found: Seen = store.together(look)
    if before and (found.runs, found.epochs) == (before.runs, before.epochs):
        found.made.update(before.made)
    for old in [old for old, known in [*_seen.items()] if known.at < at - KEPT_SECONDS]:
        _seen.pop(old, None)
        _locks.pop(old, None)
    _seen[key] = max(found, _seen.get(key, found), key=lambda seen: seen.at)
    return found


def _epochs(store, runs, before):
    """The epochs by run. Of a run that its worker is still training, only those that are new are read."""
    known = {run.id: before.epochs[run.id] for run in runs if before and _same(run, before)}
    going = [run.id for run in runs if run.id in known and run.status == "running"]
    new = store.epochs_of(going, min((len(known[run]) for run in going), default=0))
    for run in going:
        known[run] = [*known[run], *(epoch for epoch in new[run] if epoch.epoch >= len(known[run]))]
    return {run.id: known.get(run.id) or [] for run in runs} | store.epochs_of(
        [run.id for run in runs if run.id not in known]
    )


def _same(run, before):
    """Whether a run was there before, and no other training of it has begun or ended since."""
    trained = [(other.status, other.started, other.tries) for other in before.runs if other.id == run.id]
    return trained == [(run.status, run.started, run.tries)]


def glance(store: Store, race: int) -> Seen:
    """What any page has read in the last half second, or else what there is now."""
    key = (store.folder, store.owner, race)
    with _locks[key]:
        found = _seen.get(key)
        if found is None or found.at < time.monotonic() - FRESH_SECONDS:
            found = read(store, race)
    return found
