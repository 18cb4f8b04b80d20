"""The workers, as far as the store knows: who lives, what it does, and how fast the machine is."""

import time

from lrlab.store.file import File
from lrlab.store.runs import RUN_COLUMNS, Run, run_of

STALE_SECONDS = 15


class Workers(File):
    """Heartbeats, and runs whose worker has none."""

    def beat(self, worker: str, pid: int, state: str, throughput: float | None = None) -> None:
        """Say that a worker is alive, and what it does: "starting", "idle" or "busy".

        `throughput` is how many operations a second it trains with, as `lrlab.cost` counts them.
        """
        self._write(
            "INSERT INTO workers (id, pid, state, heartbeat, throughput) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state, heartbeat = excluded.heartbeat,"
            " throughput = excluded.throughput",
            worker,
            pid,
            state,
            time.time(),
            throughput,
        )

    def leave(self, worker: str) -> None:
        """Forget a worker that has ended, and any that has not been heard of for a day."""
        day_ago = time.time() - 86_400
        self._write("DELETE FROM workers WHERE id = ? OR heartbeat < ?", worker, day_ago)

    def worker_state(self, worker: str) -> str | None:
        """What a worker last said it does; None where it never spoke or has left."""
        rows = self._read("SELECT state FROM workers WHERE id = ?", worker)
        return rows[0][0] if rows else None

    def is_silent(self, worker: str) -> bool:
        """Whether a worker that has spoken has not been heard of for 15 seconds."""
        return bool(
            self._read(
                "SELECT * FROM workers WHERE id = ? AND heartbeat < ?", worker, time.time() - STALE_SECONDS
            )
        )

    def throughput(self) -> float | None:
        """How many operations a second the newest worker trains with; None before any has said so."""
        rows = self._read(
            "SELECT throughput FROM workers WHERE throughput IS NOT NULL ORDER BY heartbeat DESC LIMIT 1"
        )
        return rows[0][0] if rows else None

    def abandoned(self) -> list[Run]:
        """Runs that count as running but whose worker has not been heard of for 15 seconds."""
        since = time.time() - STALE_SECONDS
        rows = self._read(
            f"SELECT {RUN_COLUMNS} FROM runs WHERE status = 'running' AND started < ?"
            " AND NOT EXISTS (SELECT * FROM workers WHERE id = runs.worker AND heartbeat >= ?)",
            since,
            since,
        )
        return [run_of(row) for row in rows]
