"""The runs: added, claimed by a worker, recorded epoch by epoch, ended, and read by the pages."""

import math
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from lrlab.errors import UserError
from lrlab.home import home
from lrlab.records import ACTIVE, Epoch, Outcome
from lrlab.spec import RunSpec
from lrlab.store.schema import migrate

BUSY_SECONDS = 10
STALE_SECONDS = 15


@dataclass(frozen=True)
class Run:
    """One run as the store holds it; times are seconds since 1970, None while they are to come."""

    id: int
    name: str
    spec: RunSpec
    status: str
    stage: str
    stop_requested: float | None
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

    @property
    def active(self) -> bool:
        """Whether the run is still queued or running."""
        return self.status in ACTIVE


_RUN_COLUMNS = ", ".join(f.name for f in fields(Run))
_EPOCH_COLUMNS = ", ".join(f.name for f in fields(Epoch))


class Store:
    """The file `runs.sqlite3` in a folder, by default LR Lab's home; safe for threads and processes.

    Every method opens a connection of its own for one short transaction. Raises UserError where the
    file is from a newer version, no database, or locked for more than 10 seconds.
    """

    def __init__(self, folder: Path | None = None):
        self.folder = Path(folder) if folder else home()
        self.path = self.folder / "runs.sqlite3"
        with self._connection() as connection:
            migrate(connection, self.path)

    @contextmanager
    def _connection(self):
        try:
            with closing(
                sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"{self.path} cannot be used: {error}. Close what else holds it, free some disk "
                "space, or set LRLAB_HOME to another folder."
            ) from error

    def _write(self, sql, *values):
        with self._connection() as connection:
            return connection.execute(sql, values).rowcount

    def _read(self, sql, *values):
        with self._connection() as connection:
            return connection.execute(sql, values).fetchall()

    def add(self, spec: RunSpec, name: str, worker: str | None = None) -> int:
        """Queue a run and return its id; with `worker`, it is that worker's at once and never queued."""
        now = time.time()
        with self._connection() as connection:
            return connection.execute(
                "INSERT INTO runs (name, spec, status, worker, created, started) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    name,
                    spec.to_json(),
                    "running" if worker else "queued",
                    worker,
                    now,
                    now if worker else None,
                ),
            ).lastrowid

    def claim(self, worker: str) -> Run | None:
        """Give the run that has waited longest to `worker`; None where no run waits."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "UPDATE runs SET status = 'running', worker = ?, started = ? WHERE id ="
                " (SELECT id FROM runs WHERE status = 'queued' ORDER BY id LIMIT 1) RETURNING id",
                (worker, time.time()),
            ).fetchone()
            connection.execute("COMMIT")
        return self.run(row[0]) if row else None

    def set_stage(self, run: int, stage: str):
        """Say in words what a running run is busy with before its first epoch."""
        self._write("UPDATE runs SET stage = ? WHERE id = ? AND status = 'running'", stage, run)

    def set_data(self, run: int, data: str, origin: str):
        """Keep which data set the run is trained on and where that came from, also in its spec."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            (spec,) = connection.execute("SELECT spec FROM runs WHERE id = ?", (run,)).fetchone()
            connection.execute(
                "UPDATE runs SET data = ?, origin = ?, spec = ? WHERE id = ?",
                (data, origin, RunSpec.from_json(spec).with_data(data).to_json(), run),
            )
            connection.execute("COMMIT")

    def record(self, run: int, epoch: Epoch) -> None:
        """Add a finished epoch; NaN becomes NULL."""
        marks = ", ".join("?" * (1 + len(fields(Epoch))))
        self._write(f"INSERT INTO epochs (run, {_EPOCH_COLUMNS}) VALUES ({marks})", run, *astuple(epoch))

    def finish(self, run: int, outcome: Outcome) -> bool:
        """End a run that is queued or running; returns False, changing nothing, for an ended one."""
        return bool(
            self._write(
                "UPDATE runs SET status = ?, message = ?, test_loss = ?, test_accuracy = ?,"
                " details = ?, ended = ?, stage = ''"
                " WHERE id = ? AND status IN ('queued', 'running')",
                *astuple(outcome),
                time.time(),
                run,
            )
        )

    def request_stop(self, run: int) -> None:
        """Ask for a stop: a queued run ends at once, a running one when its worker reads this."""
        # Queued first: a run that is claimed in between is then found running.
        self._write(
            "UPDATE runs SET status = 'stopped', ended = ?, message = ? WHERE id = ? AND status = 'queued'",
            time.time(),
            "Stopped before it began.",
            run,
        )
        self._write(
            "UPDATE runs SET stop_requested = coalesce(stop_requested, ?)"
            " WHERE id = ? AND status = 'running'",
            time.time(),
            run,
        )

    def must_stop(self, run: int) -> bool:
        """Whether a stop was asked for, or the run is no longer running by another's word."""
        rows = self._read("SELECT stop_requested IS NULL AND status = 'running' FROM runs WHERE id = ?", run)
        return not (rows and rows[0][0])

    def run(self, run: int) -> Run | None:
        """The run of that id; None where there is none."""
        rows = self._read(f"SELECT {_RUN_COLUMNS} FROM runs WHERE id = ?", run)
        return _run(rows[0]) if rows else None

    def runs(self, statuses=None, limit=200) -> list[Run]:
        """The newest `limit` runs, newest first; with `statuses`, only those."""
        marks = ", ".join("?" * len(statuses or ()))
        where = f"WHERE status IN ({marks})" if statuses else ""
        sql = f"SELECT {_RUN_COLUMNS} FROM runs {where} ORDER BY id DESC LIMIT ?"
        return [_run(row) for row in self._read(sql, *(statuses or ()), limit)]

    def epochs(self, run: int) -> list[Epoch]:
        """The finished epochs of a run, in order; NULL becomes NaN."""
        rows = self._read(f"SELECT {_EPOCH_COLUMNS} FROM epochs WHERE run = ? ORDER BY epoch", run)
        return [Epoch(*(math.nan if value is None else value for value in row)) for row in rows]

    def beat(self, worker: str, pid: int, state: str) -> None:
        """Say that a worker is alive, and what it does: "starting", "idle" or "busy"."""
        self._write(
            "INSERT INTO workers VALUES (?, ?, ?, ?) ON CONFLICT (id)"
            " DO UPDATE SET state = excluded.state, heartbeat = excluded.heartbeat",
            worker,
            pid,
            state,
            time.time(),
        )

    def leave(self, worker: str) -> None:
        """Forget a worker that has ended, and any that has not been heard of for a day."""
        day_ago = time.time() - 86_400
        self._write("DELETE FROM workers WHERE id = ? OR heartbeat < ?", worker, day_ago)

    def worker_state(self, worker: str) -> str | None:
        """What a worker last said it does; None where it never spoke or has left."""
        rows = self._read("SELECT state FROM workers WHERE id = ?", worker)
        return rows[0][0] if rows else None

    def abandoned(self) -> list[Run]:
        """Runs that count as running but whose worker has not been heard of for 15 seconds."""
        since = time.time() - STALE_SECONDS
        rows = self._read(
            f"SELECT {_RUN_COLUMNS} FROM runs WHERE status = 'running' AND started < ?"
            " AND NOT EXISTS (SELECT * FROM workers WHERE id = runs.worker AND heartbeat >= ?)",
            since,
            since,
        )
        return [_run(row) for row in rows]


def _run(row):
    record = dict(zip((f.name for f in fields(Run)), row, strict=True))
    return Run(**{**record, "spec": RunSpec.from_json(record["spec"])})
