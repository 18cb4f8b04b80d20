"""The SQLite file: short transactions, and errors that say what to do."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from copy import copy
from pathlib import Path
from typing import Self, TypeVar

from lrlab.home import home, is_public
from lrlab.store import gate
from lrlab.store.errors import REMEDY, StoreError, StoreRescued, is_unwritable, reason
from lrlab.store.limits import Limits
from lrlab.store.rescue import is_damage, is_missing, make_anew, rescue, was_repaired
from lrlab.store.schema import migrate

Found = TypeVar("Found")
STORE = "runs.sqlite3"
BUSY_SECONDS = 10
RESCUED = "Each page of the dashboard says what could be saved. Try again."
# What a visitor may do, said once. Methods for visitors change what is in `visible`, list what is in
# `listed`, and read what is in `linked` if they are given its number. Methods for workers use `whose`.
VIEWS = """
    BEGIN;
    CREATE TEMP VIEW whose AS SELECT *, owner = owner() OR owner() IS NULL AS is_own FROM runs;
    CREATE TEMP VIEW own AS SELECT * FROM whose WHERE is_own;
    CREATE TEMP VIEW linked AS SELECT * FROM whose WHERE deleted IS NULL;
    CREATE TEMP VIEW visible AS SELECT * FROM linked WHERE is_own;
    CREATE TEMP VIEW listed AS SELECT * FROM linked WHERE is_own OR sees_all();
    COMMIT;
"""
OF_LINKED = "EXISTS (SELECT * FROM linked WHERE id = run)"  # for the tables of a run's records
_opened_here: set[Path] = set()  # the stores that this process has opened


class File:
    """The file `runs.sqlite3` in a folder, by default LR Lab's home; safe for threads and processes.

    Every method opens its own connection for one short transaction. A method raises StoreError if the file
    cannot be used, for example if another program locks it for more than 10 seconds. If the file turns out to
    be damaged or gone, what can be read takes its place, and the method raises StoreRescued. Opening a file
    of a newer version raises UserError.

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
        self.path = self.folder / STORE
        self.owner, self.sees_all, self.class_code = owner, sees_all, class_code
        self.limits = limits or (Limits() if is_public() and owner is not None else None)
        if self._is_gone():
            make_anew(self.path)
        self._tried(self._opened, lambda connection: migrate(connection, self.path))
        _opened_here.add(self.path)
        with suppress(OSError):  # a folder that cannot be written: the first change will say so
            gate.made(self.path)

    def of_all_owners(self) -> Self:
        """The same file with the runs of all owners."""
        every = copy(self)
        every.owner, every.limits, every._kept = None, None, None
        return every

    @contextmanager
    def _opened(self, frozen=False):
        """A connection; a `frozen` one reads the file without any other file, for nothing else can write."""
        where = f"{self.path.absolute().as_uri()}{'?immutable=1' if frozen else ''}"
        try:
            with (
                gate.inside(self.path, BUSY_SECONDS),
                closing(
                    sqlite3.connect(where, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
                ) as connection,
            ):
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except (sqlite3.DatabaseError, gate.Busy) as error:
            raise self._mended(error) from error

    def _tried(self, opened, act):
        """What `act` returns for a connection, also where SQLite cannot make the files that it reads with."""
        try:
            with opened() as connection:
                return act(connection)
        except StoreError as error:
            if not is_unwritable(error.__cause__) or gate.holds(self.path.with_name(f"{STORE}-wal")):
                raise
        with opened(frozen=True) as connection:
            return act(connection)

    def _mended(self, error):
        """What to raise for an error, after what can be done about it."""
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            rescue(self.path)
            return StoreRescued(f"{self.path} was damaged. {RESCUED}")
        if self._is_gone() or (str(error).startswith("no such table") and was_repaired(self.path)):
            make_anew(self.path)
            return StoreRescued(f"{self.path} was gone. {RESCUED}")
        return StoreError(f"{self.path} cannot be used: {reason(error, self.folder)}. {REMEDY}")

    def _is_gone(self):
        """Whether there was a file, and nothing of it is left."""
        return (self.path in _opened_here or gate.was_made(self.path)) and is_missing(self.path)

    @contextmanager
    def _connection(self, frozen=False):
        """A connection to a file of this version, with the views of what its owner may see."""
        with self._opened(frozen) as connection:
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

    def together(self, act: Callable[[], Found]) -> Found:
        """What `act` returns. All that this object reads in it takes one connection; one thread at a time."""

        def act_with(connection):
            self._kept = connection
            try:
                return act()
            finally:
                self._kept = None

        return self._tried(self._connection, act_with)

    def _read(self, sql, *values):
        if self._kept:
            return self._kept.execute(sql, values).fetchall()
        return self._tried(self._connection, lambda connection: connection.execute(sql, values).fetchall())


def marks(values) -> str:
    """One question mark per value, for `IN (...)` and `VALUES (...)`."""
    return ", ".join("?" * len(values))


def these(runs, of="visible") -> str:
    """The condition for a change of `runs` by a visitor; takes one value per run."""
    return f"id IN (SELECT id FROM {of} WHERE id IN ({marks(runs)}))"
