"""The queue: which runs wait, which worker trains them, what the user requests, and how they end."""

import time
from collections.abc import Sequence
from dataclasses import astuple

from lrlab.runs.records import Control, Outcome
from lrlab.schedules import Constant
from lrlab.store.file import File, marks, these
from lrlab.store.history import cut
from lrlab.store.runs import RUN_COLUMNS, Run, readable, run_of
from lrlab.store.workers import ABANDONED, lately

UNREADABLE = (
    "The settings of this run were written by another version of LR Lab. This version cannot read them. "
    "Train the run with the other version."
)
# Seed groups wait for their owner's turn: each owner's first comes before any owner's second, and of these
# the one whose owner was served longest ago comes first.
TURNS = """
    WITH
    waiting AS (
        SELECT race, seed_group, owner, MIN(place) AS place FROM runs WHERE status = 'queued'
        GROUP BY race, seed_group
    ),
    turns AS (
        SELECT race, seed_group, row_number() OVER (ORDER BY turn, served, place) AS number FROM (
            SELECT *, row_number() OVER (PARTITION BY owner ORDER BY place) AS turn,
            (SELECT MAX(started) FROM runs WHERE runs.owner = waiting.owner) AS served FROM waiting
        )
    )
"""
AGAIN = (
    "UPDATE runs SET status = 'queued', stage = '', worker = NULL, ended = NULL, message = '', details = '',"
    " {} WHERE {}"
)


class Queue(File):
    """Changes of status: from queued to running, and from there to ended, paused or queued again."""

    def claim(self, worker: str) -> list[Run]:
        """Give `worker` all waiting runs of the seed group whose turn it is; [] if no run waits."""
        with self._transaction() as connection:
            seed_group = connection.execute(
                f"{TURNS} SELECT race, seed_group FROM turns ORDER BY number LIMIT 1"
            ).fetchone()
            if seed_group:
                connection.execute(
                    "UPDATE runs SET status = 'running', worker = ?, started = ?, ended = NULL, message = '',"
                    " details = '' WHERE status = 'queued' AND race = ? AND seed_group = ?",
                    (worker, time.time(), *seed_group),
                )
            rows = connection.execute(
                f"SELECT {RUN_COLUMNS} FROM whose WHERE status = 'running' AND worker = ? AND race = ?"
                " AND seed_group = ? ORDER BY lane",
                (worker, *(seed_group or (None, None))),
            ).fetchall()
            runs = [run_of(row) for row in rows]
            for run in runs:
                if not isinstance(run, Run):
                    connection.execute(
                        "UPDATE runs SET status = 'failed', ended = ?, message = ? WHERE id = ?",
                        (time.time(), UNREADABLE, run.id),
                    )
        return [run for run in runs if isinstance(run, Run)]

    def take(self, worker: str, *runs: int) -> list[int]:
        """Give `worker` those of the runs that have not ended and that no other worker trains; returns them.

        They are queued, paused, stopped or failed, or their worker is silent. They are then running, and
        continue from their last checkpoint.
        """
        with self._transaction() as connection:
            rows = connection.execute(
                "UPDATE runs SET status = 'running', worker = ?, started = ?, ended = NULL, stage = '',"
                " message = '', details = '', tries = 0, stop_requested = NULL, pause_requested = NULL"
                f" WHERE {these(runs)} AND (status IN ('queued', 'paused', 'stopped', 'failed')"
                f" OR {ABANDONED.format('runs')}) RETURNING id",
                (worker, time.time(), *runs, *lately(), *lately()),
            ).fetchall()
        return sorted(id for (id,) in rows)

    def waiting(self) -> list[list[Run]]:
        """The waiting seed groups, each with its runs, in the order of training."""
        rows = self._read(
            f"{TURNS} SELECT {RUN_COLUMNS} FROM visible JOIN turns USING (race, seed_group)"
            " WHERE status = 'queued'"
            " ORDER BY number, place"
        )
        seed_groups: dict[tuple[int, int], list[Run]] = {}
        for run in readable(rows):
            seed_groups.setdefault((run.race, run.seed_group), []).append(run)
        return list(seed_groups.values())

    def queue(self) -> dict[tuple[int, int], int]:
        """The waiting seed groups, as (race, seed group), in the order of training, with their places.

        Places count from 1, over the seed groups of all visitors.
        """
        own = "SELECT race, seed_group FROM visible WHERE status = 'queued'"
        sql = f"{TURNS} SELECT * FROM turns WHERE (race, seed_group) IN ({own}) ORDER BY number"
        return {(race, seed_group): number for race, seed_group, number in self._read(sql)}

    def move(self, race: int, seed_group: int, by: int) -> None:
        """Move a waiting seed group back by `by` places in the queue, or forward if `by` is negative."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT race, seed_group, id, place FROM visible WHERE status = 'queued' ORDER BY place"
            ).fetchall()
            order = list(dict.fromkeys((r, h) for r, h, _, _ in rows))
            if (race, seed_group) not in order:
                return  # it has started in the meantime
            at = order.index((race, seed_group))
            order.insert(max(at + by, 0), order.pop(at))
            moved = sorted(rows, key=lambda row: (order.index(row[:2]), row[3]))
            for (_, _, run, _), place in zip(moved, sorted(row[3] for row in rows), strict=True):
                connection.execute("UPDATE runs SET place = ? WHERE id = ?", (place, run))

    def controls(self, runs: Sequence[Run]) -> list[Control]:
        """The Control for each of a worker's runs; a run that no longer belongs to the worker must stop."""
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
        """End or pause a run. Returns False and changes nothing if it is neither queued nor running.

        With `worker`, the run must still belong to that worker. The checkpoint is kept, except if the run
        is completed, or diverged at a rate of its schedule.
        """
        status, *rest = astuple(outcome)
        with self._transaction() as connection:
            done = connection.execute(
                "UPDATE runs SET status = ?, message = ?, test_loss = ?, test_accuracy = ?, details = ?,"
                " ended = ?, stage = '' WHERE id = ? AND status IN ('queued', 'running')"
                " AND (worker = ? OR ? IS NULL)",
                (status, *rest, time.time(), run, worker, worker),
            ).rowcount
            if done:
                connection.execute(
                    "DELETE FROM checkpoints WHERE run IN (SELECT id FROM runs WHERE id = ? AND"
                    " (status = 'completed' OR status = 'diverged' AND manual_rate IS NULL))",
                    (run,),
                )
        return bool(done)

    def request_stop(self, *runs: int) -> None:
        """Request a stop. A queued or paused run stops at once, a running one when its worker reads this."""
        self._ask(
            runs,
            "stop_requested",
            "status = 'stopped', message = CASE WHEN EXISTS (SELECT * FROM epochs WHERE run = runs.id)"
            " THEN 'Stopped.' ELSE 'Stopped before it began.' END",
            "('queued', 'paused')",
        )

    def request_pause(self, *runs: int) -> None:
        """Request a pause. A queued run is paused at once, a running one when its worker reads this."""
        at_once = "status = 'paused', message = 'Paused while it waited.'"
        self._ask(runs, "pause_requested", at_once, "('queued')")

    def _ask(self, runs, column, at_once, statuses):
        now, these_runs = time.time(), these(runs, "listed")
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE runs SET {at_once}, ended = ?, stage = '' WHERE {these_runs}"
                f" AND status IN {statuses}",
                (now, *runs),
            )
            connection.execute(
                f"UPDATE runs SET {column} = coalesce({column}, ?) WHERE {these_runs} AND status = 'running'",
                (now, *runs),
            )

    def set_rate(self, run: int, rate: float | None) -> None:
        """Set the rate of a run by hand for its next updates; None returns it to the schedule.

        Raises UserError if a constant schedule could not have this rate.
        """
        if rate is not None:
            rate = Constant(rate).initial_lr
        self._write(f"UPDATE runs SET manual_rate = ? WHERE {these([run])}", rate, run)

    def go_on(self, *runs: int) -> None:
        """Queue paused, stopped or failed runs again; they continue from their last checkpoint.

        Raises UserError if the `limits` allow no more queued runs.
        """
        forget = "tries = 0, stop_requested = NULL, pause_requested = NULL"
        self._again(runs, forget, ("paused", "stopped", "failed"))

    def rewind(self, run: Run) -> None:
        """Queue a run that diverged at a rate set by hand again, from before that and with its own rates.

        Raises UserError if the `limits` allow no more queued runs.
        """
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT step FROM checkpoints JOIN runs ON run = id"
                f" WHERE {these([run])} AND status = 'diverged'",
                (run.id,),
            ).fetchone()
            if found:
                if self.limits:
                    self.limits.check_active(connection, 1)
                (step,) = found
                cut(connection, run.id, step, run.spec.steps_per_epoch)
                connection.execute("DELETE FROM manual_rates WHERE run = ? AND step >= ?", (run.id, step))
                left = "EXISTS (SELECT * FROM manual_rates WHERE run = runs.id)"
                also = f"tries = 0, manual_rate = NULL, has_manual_rate = {left}"
                connection.execute(AGAIN.format(also, "id = ?"), (run.id,))

    def requeue(self, *runs: int) -> None:
        """Put running runs of a dead worker back into the queue, and add one to their `tries`."""
        self._again(runs, "tries = tries + 1", ("running",))

    def _again(self, runs, also, statuses):
        which, values = f"{these(runs)} AND status IN ({marks(statuses)})", (*runs, *statuses)
        with self._transaction() as connection:
            more = connection.execute(f"SELECT COUNT(*) FROM runs WHERE {which}", values).fetchone()[0]
            if self.limits:
                self.limits.check_active(connection, more)
            connection.execute(AGAIN.format(also, which), values)
