"""What can be read of a damaged store, row by row, as a new file."""

import io
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec
from lrlab.store.schema import MIGRATIONS, NO_SPEC, migrate

LAST_ROW = 2**40
RESUMABLE = ("queued", "running", "paused", "stopped", "failed")
LOST = "Some of its records were lost when the file of the runs was damaged."


@dataclass(frozen=True)
class Saved:
    """How many runs could be saved, and of how many of them some records are lost."""

    runs: int
    incomplete: int


def reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, and that reads a damaged file as far as possible."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = lambda text: text.decode(errors="replace")
    connection.execute("PRAGMA writable_schema = ON")  # for a file that is too short, or with a bad schema
    return connection


def salvage(path: Path, new: Path) -> Saved:
    """Write what can be read of the store at `path` to the file `new`, which must not exist.

    Runs that could go on from a checkpoint but whose records have a gap start from the beginning. Raises
    sqlite3.Error if `new` cannot be written.
    """
    with closing(reading(path)) as old, closing(sqlite3.connect(new, isolation_level=None)) as fresh:
        fresh.execute("PRAGMA synchronous = OFF")  # until all is there
        version = _version(old)
        if version > len(MIGRATIONS):
            raise UserError(f"{path} was written by a newer LR Lab, and is damaged. Update LR Lab.")
        migrate(fresh, new, to=version)
        with fresh:
            fresh.execute("BEGIN")
            for table in _tables(fresh):
                _copy(old, fresh, table)
        migrate(fresh, new)
        fresh.execute("PRAGMA synchronous = FULL")
        with fresh:
            fresh.execute("BEGIN")
            incomplete = _mend(fresh)
        (runs,) = fresh.execute("SELECT count(*) - count(deleted) FROM runs").fetchone()
    return Saved(runs, incomplete)


def _version(old):
    try:
        return old.execute("PRAGMA user_version").fetchone()[0] or len(MIGRATIONS)
    except sqlite3.DatabaseError:  # nothing of it can be read
        return len(MIGRATIONS)


def _tables(fresh):
    rows = fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in rows.fetchall()]


def _copy(old, fresh, table):
    columns = [row[1] for row in fresh.execute(f"PRAGMA table_info({table})")]
    sql = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    fresh.executemany(sql, _rows(old, table, columns))
    if table == "runs":  # no new run may get the id of one that is lost
        with suppress(sqlite3.DatabaseError):
            last = old.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
            fresh.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'runs'", last or (0,))


def _rows(old, table, columns) -> Iterator[list]:
    """The rows of a table, in order, without those on damaged pages."""
    sql = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid"
    at: int | None = 1
    while at is not None:
        try:
            for rowid, *row in old.execute(sql, (at,)):
                at = rowid + 1
                yield row
            return
        except sqlite3.DatabaseError:
            at = _behind(old, table, at)


def _behind(old, table, damage):
    """The first row that can be found behind a damaged place; None if there is none."""
    select, step = f"SELECT rowid FROM {table} NOT INDEXED WHERE rowid", 1
    while step < LAST_ROW:
        try:
            row = old.execute(f"{select} >= ? ORDER BY rowid LIMIT 1", (damage + step,)).fetchone()
        except sqlite3.DatabaseError:
            step += (step + 1) // 2
            continue
        if row is None:
            return None
        first = row[0]
        with suppress(sqlite3.DatabaseError):  # back to the damage, which is where reading fails again
            for (rowid,) in old.execute(f"{select} BETWEEN ? AND ? ORDER BY rowid DESC", (damage + 1, first)):
                first = rowid
        return first
    return None


def _mend(fresh):
    """Have every record belong to a run, and every run be one that can be shown and continued.

    Returns of how many runs some records are lost.
    """
    incomplete = fresh.execute(
        "INSERT INTO runs (id, race, place, name, spec, status, created, message)"
        " SELECT DISTINCT run, run, run, 'Run ' || run, ?, 'stopped', ?, ? FROM epochs"
        " WHERE run NOT IN (SELECT id FROM runs)",
        (NO_SPEC, time.time(), f"Its settings are lost. {LOST}"),
    ).rowcount
    for table in ("steps", "manual_rates", "checkpoints"):
        fresh.execute(f"DELETE FROM {table} WHERE run NOT IN (SELECT id FROM runs)")
    for column, nothing in (("tags", "[]"), ("versions", "{}")):
        fresh.execute(f"UPDATE runs SET {column} = ? WHERE NOT json_valid({column})", (nothing,))
    trained = "imported IS NULL AND versions != '{}'"  # by a version that kept the updates
    for id, spec, status, has_updates in fresh.execute(
        f"SELECT id, spec, status, {trained} FROM runs"
    ).fetchall():
        lost = spec != NO_SPEC and _has_gap(fresh, id, spec, has_updates, status)
        incomplete += lost
        if lost or not _is_whole(fresh, id):
            fresh.execute("DELETE FROM checkpoints WHERE run = ?", (id,))
        if lost and status == "running":
            fresh.execute("UPDATE runs SET status = 'queued', worker = NULL, stage = '' WHERE id = ?", (id,))
        elif lost and status not in RESUMABLE:
            fresh.execute("UPDATE runs SET message = trim(message || ' ' || ?) WHERE id = ?", (LOST, id))
    return incomplete


def _has_gap(fresh, run, spec, has_updates, status):
    """Whether some of a run's epochs or updates are missing."""
    epochs = [
        row[0] for row in fresh.execute("SELECT epoch FROM epochs WHERE run = ? ORDER BY epoch", (run,))
    ]
    updates, steps = 0, "SELECT step, length(losses) / 4 FROM steps WHERE run = ? ORDER BY step"
    for step, count in fresh.execute(steps, (run,)).fetchall():
        if step != updates:
            return True
        updates += count
    checkpoint = fresh.execute("SELECT step FROM checkpoints WHERE run = ?", (run,)).fetchone()
    if epochs != [*range(len(epochs))] or (checkpoint and checkpoint[0] > updates):
        return True
    try:
        whole = updates // RunSpec.from_json(spec).steps_per_epoch
    except UserError:  # of another version: it is only shown
        return False
    begun = status == "diverged"  # its last epoch was not whole
    return whole > len(epochs) or (has_updates and whole < len(epochs) - begun)


def _is_whole(fresh, run):
    """Whether a run's checkpoint, if it has one, is as it was written."""
    row = fresh.execute("SELECT state FROM checkpoints WHERE run = ?", (run,)).fetchone()
    if row is None:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(row[0])) as file:
            return file.testzip() is None
    except (zipfile.BadZipFile, OSError, ValueError, TypeError):
        return False
