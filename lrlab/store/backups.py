"""Backups of the store beside it: two, each made when something has changed for an hour."""

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lrlab.store import gate
from lrlab.store.errors import refused
from lrlab.store.notices import WENT_BACK, Notice
from lrlab.store.rescue import PATIENCE, free_name, is_sound, new_file, rescue, take_place
from lrlab.store.salvage import reading
from lrlab.store.schema import migrate

EVERY_SECONDS = 3600.0
KEPT = 2
PAGES, REST_SECONDS = 500, 0.01  # copied at once, and the time between that others have
PAUSED = "Paused, because a backup took the place of the runs from before."


@dataclass(frozen=True)
class Backup:
    """A backup: its file, when it was made in seconds since 1970, and how many runs are in it."""

    path: Path
    at: float
    runs: int


def newest(path: Path) -> Backup | None:
    """The newest backup of the store at `path`; None if there is none that can be read."""
    for backup in reversed(_backups(path)):
        try:
            with closing(reading(backup)) as connection:
                (runs,) = connection.execute("SELECT count(*) - count(deleted) FROM runs").fetchone()
        except sqlite3.Error:
            continue
        return Backup(backup, backup.stat().st_mtime, runs)
    return None


@refused("The file of the runs could not be backed up")
def back_up_if_due(path: Path) -> None:
    """Make a backup if the last one is an hour old and something has changed since then.

    If the copy is damaged, then so is the store: it is rescued, and there is no new backup. Raises StoreError
    if this is not possible now.
    """
    copies = path.with_name("backups")  # another server makes them too, but only one at a time
    with gate.inside(copies, PATIENCE, alone=True), gate.inside(path, PATIENCE):
        backups = _backups(path)
        last = backups[-1].stat().st_mtime if backups else gate.since(path)
        if abs(time.time() - last) < EVERY_SECONDS:  # or the clock was moved
            return
        if backups and _content(path) == _content(backups[-1]):
            os.utime(backups[-1])  # it is of now as well
            return
        with new_file(copies) as copy:
            _copy(path, copy)
            if sound := is_sound(copy, every_index=False):
                number = int(_number(backups[-1])) + 1 if backups else 1
                os.rename(copy, path.with_name(f"runs.backup-{number}.sqlite3"))
                for old in _backups(path)[:-KEPT]:
                    old.unlink()
    if not sound:
        rescue(path)


@refused("The backup could not be taken")
def go_back(path: Path, backup: Path) -> None:
    """Have a copy of a backup take the place of the store, which is set aside; running runs are paused.

    Raises StoreError if this is not possible; then nothing changes.
    """
    with gate.inside(path, PATIENCE, alone=True), new_file(path) as new:
        _copy(backup, new)
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, new)
            with connection:
                connection.execute("BEGIN")
                connection.execute(
                    "UPDATE runs SET status = 'paused', stage = '', worker = NULL, message = ?"
                    " WHERE status = 'running'",
                    (PAUSED,),
                )
                connection.execute("DELETE FROM workers")
            (runs,) = connection.execute("SELECT count(*) - count(deleted) FROM runs").fetchone()
        now = time.time()
        aside = free_name(path, "replaced", now)
        notice = Notice(WENT_BACK, now, runs, aside=aside.name, backup=backup.stat().st_mtime)
        take_place(path, new, aside, notice)


def _backups(path):
    """The files of all backups, the oldest first, whatever the clock said then."""
    named = [file for file in path.parent.glob("runs.backup-*.sqlite3") if _number(file).isdecimal()]
    return sorted(named, key=lambda file: int(_number(file)))


def _number(backup):
    return backup.stem.rpartition("-")[2]


def _content(path):
    """What has changed if something has that one would miss; the heartbeats of workers have not."""
    with closing(reading(path)) as connection:
        runs = connection.execute("SELECT * FROM runs ORDER BY id").fetchall()
        tables = ("epochs", "steps", "manual_rates")
        counts = [connection.execute(f"SELECT max(rowid) FROM {table}").fetchone() for table in tables]
    return runs, counts


def _copy(path, new):
    """Copy a store while others write to it."""
    os.close(os.open(new, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(reading(path)) as old, closing(sqlite3.connect(new)) as copy:
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM runs").fetchone()  # what others write from now on is not seen
        old.backup(copy, pages=PAGES, sleep=REST_SECONDS)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, also while it is read
