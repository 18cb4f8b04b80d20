"""How much the visitors of a public server may put into the store."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from lrlab.errors import UserError
from lrlab.runs.records import ACTIVE
from lrlab.runs.spec import RunSpec

DAY = 86_400
OWN_MACHINE = "On your own computer, LR Lab has no such limit."


@dataclass(frozen=True)
class Limits:
    """What one visitor, and all visitors together, may have. Everything is checked before it is stored.

    `images` are those of all epochs of a run; `updates` are its steps. The article's runs have 2,000,000 and
    25,000. `file_bytes` is the size of the whole file, and `days` is how long a run that has ended is kept.
    """

    active_runs: int = 60
    active_runs_of_all: int = 600
    runs: int = 1_000
    race_runs: int = 36
    sweep_runs: int = 90
    images: int = 6_000_000
    updates: int = 100_000
    parameters: int = 1_000_000
    batch: int = 4_096
    imported_epochs: int = 100_000
    file_bytes: int = 500_000_000
    days: int = 30

    def check_sizes(self, specs: Sequence[RunSpec]) -> None:
        """Raise UserError if a run is larger than a visitor's may be."""
        for spec in dict.fromkeys(specs):
            known = spec.data_set
            images = "A run sees at most {most} images here: its images times its epochs"
            _check(images, spec.train_images * spec.epochs, self.images)
            updates = "A run has at most {most} updates here: steps per epoch times epochs"
            _check(updates, spec.plan.steps, self.updates)
            parameters = spec.network.parameter_count(known.shape, known.class_count)
            _check("A network has at most {most} parameters here", parameters, self.parameters)
            _check("A batch has at most {most} images here", spec.batch_size, self.batch)

    def check(self, connection: Connection, specs: Sequence[RunSpec], race: int, is_sweep: bool) -> None:
        """Raise UserError if these runs may not be queued now, as a new race or sweep or in that `race`."""
        self.check_sizes(specs)
        self._check_race(connection, len(specs), race, is_sweep)
        self.check_active(connection, len(specs))

    def _check_race(self, connection, more, race, is_sweep):
        (count,) = connection.execute("SELECT COUNT(*) FROM own WHERE race = ?", (race,)).fetchone()
        if is_sweep:
            _check("A sweep has at most {most} runs here", count + more, self.sweep_runs)
        else:
            _check("A race has at most {most} runs here: lanes times seeds", count + more, self.race_runs)

    def check_active(self, connection: Connection, more: int) -> None:
        """Raise UserError if `more` runs may not be queued now."""
        for who, active, most in (
            ("You have", "own", self.active_runs),
            ("All visitors together have", "whose", self.active_runs_of_all),
        ):
            sql = f"SELECT COUNT(*) FROM {active} WHERE status IN (?, ?) AND deleted IS NULL"
            (count,) = connection.execute(sql, ACTIVE).fetchone()
            if count + more > most:
                raise UserError(
                    f"{who} {count:,} queued and running runs, and this would add {more:,}; {most:,} are "
                    f"allowed here. Wait until some have ended. {OWN_MACHINE}"
                )

    def make_room(self, connection: Connection, runs: int, imported_epochs: int = 0) -> None:
        """Delete old runs for good, and what the visitor has deleted if there is no room for it.

        Raises UserError if the visitor may not add so many runs and epochs, or if the file is full.
        """
        ended_before = time.time() - self.days * DAY
        old = f"status NOT IN ({', '.join('?' * len(ACTIVE))}) AND coalesce(ended, created) < ?"
        connection.execute(f"DELETE FROM runs WHERE {old}", (*ACTIVE, ended_before))
        if self._count(connection) + runs > self.runs:
            connection.execute("DELETE FROM runs WHERE id IN (SELECT id FROM own WHERE deleted IS NOT NULL)")
        free = _pragma(connection, "freelist_count")
        for _ in range(free):  # in one statement it would stop after its first page: Python steps it once
            connection.execute("PRAGMA incremental_vacuum(1)")
        count = self._count(connection)
        _check("A visitor keeps at most {most} runs here", count + runs, self.runs, "Delete some first.")
        if imported_epochs:
            sql = "SELECT COUNT(*) FROM epochs JOIN own ON run = own.id WHERE imported IS NOT NULL"
            (epochs,) = connection.execute(sql).fetchone()
            most = "A visitor imports at most {most} epochs here, over all runs"
            _check(most, epochs + imported_epochs, self.imported_epochs, "Delete imported runs first.")
        if _pragma(connection, "page_count") * _pragma(connection, "page_size") > self.file_bytes:
            raise UserError(
                f"The runs of all visitors take {self.file_bytes / 1e6:,.0f} MB, which is all that this "
                f"server keeps. Runs are deleted {self.days} days after they ended. {OWN_MACHINE}"
            )

    @staticmethod
    def _count(connection):
        return connection.execute("SELECT COUNT(*) FROM own").fetchone()[0]


def _pragma(connection, name):
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _check(sentence, value, most, remedy=""):
    if value > most:
        raise UserError(
            f"{sentence.format(most=f'{most:,}')}, but this would make {value:,}. "
            f"{f'{remedy} ' if remedy else ''}{OWN_MACHINE}"
        )
