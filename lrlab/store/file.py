"""The SQLite file: short transactions, and errors that say what to do."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from lrlab.errors import UserError
from lrlab.home import home
from lrlab.store.schema import migrate

BUSY_SECONDS = 10


class StoreError(UserError):
    """The file cannot be read or written now: it is locked, the disk is full, or it is not a database."""


class File:
    """The file `runs.sqlite3` in a folder, by default LR Lab's home; safe for threads and processes.

    Every method opens its own connection for one short transaction. A method raises StoreError if the file
    cannot be used, for example if another program locks it for more than 10 seconds. Opening a file of a
    newer version raises UserError.
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
            raise StoreError(
                f"{self.path} cannot be used: {error}. Close other programs that use this file, free "
                "some disk space, or set LRLAB_HOME to another folder."
            ) from error

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

    def _read(self, sql, *values):
        with self._connection() as connection:
            return connection.execute(sql, values).fetchall()


def marks(values) -> str:
    """One question mark per value, for `IN (...)` and `VALUES (...)`."""
    return ", ".join("?" * len(values))
