"""Sweeps: a race with a place in the grid for each run, and its confirming runs."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from lrlab.runs.spec import RunSpec
from lrlab.runs.swept import SEARCH, SweptRun
from lrlab.store.runs import RACES, Run, Runs, readable

# Where the fields of a SweptRun come from that are not columns of its name.
_SOURCES = {"id": "linked.id", "seed": "json_extract(spec, '$.seed')", "epochs": "coalesce(epoch + 1, 0)"}
_SWEPT = ", ".join(_SOURCES.get(f.name, f.name) for f in fields(SweptRun))


class Sweeps(Runs):
    """Adding the runs of a sweep, and reading them."""

    def add_sweep(
        self,
        seed_groups: Sequence[Sequence[tuple[str, float, RunSpec]]],
        role: str = SEARCH,
        worker: str | None = None,
        sweep: int = 0,
    ) -> int:
        """Queue a sweep, or more seed groups of an existing `sweep`, and return its id, which is of a race.

        Each seed group is a list of runs that train together, as (name, peak, spec). Raises UserError if the
        sweep is another visitor's, or if the `limits` do not allow it.
        """
        groups = [[(name, spec, role, peak) for name, peak, spec in group] for group in seed_groups]
        return self._add(groups, worker, sweep)

    def check_sweep(self, specs: Sequence[RunSpec], sweep: int = 0) -> None:
        """Raise UserError if the `limits` would not allow to queue these runs now."""
        if self.limits:
            with self._connection() as connection:
                self.limits.check(connection, specs, sweep, is_sweep=True)

    def sweeps(self, limit: int = 100) -> dict[int, tuple[int, float]]:
        """The newest `limit` sweeps by id, newest first: the number of runs, and when it was queued."""
        sql = """
            SELECT race, COUNT(*), MIN(created) FROM listed WHERE peak IS NOT NULL
            GROUP BY race ORDER BY race DESC LIMIT ?
        """
        return {race: (count, created) for race, count, created in self._read(sql, limit)}

    def sweep_of(self, run: int) -> int | None:
        """The sweep with that id, or of the run with that id; None if there is none."""
        rows = self._read(
            "SELECT race FROM linked WHERE peak IS NOT NULL AND (id = ? OR race = ?) LIMIT 1", run, run
        )
        return rows[0][0] if rows else None

    def swept(self, sweep: int) -> list[SweptRun]:
        """All runs of a sweep, in the order of training; reads no spec."""
        sql = f"""
            SELECT {_SWEPT} FROM linked LEFT JOIN epochs ON run = linked.id
                AND epoch = (SELECT MAX(epoch) FROM epochs WHERE run = linked.id)
            WHERE race = ? AND peak IS NOT NULL ORDER BY seed_group, lane
        """
        return [SweptRun(*row) for row in self._read(sql, sweep)]

    def sweep_runs(self, sweep: int) -> list[Run]:
        """All runs of a sweep with their specs, in the order of training."""
        return readable(
            self._read(
                f"{RACES.format('linked')} AND peak IS NOT NULL AND race = ? ORDER BY seed_group, lane", sweep
            )
        )

    def first_losses(self, runs: Sequence[int]) -> dict[int, float]:
        """The loss of each run's first batch, before any update; runs without an update are left out."""
        sql = (
            "SELECT run, substr(losses, 1, 4) FROM steps WHERE step = 0 AND run ="
            " (SELECT id FROM linked WHERE id = ?)"
        )
        rows = [row for run in runs for row in self._read(sql, run)]
        return {run: float(np.frombuffer(loss, np.float32)[0]) for run, loss in rows if loss}
