"""The tables, and the steps that bring an older file up to date."""

import sqlite3
import time

from lrlab.errors import UserError

MIGRATIONS = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        spec TEXT NOT NULL,
        status TEXT NOT NULL,
        stage TEXT NOT NULL DEFAULT '',
        stop_requested REAL,
        worker TEXT,
        created REAL NOT NULL,
        started REAL,
        ended REAL,
        data TEXT,
        origin TEXT NOT NULL DEFAULT '',
        message TEXT NOT NULL DEFAULT '',
        details TEXT NOT NULL DEFAULT '',
        test_loss REAL,
        test_accuracy REAL
    );
    CREATE INDEX runs_by_status ON runs (status);
    CREATE TABLE epochs (
        run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        lr REAL,
        lr_end REAL,
        loss REAL,
        accuracy REAL,
        val_loss REAL,
        val_accuracy REAL,
        seconds REAL,
        PRIMARY KEY (run, epoch)
    );
    CREATE TABLE workers (
        id TEXT PRIMARY KEY,
        pid INTEGER NOT NULL,
        state TEXT NOT NULL,
        heartbeat REAL NOT NULL
    );
    """,
)


def migrate(connection: sqlite3.Connection, path) -> None:
    """Bring the file to the newest version; raises UserError, and leaves it as it is, if it is newer."""
    found = _version(connection)
    if found > len(MIGRATIONS):
        raise UserError(
            f"{path} was written by a newer LR Lab (its version is {found}, this one reads up to "
            f"{len(MIGRATIONS)}). Update LR Lab, or set LRLAB_HOME to another folder."
        )
    if found == len(MIGRATIONS):
        return
    _switch_to_wal(connection)
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


def _version(connection):
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _switch_to_wal(connection):
    """Have readers and a writer at once; waits for others here, as SQLite does everywhere but here."""
    until = time.monotonic() + connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
