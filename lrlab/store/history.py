"""The records of a run: epochs, updates, rates set by hand, and the checkpoint."""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, fields

import numpy as np

from lrlab.runs.records import Checkpoint, Epoch, ManualRate, Steps
from lrlab.store.file import OF_LINKED, File, marks
from lrlab.store.runs import Run

EPOCH_COLUMNS = ", ".join(f.name for f in fields(Epoch))


class History(File):
    """Writing and reading the records that a worker yields."""

    def record(self, run: Run, *records: Epoch | Steps | ManualRate | Checkpoint) -> bool:
        """Add records of the run's worker, all or none; NaN becomes NULL.

        Returns False and adds nothing if the run no longer belongs to that worker. A worker that continues
        from a checkpoint replaces later records of the previous worker: its first Steps deletes them.
        """
        with self._transaction() as connection:
            if not connection.execute(
                "SELECT * FROM runs WHERE id = ? AND status = 'running' AND worker IS ?", (run.id, run.worker)
            ).fetchone():
                return False
            for record in records:
                _add(connection, run, record)
        return True

    def epochs(self, run: int) -> list[Epoch]:
        """The finished epochs of a run, in order; NULL becomes NaN."""
        return self.epochs_of([run])[run]

    def epochs_of(self, runs: Sequence[int], first: int = 0) -> dict[int, list[Epoch]]:
        """The finished epochs of several runs from number `first` on, in order, by run; NULL becomes NaN."""
        rows = self._read(
            f"SELECT run, {EPOCH_COLUMNS} FROM epochs WHERE run IN ({marks(runs)}) AND epoch >= ?"
            f" AND {OF_LINKED} ORDER BY run, epoch",
            *runs,
            first,
        )
        found: dict[int, list[Epoch]] = {run: [] for run in runs}
        for run, epoch, *row in rows:
            found[run].append(Epoch(epoch, *(math.nan if value is None else value for value in row)))
        return found

    def steps(self, run: int) -> Steps:
        """All updates of a run so far; NaN stands for those that are lost."""
        sql = f"SELECT step, losses, rates, gradients FROM steps WHERE run = ? AND {OF_LINKED} ORDER BY step"
        pieces = [
            (step, [np.frombuffer(part, np.float32) for part in row if part is not None])
            for step, *row in self._read(sql, run)
        ]
        count = pieces[-1][0] + len(pieces[-1][1][0]) if pieces else 0
        found = np.full((max((len(arrays) for _, arrays in pieces), default=2), count), np.nan, np.float32)
        for step, arrays in pieces:
            for row, array in zip(found, arrays, strict=False):
                row[step : step + len(array)] = array
        return Steps(0, *found)

    def manual_rates(self, run: int) -> list[ManualRate]:
        """The rates of a run that were set by hand, and when, in order."""
        sql = f"SELECT step, rate FROM manual_rates WHERE run = ? AND {OF_LINKED} ORDER BY step"
        return [ManualRate(*row) for row in self._read(sql, run)]

    def checkpoint(self, run: int) -> Checkpoint | None:
        """For a worker: where a run can continue; None if it must start from the beginning."""
        rows = self._read("SELECT step, state FROM checkpoints WHERE run = ?", run)
        return Checkpoint(*rows[0]) if rows else None

    def checkpoint_step(self, run: int) -> int | None:
        """How many updates a run has before its checkpoint; None if it has no checkpoint."""
        rows = self._read(f"SELECT step FROM checkpoints WHERE run = ? AND {OF_LINKED}", run)
        return rows[0][0] if rows else None


def cut(connection: sqlite3.Connection, run: int, step: int, steps_per_epoch: int) -> None:
    """Delete the updates of a run from `step` on, and the epochs that they belong to."""
    connection.execute("DELETE FROM steps WHERE run = ? AND step >= ?", (run, step))
    connection.execute("DELETE FROM epochs WHERE run = ? AND epoch >= ?", (run, step // steps_per_epoch))


def _add(connection, of, record):
    run = of.id
    if isinstance(record, Epoch):
        connection.execute(
            f"INSERT OR REPLACE INTO epochs (run, {EPOCH_COLUMNS}) VALUES (?, {marks(fields(Epoch))})",
            (run, *astuple(record)),
        )
    elif isinstance(record, Steps):
        cut(connection, run, record.step, of.spec.steps_per_epoch)
        pieces = (
            None if array is None else np.asarray(array, np.float32).tobytes()
            for array in (record.losses, record.rates, record.gradients)
        )
        connection.execute("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", (run, record.step, *pieces))
    elif isinstance(record, ManualRate):
        connection.execute("INSERT OR REPLACE INTO manual_rates VALUES (?, ?, ?)", (run, *astuple(record)))
        connection.execute("UPDATE runs SET has_manual_rate = 1 WHERE id = ?", (run,))
    else:
        connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (run, *astuple(record)))
        # The worker makes progress, so this run did not kill the workers before it.
        connection.execute("UPDATE runs SET tries = 0 WHERE id = ?", (run,))
