"""Runs: add one run or all lanes of a race, and read them."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import lru_cache

from lrlab.errors import UserError
from lrlab.runs.records import ACTIVE
from lrlab.runs.spec import RunSpec
from lrlab.store.file import File, marks


@dataclass(frozen=True)
class Run:
    """One stored run. Times are seconds since 1970; a time in the future is None.

    The run is lane number `lane` of its race. The id of a race is the id of its first run. Runs of one race
    with the same `seed_group` have the same seed and are trained together. `manual_rate` is the rate set by
    hand, if any. `versions` are the versions of the packages that trained the run. `imported` is a digest
    of an imported run, None for others; an imported run is in no visible race. `spec` is None in two cases:

    1. Only the curves of the run are known.
    2. Another version of LR Lab wrote the spec, and this version cannot read it.
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
        """Whether the run is queued or running."""
        return self.status in ACTIVE


NO_SPEC = "null"
SHOWN = "deleted IS NULL AND imported IS NULL"
RUN_COLUMNS = ", ".join(f.name for f in fields(Run))


def run_of(row) -> Run:
    """The Run in a row of RUN_COLUMNS."""
    record = dict(zip((f.name for f in fields(Run)), row, strict=True))
    made = {
        "spec": _spec(record["spec"]),
        "tags": tuple(json.loads(record["tags"])),
        "pinned": bool(record["pinned"]),
        "versions": json.loads(record["versions"]),
    }
    return Run(**record | made)


@lru_cache(maxsize=4096)  # a page reads the same specs many times
def _spec(text):
    with suppress(UserError):  # a run with an unreadable spec still has its curves
        return None if text == NO_SPEC else RunSpec.from_json(text)
    return None


def readable(rows) -> list[Run]:
    """The Runs in rows of RUN_COLUMNS, without runs that have no readable spec."""
    return [run for run in map(run_of, rows) if run.spec]


class Runs(File):
    """Adding runs and reading them."""

    def add(self, spec: RunSpec, name: str, worker: str | None = None) -> int:
        """Queue a run and return its id; with `worker`, the run belongs to that worker and is running."""
        return self.add_race([[(name, spec)]], worker)

    def add_race(
        self, seed_groups: Sequence[Sequence[tuple[str, RunSpec]]], worker: str | None = None
    ) -> int:
        """Queue a race and return its id. Each seed group is a list of its lanes, as (name, spec)."""
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
        """The run with this id; None if it does not exist."""
        rows = self._read(f"SELECT {RUN_COLUMNS} FROM runs WHERE id = ?", run)
        return run_of(rows[0]) if rows else None

    def runs(self, statuses=None, limit=200) -> list[Run]:
        """The newest `limit` runs, newest first, without deleted runs; only `statuses`, if given."""
        where = f"AND status IN ({marks(statuses)})" if statuses else ""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE deleted IS NULL {where} ORDER BY id DESC LIMIT ?"
        return [run_of(row) for row in self._read(sql, *(statuses or ()), limit)]

    def race(self, race: int) -> list[Run]:
        """The runs of a race, by seed group and lane; an empty list if the race does not exist."""
        sql = f"SELECT {RUN_COLUMNS} FROM runs WHERE race = ? AND {SHOWN} ORDER BY seed_group, lane"
        return readable(self._read(sql, race))

    def races(self, limit=100) -> dict[int, list[Run]]:
        """The newest `limit` races, newest first, with their runs by seed group and lane."""
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
        """The race of a run; None if the run does not exist."""
        rows = self._read("SELECT race FROM runs WHERE id = ?", run)
        return rows[0][0] if rows else None

    def set_stage(self, run: int, stage: str) -> None:
        """Store a text that says what a running run does before its first epoch."""
        self._write("UPDATE runs SET stage = ? WHERE id = ? AND status = 'running'", stage, run)

    def set_data(self, run: int, data: str, origin: str, versions: dict[str, str]) -> None:
        """Store the data set of a run, also in its spec, the data's origin, and the package versions."""
        with self._transaction() as connection:
            (spec,) = connection.execute("SELECT spec FROM runs WHERE id = ?", (run,)).fetchone()
            connection.execute(
                "UPDATE runs SET data = ?, origin = ?, spec = ?, versions = ? WHERE id = ?",
                (
                    *(data, origin, RunSpec.from_json(spec).with_data(data).to_json()),
                    *(json.dumps(versions), run),
                ),
            )
