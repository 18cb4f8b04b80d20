"""The workers in the store: which are alive, what they do, and how fast the machine is."""

import time

from lrlab.store.file import File
from lrlab.store.runs import RUN_COLUMNS, StoredRun, run_of

STALE_SECONDS = 15
LATELY = "heartbeat BETWEEN ? AND ?"
# Of a table or view of runs: its worker is silent. Takes the values of `lately` twice.
ABANDONED = (
    "status = 'running' AND started NOT BETWEEN ? AND ?"
    f" AND NOT EXISTS (SELECT * FROM workers WHERE id = {{}}.worker AND {LATELY})"
)


class Workers(File):
    """Heartbeats of workers, and runs whose worker sends none."""

    def beat(self, worker: str, pid: int, state: str, throughput: float | None = None) -> None:
        """Record that a worker is alive, and its state: "starting", "idle" or "busy".

        `throughput` is its training speed in operations per second, as `lrlab.runs.cost` counts them.
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
        """Delete a worker that has ended, and every worker without a heartbeat for one day."""
        day_ago = time.time() - 86_400
        self._write("DELETE FROM workers WHERE id = ? OR heartbeat < ?", worker, day_ago)

    def worker_state(self, worker: str) -> str | None:
        """The last state that a worker reported; None if it has not reported yet or has left."""
        rows = self._read("SELECT state FROM workers WHERE id = ?", worker)
        return rows[0][0] if rows else None

    def is_silent(self, worker: str) -> bool:
        """Whether a known worker has sent no heartbeat for 15 seconds, or the clock was moved since then."""
        return bool(self._read(f"SELECT * FROM workers WHERE id = ? AND NOT {LATELY}", worker, *lately()))

    def throughput(self) -> float | None:
        """The training speed of the newest worker, in operations per second; None if not yet measured."""
        rows = self._read(
            "SELECT throughput FROM workers WHERE throughput IS NOT NULL ORDER BY heartbeat DESC LIMIT 1"
        )
        return rows[0][0] if rows else None

    def abandoned(self) -> list[StoredRun]:
        """Running runs whose worker has sent no heartbeat for 15 seconds.

        If the clock was moved or the machine has slept, they are for a moment also those of live workers.
        """
        rows = self._read(
            f"SELECT {RUN_COLUMNS} FROM whose WHERE {ABANDONED.format('whose')}", *lately(), *lately()
        )
        return [run_of(row) for row in rows]


def lately() -> tuple[float, float]:
    """Around now: a time in the future is from before the clock was moved."""
    return time.time() - STALE_SECONDS, time.time() + STALE_SECONDS
