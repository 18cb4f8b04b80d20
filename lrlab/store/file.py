"""The SQLite file: short transactions, and errors that say what to do."""

import sqlite3
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from typing import Self

from lrlab.errors import UserError
from lrlab.home import home, is_public
from lrlab.store.limits import Limits
from lrlab.store.schema import migrate

BUSY_SECONDS = 10
# What a visitor may do, said once. Methods for visitors change what is in `visible`, list what is in
# `listed`, and read what is in `linked` if they are given its number. Methods for workers use `whose`. Seed
# groups wait for their owner's turn: each owner's first comes before any owner's second, and of these the one
# whose owner was served longest ago comes first.
VIEWS = """
    BEGIN;
    CREATE TEMP VIEW whose AS SELECT *, owner = owner() OR owner() IS NULL AS is_own FROM runs;
    CREATE TEMP VIEW own AS SELECT * FROM whose WHERE is_own;
    CREATE TEMP VIEW linked AS SELECT * FROM whose WHERE deleted IS NULL;
    CREATE TEMP VIEW visible AS SELECT * FROM linked WHERE is_own;
    CREATE TEMP VIEW listed AS SELECT * FROM linked WHERE is_own OR sees_all();
    CREATE TEMP VIEW waiting AS
        SELECT race, seed_group, owner, MIN(place) AS place FROM runs WHERE status = 'queued'
        GROUP BY race, seed_group;
    CREATE TEMP VIEW turns AS
        SELECT race, seed_group, row_number() OVER (ORDER BY turn, served, place) AS number FROM (
            SELECT *, row_number() OVER (PARTITION BY owner ORDER BY place) AS turn,
            (SELECT MAX(started) FROM runs WHERE runs.owner = waiting.owner) AS served FROM waiting
        );
    COMMIT;
"""
OF_LINKED = "EXISTS (SELECT * FROM linked WHERE id = run)"  # for the tables of a run's records


class StoreError(UserError):
    """The file cannot be read or written now: it is locked, the disk is full, or it is not a database."""


class File:
    """The file `runs.sqlite3` in a folder, by default LR Lab's home; safe for threads and processes.

    Every method opens its own connection for one short transaction. A method raises StoreError if the file
    cannot be used, for example if another program locks it for more than 10 seconds. Opening a file of a
    newer version raises UserError.

    A visitor changes and lists the runs of one `owner`, by default of "", and reads a run of another whose
    number is known. One who `sees_all` also lists and stops the runs of others. With an owner of None, all
    runs are one's own: this is for the worker and for those who watch it.

    `class_code` becomes a tag of every run that is queued. `limits` say how much a visitor may put into the
    file; by default they are those of a public server, if this is one.
    """

    _kept: sqlite3.Connection | None = None

    def __init__(
        self,
        folder: Path | None = None,
        owner: str | None = "",
        sees_all: bool = False,
        class_code: str = "",
        limits: Limits | None = None,
    ):
        self.folder = Path(folder) if folder else home()
        self.path = self.folder / "runs.sqlite3"
        self.owner, self.sees_all, self.class_code = owner, sees_all, class_code
        self.limits = limits or (Limits() if is_public() and owner is not None else None)
        with self._opened() as connection:
            migrate(connection, self.path)

    def of_all_owners(self) -> Self:
        """The same file with the runs of all owners."""
        every = copy(self)
        every.owner, every.limits, every._kept = None, None, None
        return every

    @contextmanager
    def _opened(self):
        try:
            with closing(
                sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path} cannot be used: {error}. Close other programs that use this file, free "
                "some disk space, or set LRLAB_HOME to another folder."
            ) from error

    @contextmanager
    def _connection(self):
        """A connection to a file of this version, with the views of what its owner may see."""
        with self._opened() as connection:
            connection.create_function("owner", 0, lambda: self.owner, deterministic=True)
            connection.create_function("sees_all", 0, lambda: self.sees_all, deterministic=True)
            connection.executescript(VIEWS)
            yield connection

    @contextmanager
    def _transaction(self):
        """A connection that commits all changes, or rolls back all of them if an error is raised."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def _write(self, sql, *values):
        with self._connection() as connection:
            return connection.execute(sql, values).rowcount

    @contextmanager
    def reading(self):
        """Within it, everything that this object reads takes one connection, for one thread at a time."""
        with self._connection() as self._kept:
            try:
                yield
            finally:
                self._kept = None

    def _read(self, sql, *values):
        if self._kept:
            return self._kept.execute(sql, values).fetchall()
        with self._connection() as connection:
            return connection.execute(sql, values).fetchall()


def marks(values) -> str:
    """One question mark per value, for `IN (...)` and `VALUES (...)`."""
    return ", ".join("?" * len(values))


def these(runs, of="visible") -> str:
    """The condition for a change of `runs` by a visitor; takes one value per run."""
    return f"id IN (SELECT id FROM {of} WHERE id IN ({marks(runs)}))"
