"""The queue: what waits, who trains it, what its owner wants of it, and how it ended."""

import time
from collections.abc import Sequence
from dataclasses import astuple

from lrlab.records import Control, Outcome
from lrlab.schedules import Constant
from lrlab.store.file import File, marks
from lrlab.store.runs import RUN_COLUMNS, Run, readable, run_of

UNREADABLE = (
    "The settings of this run were written by another version of LR Lab, which this one does not understand. "
    "Train it with that version."
)


class Queue(File):
    """From queued to running, and from there to an end, to a pause, or back into the queue."""

    def claim(self, worker: str) -> list[Run]:
        """Give `worker` the first seed group in the queue: all its runs that wait; [] where none does."""
        with self._transaction() as connection:
            seed_group = connection.execute(
                "SELECT race, seed_group FROM runs WHERE status = 'queued' AND deleted IS NULL"
                " ORDER BY place LIMIT 1"
            ).fetchone()
            if seed_group:
                connection.execute(
                    "UPDATE runs SET status = 'running', worker = ?, started = ?, ended = NULL, message = '',"
                    " details = '' WHERE status = 'queued' AND race = ? AND seed_group = ?",
                    (worker, time.time(), *seed_group),
                )
            rows = connection.execute(
                f"SELECT {RUN_COLUMNS} FROM runs WHERE status = 'running' AND worker = ? AND race = ?"
                " AND seed_group = ? ORDER BY lane",
                (worker, *(seed_group or (None, None))),
            ).fetchall()
            runs = [run_of(row) for row in rows]
            for run in runs:
                if run.spec is None:
                    connection.execute(
                        "UPDATE runs SET status = 'failed', ended = ?, message = ? WHERE id = ?",
                        (time.time(), UNREADABLE, run.id),
                    )
        return [run for run in runs if run.spec]

    def waiting(self) -> list[list[Run]]:
        """The seed groups that wait, in the order in which they will be trained, each with its runs."""
        rows = self._read(f"SELECT {RUN_COLUMNS} FROM runs WHERE status = 'queued' ORDER BY place")
        seed_groups = {}
        for run in readable(rows):
            seed_groups.setdefault((run.race, run.seed_group), []).append(run)
        return list(seed_groups.values())

    def move(self, race: int, seed_group: int, by: int) -> None:
        """Move a waiting seed group back by `by` places in the queue, or forward where `by` is negative."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT race, seed_group, id, place FROM runs WHERE status = 'queued' ORDER BY place"
            ).fetchall()
            order = list(dict.fromkeys((r, h) for r, h, _, _ in rows))
            if (race, seed_group) not in order:
                return  # its turn came in the meantime
            at = order.index((race, seed_group))
            order.insert(max(at + by, 0), order.pop(at))
            moved = sorted(rows, key=lambda row: (order.index(row[:2]), row[3]))
            for (_, _, run, _), place in zip(moved, sorted(row[3] for row in rows), strict=True):
                connection.execute("UPDATE runs SET place = ? WHERE id = ?", (place, run))

    def controls(self, runs: Sequence[Run]) -> list[Control]:
        """What is wanted of each of a worker's runs; one that is no longer its own is to stop."""
        ids = [run.id for run in runs]
        rows = self._read(
            "SELECT id, stop_requested IS NOT NULL OR status != 'running' OR worker IS NOT ?,"
            f" pause_requested IS NOT NULL, manual_rate FROM runs WHERE id IN ({marks(ids)})",
            runs[0].worker,
            *ids,
        )
        found = {id: Control(bool(stop), bool(pause), rate) for id, stop, pause, rate in rows}
        return [found.get(id, Control(stop=True)) for id in ids]

    def finish(self, run: int, outcome: Outcome, worker: str | None = None) -> bool:
        """End or pause a run that is queued or running; returns False, changing nothing, for another.

        With `worker`, only if the run is still that worker's. What it takes to go on is kept, but for a run
        that has come to its end.
        """
        status, *rest = astuple(outcome)
        with self._transaction() as connection:
            done = connection.execute(
                "UPDATE runs SET status = ?, message = ?, test_loss = ?, test_accuracy = ?, details = ?,"
                " ended = ?, stage = '' WHERE id = ? AND status IN ('queued', 'running')"
                " AND (worker = ? OR ? IS NULL)",
                (status, *rest, time.time(), run, worker, worker),
            ).rowcount
            if done and status in ("completed", "diverged"):
                connection.execute("DELETE FROM checkpoints WHERE run = ?", (run,))
        return bool(done)

    def request_stop(self, *runs: int) -> None:
        """Ask for a stop: a waiting or paused run ends at once, a running one when its worker reads it."""
        self._ask(
            runs,
            "stop_requested",
            "status = 'stopped', message = CASE WHEN EXISTS (SELECT * FROM epochs WHERE run = runs.id)"
            " THEN 'Stopped.' ELSE 'Stopped before it began.' END",
            "('queued', 'paused')",
        )

    def request_pause(self, *runs: int) -> None:
        """Ask for a pause: a run that waits is paused at once, a running one when its worker reads this."""
        at_once = "status = 'paused', message = 'Paused while it waited.'"
        self._ask(runs, "pause_requested", at_once, "('queued')")

    def _ask(self, runs, column, at_once, statuses):
        these, now = f"id IN ({marks(runs)})", time.time()
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE runs SET {at_once}, ended = ?, stage = '' WHERE {these} AND status IN {statuses}",
                (now, *runs),
            )
            connection.execute(
                f"UPDATE runs SET {column} = coalesce({column}, ?) WHERE {these} AND status = 'running'",
                (now, *runs),
            )

    def set_rate(self, run: int, rate: float | None) -> None:
        """Set the rate of a run by hand, from its next updates on; None returns it to the schedule.

        Raises UserError for a rate that no schedule could have.
        """
        if rate is not None:
            rate = Constant(rate).initial_lr
        self._write("UPDATE runs SET manual_rate = ? WHERE id = ?", rate, run)

    def go_on(self, *runs: int) -> None:
        """Queue runs again that are paused, stopped or failed; they begin where they were last kept."""
        forget = "tries = 0, stop_requested = NULL, pause_requested = NULL"
        self._again(runs, forget, "('paused', 'stopped', 'failed')")

    def requeue(self, *runs: int) -> None:
        """Put running runs whose worker has died back into the queue, and count how often that was."""
        self._again(runs, "tries = tries + 1", "('running')")

    def _again(self, runs, also, statuses):
        self._write(
            "UPDATE runs SET status = 'queued', stage = '', worker = NULL, ended = NULL, message = '',"
            f" details = '', {also} WHERE id IN ({marks(runs)}) AND status IN {statuses} AND deleted IS NULL",
            *runs,
        )
