"""What the watchers of a race see: read once for all of them, and not once for each part of each page."""

import time
from collections import defaultdict
from dataclasses import dataclass
from threading import Lock

from lrlab import jobs
from lrlab.runs.records import Epoch
from lrlab.store import Run, Store, StoreError, StoreRescued

FRESH_SECONDS = 0.5
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Seen:
    """The runs of a race, with their epochs by run, and the queue: the (race, seed group) that wait.

    There are no runs if the race was deleted. `problem` says why the processes could not be looked after.
    """

    runs: list[Run]
    epochs: dict[int, list[Epoch]]
    queue: list[tuple[int, int]]
    at: float
    problem: str = ""


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
    runs = store.race(race)
    found = Seen(runs, store.epochs_of([run.id for run in runs]), store.queue(), at, problem)
    for key in [key for key, known in [*_seen.items()] if known.at < at - KEPT_SECONDS]:
        _seen.pop(key, None)
        _locks.pop(key, None)
    key = (store.folder, store.owner, race)
    _seen[key] = max(found, _seen.get(key, found), key=lambda seen: seen.at)
    return found


def glance(store: Store, race: int) -> Seen:
    """What any page has read in the last half second, or else what there is now."""
    key = (store.folder, store.owner, race)
    with _locks[key]:
        found = _seen.get(key)
        if found is None or found.at < time.monotonic() - FRESH_SECONDS:
            found = read(store, race)
    return found
