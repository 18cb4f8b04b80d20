"""The tables, as migrations that update an older file. A released migration never changes."""

import sqlite3
import time
from pathlib import Path

from lrlab.errors import UserError

NO_SPEC = "null"  # the spec of curves of which nothing else is known
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
    """
    ALTER TABLE runs ADD COLUMN race INTEGER;
    ALTER TABLE runs ADD COLUMN heat INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN place INTEGER;
    ALTER TABLE runs ADD COLUMN pause_requested REAL;
    ALTER TABLE runs ADD COLUMN wheel REAL;
    ALTER TABLE runs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
    UPDATE runs SET race = id, place = id;
    CREATE INDEX runs_by_race ON runs (race);
    ALTER TABLE epochs ADD COLUMN grad_norm REAL;
    ALTER TABLE epochs ADD COLUMN update_ratio REAL;
    ALTER TABLE workers ADD COLUMN pace REAL;
    CREATE TABLE steps (
        run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        losses BLOB NOT NULL,
        rates BLOB NOT NULL,
        PRIMARY KEY (run, step)
    );
    CREATE TABLE drives (
        run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        rate REAL,
        PRIMARY KEY (run, step)
    );
    CREATE TABLE checkpoints (
        run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        state BLOB NOT NULL
    );
    """,
    """
    ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN deleted REAL;
    ALTER TABLE runs ADD COLUMN versions TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE runs ADD COLUMN imported TEXT;
    CREATE UNIQUE INDEX runs_by_import ON runs (imported);
    """,
    """
    ALTER TABLE runs RENAME COLUMN heat TO seed_group;
    ALTER TABLE runs RENAME COLUMN wheel TO manual_rate;
    ALTER TABLE drives RENAME TO manual_rates;
    ALTER TABLE workers RENAME COLUMN pace TO throughput;
    """,
    # An imported run whose rate was set by hand had a row in manual_rates that stood for unknown rates.
    """
    ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    DROP INDEX runs_by_import;
    CREATE UNIQUE INDEX runs_by_import ON runs (owner, imported);
    ALTER TABLE runs ADD COLUMN has_manual_rate INTEGER NOT NULL DEFAULT 0;
    UPDATE runs SET has_manual_rate = 1 WHERE id IN (SELECT run FROM manual_rates);
    DELETE FROM manual_rates WHERE step = 0 AND rate IS NULL
        AND run IN (SELECT id FROM runs WHERE imported IS NOT NULL);
    """,
    "CREATE INDEX runs_by_owner ON runs (owner, started)",
    "ALTER TABLE steps ADD COLUMN gradients BLOB",
    """
    ALTER TABLE runs ADD COLUMN role TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN peak REAL;
    """,
)


def migrate(connection: sqlite3.Connection, path, to: int = len(MIGRATIONS)) -> bool:
    """Update the file to this version, or to an older one; returns whether there was nothing in it.

    Raises UserError and changes nothing if the file is newer.
    """
    found = _version(connection)
    if found > len(MIGRATIONS):
        raise UserError(
            f"{path} was written by a newer LR Lab (its version is {found}, this one reads up to "
            f"{len(MIGRATIONS)}). Update LR Lab, or set LRLAB_HOME to another folder."
        )
    if found >= to:
        return False
    if found == 0:
        Path(path).chmod(0o600)  # SQLite gives the files beside it the same mode
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # must be said before the first table
    _switch_to_wal(connection)
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        found = _version(connection)
        for number in range(found, to):
            for statement in MIGRATIONS[number].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
    return found == 0


def _version(connection):
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _switch_to_wal(connection):
    """Allow readers beside one writer. SQLite itself does not wait for a lock here, so this function does."""
    until = time.monotonic() + connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
