"""What several pages watch while it trains: read once for all of them, and not once for each part of each."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Generic, TypeVar

from lrlab import jobs
from lrlab.store import Store, StoreError, StoreRescued

FRESH_SECONDS = 0.5
KEPT_SECONDS = 60
Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What was read `at` a moment, in the seconds of the monotonic clock.

    `problem` says why the processes could not be looked after. `made` is what was made of it, for all
    watchers.
    """

    at: float = 0.0
    problem: str = ""
    made: dict[Any, Any] = field(default_factory=dict, compare=False)

    def once(self, what: Any, make: Callable[[], Made]) -> Made:
        """What `make` has returned for the first watcher that looks at it in the same way."""
        if what not in self.made:
            self.made[what] = make()
        return self.made[what]


Found = TypeVar("Found", bound=Watched)


class Watch(Generic[Found]):
    """Reads things of the store by their number, with what was read of them before.

    `look` reads one anew; `is_same` says whether what was made of the one before is still right.
    """

    def __init__(
        self, look: Callable[[Store, int, Found | None], Found], is_same: Callable[[Found, Found], bool]
    ):
        self._look, self._is_same = look, is_same
        self._known: dict[tuple, Found] = {}
        self._locks: defaultdict[tuple, Lock] = defaultdict(Lock)  # one reads, and all others wait for it

    def read(self, store: Store, number: int) -> Found:
        """What there is now, after the processes were looked after."""
        at, problem = time.monotonic(), ""
        try:
            jobs.watch(store)
        except StoreRescued:
            raise
        except StoreError as error:  # what can be read is shown nevertheless
            problem = str(error)
        key = (store.folder, store.owner, number)
        before = self._known.get(key)
        found = replace(store.together(lambda: self._look(store, number, before)), at=at, problem=problem)
        if before and self._is_same(before, found):
            found.made.update(before.made)
        for old in [old for old, known in [*self._known.items()] if known.at < at - KEPT_SECONDS]:
            self._known.pop(old, None)
            self._locks.pop(old, None)
        self._known[key] = max(found, self._known.get(key, found), key=lambda each: each.at)
        return found

    def glance(self, store: Store, number: int) -> Found:
        """What any page has read in the last half second, or else what there is now."""
        key = (store.folder, store.owner, number)
        with self._locks[key]:
            found = self._known.get(key)
            if found is None or found.at < time.monotonic() - FRESH_SECONDS:
                found = self.read(store, number)
        return found
