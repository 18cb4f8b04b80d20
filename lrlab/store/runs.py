"""Runs: add one run or all lanes of a race, and read them."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from lrlab.errors import UserError
from lrlab.runs.records import ACTIVE
from lrlab.runs.spec import RunSpec
from lrlab.store.file import File, marks
from lrlab.store.schema import NO_SPEC


@dataclass(frozen=True)
class StoredRun:
    """What is known of every stored run. Times are seconds since 1970; a time in the future is None.

    The run is lane number `lane` of its race. The id of a race is the id of its first run. Runs of one race
    with the same `seed_group` are trained together, and have the same seed unless they are a range test.
    `manual_rate` is the rate set by hand now, if any; `has_manual_rate` says whether one ever was. `versions`
    are the versions of the packages that trained the run. `imported` is a digest of an imported run, None for
    others; an imported run is in no visible race, and it ended when it was imported. `role` is that of a run
    in no race, as `lrlab.runs.swept` names it; a run of a sweep has a `peak`. `owner` names the visitor whose
    run it is; `is_own` says whether this visitor may change it. The note of another's run is left out.
    """

    id: int
    race: int
    seed_group: int
    lane: int
    name: str
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
    has_manual_rate: bool
    role: str
    peak: float | None
    owner: str
    is_own: bool

    @property
    def active(self) -> bool:
        """Whether the run is queued or running."""
        return self.status in ACTIVE


@dataclass(frozen=True)
class Run(StoredRun):
    """A run with its spec."""

    spec: RunSpec


@dataclass(frozen=True)
class CurvesOnly(StoredRun):
    """An imported run of which only the curves are known."""


@dataclass(frozen=True)
class UnreadableRun(StoredRun):
    """A run whose spec was written by another version of LR Lab: this version can read only its curves."""


_FIELDS = tuple(f.name for f in fields(Run))
RUN_COLUMNS = ", ".join(_FIELDS)
RACES = f"SELECT {RUN_COLUMNS} FROM {{}} WHERE imported IS NULL"


def run_of(row) -> StoredRun:
    """The run in a row of RUN_COLUMNS."""
    known = dict(zip(_FIELDS, row, strict=True))
    known |= {
        "tags": tuple(json.loads(known["tags"])),
        "pinned": bool(known["pinned"]),
        "versions": json.loads(known["versions"]),
        "has_manual_rate": bool(known["has_manual_rate"]),
        "is_own": bool(known["is_own"]),
        "note": known["note"] if known["is_own"] else "",
    }
    text = known.pop("spec")
    if text == NO_SPEC:
        return CurvesOnly(**known)
    spec = _spec(text)
    return Run(**known, spec=spec) if spec else UnreadableRun(**known)


@lru_cache(maxsize=4096)  # a page reads the same specs many times
def _spec(text):
    """The spec, or None if this version cannot read it."""
    try:
        return RunSpec.from_json(text)
    except UserError:
        return None


def spec_of(run: StoredRun) -> RunSpec | None:
    """The spec of a run; None if it is not known or cannot be read."""
    return run.spec if isinstance(run, Run) else None


def readable(rows) -> list[Run]:
    """The Runs in rows of RUN_COLUMNS, without those that have no readable spec."""
    return [run for run in map(run_of, rows) if isinstance(run, Run)]


class Runs(File):
    """Adding runs and reading them."""

    def add(self, spec: RunSpec, name: str, worker: str | None = None) -> int:
        """Queue a run and return its id; with `worker`, the run belongs to that worker and is running."""
        return self.add_race([[(name, spec)]], worker)

    def add_race(
        self,
        seed_groups: Sequence[Sequence[tuple[str, RunSpec]]],
        worker: str | None = None,
        race: int = 0,
        role: str = "",
    ) -> int:
        """Queue a race, or more seed groups of an existing `race`, and return its id.

        Each seed group is a list of its lanes, as (name, spec); `role` is RANGE_TEST for range tests. Raises
        UserError if the race is another visitor's, or if the `limits` do not allow it.
        """
        return self._add(
            [[(name, spec, role, None) for name, spec in lanes] for lanes in seed_groups], worker, race
        )

    def _add(
        self,
        seed_groups: Sequence[Sequence[tuple[str, RunSpec, str, float | None]]],
        worker: str | None,
        race: int,
    ) -> int:
        """Queue seed groups, each a list of its lanes, as (name, spec, role, peak)."""
        now, specs = time.time(), [spec for lanes in seed_groups for _, spec, *_ in lanes]
        tags = json.dumps([self.class_code] if self.class_code else [])
        with self._transaction() as connection:
            if self.limits:
                self.limits.make_room(connection, len(specs))
                is_sweep = any(peak for lanes in seed_groups for *_, peak in lanes)
                self.limits.check(connection, specs, race, is_sweep)
            (first,) = connection.execute(
                "SELECT max(seed_group) + 1 FROM visible WHERE race = ?", (race,)
            ).fetchone()
            if race and first is None:
                raise UserError(f"Race {race} is not one of your races, so nothing can be added to it.")
            first = first or 0
            for seed_group, lanes in enumerate(seed_groups, first):
                for lane, (name, spec, role, peak) in enumerate(lanes):
                    values = (
                        *(race, seed_group, lane, name, spec.to_json(), role, peak, tags),
                        *(("running", worker, now, now) if worker else ("queued", None, now, None)),
                    )
                    added = connection.execute(
                        "INSERT INTO runs (race, seed_group, lane, name, spec, role, peak, tags, status,"
                        f" worker, created, started, owner) VALUES ({marks(values)}, owner())",
                        values,
                    ).lastrowid
                    race = race or added  # it is called by the id of its first run
                    connection.execute("UPDATE runs SET race = ?, place = id WHERE id = ?", (race, added))
        return race

    def run(self, run: int) -> StoredRun | None:
        """The run with this id; None if it does not exist."""
        rows = self._read(f"SELECT {RUN_COLUMNS} FROM linked WHERE id = ?", run)
        return run_of(rows[0]) if rows else None

    def runs(self, statuses=None, limit=200) -> list[StoredRun]:
        """The newest `limit` runs, newest first; only `statuses`, if given."""
        where = f"WHERE status IN ({marks(statuses)})" if statuses else ""
        sql = f"SELECT {RUN_COLUMNS} FROM visible {where} ORDER BY id DESC LIMIT ?"
        return [run_of(row) for row in self._read(sql, *(statuses or ()), limit)]

    def race(self, race: int) -> list[Run]:
        """The runs of a race, by seed group and lane; an empty list if the race does not exist."""
        return readable(self._read(f"{RACES.format('linked')} AND race = ? ORDER BY seed_group, lane", race))

    def races(self, limit=100, role: str = "") -> dict[int, list[Run]]:
        """The newest `limit` races, or others with that role, newest first, with their runs."""
        newest = (
            "SELECT DISTINCT race FROM listed WHERE imported IS NULL AND role = ? ORDER BY race DESC LIMIT ?"
        )
        sql = f"{RACES.format('listed')} AND race IN ({newest}) ORDER BY race DESC, seed_group, lane"
        found: dict[int, list[Run]] = {}
        for run in readable(self._read(sql, role, limit)):
            found.setdefault(run.race, []).append(run)
        return found

    def race_of(self, run: int) -> int | None:
        """The race of a run, also if the first was given and is deleted; None if it has none."""
        where = f"{RACES.format('linked')} AND role = '' AND race IN"
        runs = readable(self._read(f"{where} (SELECT race FROM linked WHERE id = ? OR race = ?)", run, run))
        return runs[0].race if runs else None

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
