"""The runs themselves: added alone or as the lanes of a race, and read."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import lru_cache

from lrlab.errors import UserError
from lrlab.records import ACTIVE
from lrlab.spec import RunSpec
from lrlab.store.file import File, marks


@dataclass(frozen=True)
class Run:
    """One run as the store holds it; times are seconds since 1970, None while they are to come.

    It is lane number `lane` of the race that is called by the id of its first run. Runs of the same
    `seed_group` of a race, which have the same seed, are trained together. `manual_rate` is the rate set by
    hand, if any. `versions` are those of what trained it. `imported` is a digest of what it was made of,
    where it was not trained from this store; such a run is in no race that can be shown. A run has no spec
    where only its curves are known, or where another version of LR Lab wrote one that this version does not
    take.
    """

    id: int
    race: int
    seed_group: int
    lane: int
    name: str
    spec: RunSpec | None
    status: str
    stage: str
    stop_requested: float | None
    pause_requested: float | None
    manual_rate: float | None
    tries: int
    worker: str | None
    created: float
    started: float | None
    ended: float | None
    data: str | None
    origin: str
    message: str
    details: str
    test_loss: float | None
    test_accuracy: float | None
    tags: tuple[str, ...]
    note: str
    pinned: bool
    versions: dict[str, str]
    imported: str | None

    @property
    def active(self) -> bool:
        """Whether the run is still queued or running."""
        return self.status in ACTIVE


NO_SPEC = "null"
SHOWN = "deleted IS NULL AND imported IS NULL"
RUN_COLUMNS = ", ".join(f.name for f in fields(Run))


def run_of(row) -> Run:
    """The Run of a row of RUN_COLUMNS."""
    record = dict(zip((f.name for f in fields(Run)), row, strict=True))
    made = {
        "spec": _spec(record["spec"]),
        "tags": tuple(json.loads(record["tags"])),
        "pinned": bool(record["pinned"]),
        "versions": json.loads(record["versions"]),
    }
    return Run(**record | made)


@lru_cache(maxsize=4096)  # a page reads the same ones again and again
def _spec(text):
    with suppress(UserError):  # a run whose settings cannot be read still has its curves
        return None if text == NO_SPEC else RunSpec.from_json(text)
    return None


def readable(rows) -> list[Run]:
    """The Runs of such rows, without those whose spec cannot be read."""
    return [run for run in map(run_of, rows) if run.spec]


class Runs(File):
    """Adding runs and reading them."""

    def add(self, spec: RunSpec, name: str, worker: str | None = None) -> int:
        """Queue a run and return its id; with `worker`, it is that worker's at once and never queued."""
        return self.add_race([[(name, spec)]], worker)

    def add_race(
        self, seed_groups: Sequence[Sequence[tuple[str, RunSpec]]], worker: str | None = None
    ) -> int:
        """Queue a race and return its id: for each seed group the (name, spec) of its lanes."""
        now = time.time()
        race = None
        with self._transaction() as connection:
            for seed_group, lanes in enumerate(seed_groups):
                for lane, (name, spec) in enumerate(lanes):
                    values = (
                        *(race, seed_group, lane, name, spec.to_json()),
                        *(("running", worker, now, now) if worker else ("queued", None, now, None)),
                    )
                    added = connection.execute(
                        "INSERT INTO runs (race, seed_group, lane, name, spec, status, worker, created,"
                        f" started) VALUES ({marks(values)})",
                        values,
                    ).lastrowid
                    race = race or added
                    connection.execute("UPDATE runs SET race = ?, place = id WHERE id = ?", (race, added))
        return race

    def run(self, run: int) -> Run | None:
        """The run of that id; None where there is none."""
        rows = self._read(f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ?", run)
        return run_of(rows[0]) if rows else None

    def runs(self, statuses=None, limit=200) -> list[Run]:
        """The newest `limit` runs, newest first, but for deleted ones; with `statuses`, only those."""
        where = f"AND status IN ({marks(statuses)})" if statuses else ""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE deleted IS NULL {where} ORDER BY id DESC LIMIT ?"
        return [run_of(row) for row in self._read(sql, *(statuses or ()), limit)]

    def race(self, race: int) -> list[Run]:
        """The runs of a race, seed by seed, lane by lane; none where there is no such race."""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE race = ? AND {SHOWN} ORDER BY seed_group, lane"
        return readable(self._read(sql, race))

    def races(self, limit=100) -> dict[int, list[Run]]:
        """The newest `limit` races, newest first, with their runs, seed by seed and lane by lane."""
        newest = f"SELECT DISTINCT race FROM runs WHERE {SHOWN} ORDER BY race DESC LIMIT ?"
        sql = (
            f"SELECT {RUN_COLUMNS} FROM runs WHERE race IN ({newest}) AND {SHOWN}"
            " ORDER BY race DESC, seed_group, lane"
        )
        found = {}
        for run in readable(self._read(sql, limit)):
            found.setdefault(run.race, []).append(run)
        return found

    def race_of(self, run: int) -> int | None:
        """The race that a run is in; None where there is no such run."""
        rows = self._read("SELECT race FROM runs WHERE id = ?", run)
        return rows[0][0] if rows else None

    def set_stage(self, run: int, stage: str) -> None:
        """Say in words what a running run is busy with before its first epoch."""
        self._write("UPDATE runs SET stage = ? WHERE id = ? AND status = 'running'", stage, run)

    def set_data(self, run: int, data: str, origin: str, versions: dict[str, str]) -> None:
        """Keep what the run is trained on, also in its spec, where that came from, and what trains it."""
        with self._transaction() as connection:
            (spec,) = connection.execute("SELECT spec FROM runs WHERE id = ?", (run,)).fetchone()
            connection.execute(
                "UPDATE runs SET data = ?, origin = ?, spec = ?, versions = ? WHERE id = ?",
                (
                    *(data, origin, RunSpec.from_json(spec).with_data(data).to_json()),
                    *(json.dumps(versions), run),
                ),
            )
