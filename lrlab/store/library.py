"""The collection of runs: list them with scores, name, tag, delete and import them."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from hashlib import sha256

from lrlab.errors import UserError
from lrlab.exchange.record import to_json
from lrlab.runs.records import ACTIVE, Epoch
from lrlab.runs.result import Result
from lrlab.store.file import marks, these
from lrlab.store.history import EPOCH_COLUMNS, History
from lrlab.store.runs import NO_SPEC, RUN_COLUMNS, StoredRun, run_of, spec_of
from lrlab.text import is_printable, one_line, tidied

KEPT_DELETED = 86_400.0
MOST_LISTED = 1000
BATCH_RUNS, BATCH_EPOCHS = 25, 2000
MAX_NAME, MAX_TAGS, MAX_TAG, MAX_NOTE = 80, 10, 24, 2000


@dataclass(frozen=True)
class Listed:
    """A run with the scores of its `epochs` finished epochs; a score is NaN if nothing was measured.

    Epochs count from 0. The best epoch has the lowest validation loss. The final scores are those of
    `final_epoch`, the last epoch with a validation loss or accuracy, or the last of all if the run diverged.
    `seconds` is the sum over all epochs.
    """

    run: StoredRun
    epochs: int
    best_epoch: int | None
    final_epoch: int | None
    best_val_loss: float
    final_val_loss: float
    best_val_accuracy: float
    final_val_accuracy: float
    seconds: float


class Library(History):
    """Operations on stored runs."""

    def listed(self, limit: int = MOST_LISTED, also: Sequence[int] = ()) -> list[Listed]:
        """The newest `limit` runs with their scores, pinned runs first, but not those of sweeps.

        `also` are runs to list with them, of others or of sweeps.
        """
        sql = f"""
            WITH
            newest AS (SELECT id FROM listed WHERE peak IS NULL ORDER BY pinned DESC, id DESC LIMIT ?),
            shown AS (SELECT * FROM linked WHERE id IN newest OR id IN ({marks(also)})),
            best AS (SELECT run, epoch, MIN(val_loss) AS loss FROM epochs GROUP BY run),
            whole AS (
                SELECT run, COUNT(*) AS epochs, MAX(epoch) AS last,
                MAX(CASE WHEN coalesce(val_loss, val_accuracy) IS NOT NULL THEN epoch END) AS validated,
                MAX(val_accuracy) AS accuracy, SUM(seconds) AS seconds FROM epochs GROUP BY run
            )
            SELECT {", ".join(f"shown.{name}" for name in RUN_COLUMNS.split(", "))},
                coalesce(whole.epochs, 0), CASE WHEN best.loss IS NULL THEN NULL ELSE best.epoch END,
                final.epoch, best.loss, final.val_loss, whole.accuracy, final.val_accuracy, whole.seconds
            FROM shown LEFT JOIN whole ON whole.run = shown.id LEFT JOIN best ON best.run = shown.id
            LEFT JOIN epochs AS final ON final.run = shown.id
                AND final.epoch = CASE shown.status WHEN 'diverged' THEN whole.last ELSE whole.validated END
            ORDER BY shown.pinned DESC, shown.id DESC
        """
        scores = len(fields(Listed)) - 1
        return [
            Listed(run_of(row[:-scores]), *row[-scores : 3 - scores], *map(_nan, row[3 - scores :]))
            for row in self._read(sql, limit, *also)
        ]

    def results(self, runs: Sequence[int]) -> dict[int, Result]:
        """The given runs with their epochs, in the given order; runs that do not exist are left out."""
        sql = f"SELECT {RUN_COLUMNS} FROM linked WHERE id IN ({marks(runs)})"
        found = {run.id: run for run in map(run_of, self._read(sql, *runs))}
        epochs = self.epochs_of([*found])
        shared = [f.name for f in fields(Result) if f.name not in ("epochs", "spec")]
        return {
            id: Result(
                epochs=tuple(epochs[id]),
                spec=spec_of(found[id]),
                **{name: getattr(found[id], name) for name in shared},
            )
            for id in runs
            if id in found
        }

    def rename(self, run: int, name: str) -> None:
        """Change the name of a run; raises UserError if the name is empty or too long."""
        self._change(run, "name", checked_text("name", name, 1, MAX_NAME))

    def tag(self, run: int, tags: Sequence[str]) -> None:
        """Replace the tags of a run; raises UserError if a tag is too long or there are too many."""
        clean = list(dict.fromkeys(checked_text("tag", tag, 1, MAX_TAG) for tag in tags))
        if len(clean) > MAX_TAGS:
            raise UserError(f"A run can have at most {MAX_TAGS} tags, but these are {len(clean)}.")
        self._change(run, "tags", json.dumps(clean))

    def write_note(self, run: int, note: str) -> None:
        """Store a note with a run; raises UserError if the note is too long."""
        if len(note) > MAX_NOTE:
            raise UserError(f"A note can have at most {MAX_NOTE} characters, but this one has {len(note):,}.")
        self._change(run, "note", note)

    def pin(self, run: int, pinned: bool) -> None:
        """Pin a run, so that it is listed first, or unpin it."""
        self._change(run, "pinned", int(pinned))

    def _change(self, run, column, value):
        self._write(f"UPDATE runs SET {column} = ? WHERE {these([run])}", value, run)

    def delete(self, *runs: int) -> list[int]:
        """Delete runs that have ended, and return their ids; `restore` can undo this for one day."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM runs WHERE deleted < ?", (time.time() - KEPT_DELETED,))
            rows = connection.execute(
                f"UPDATE runs SET deleted = ? WHERE {these(runs)} AND status NOT IN ({marks(ACTIVE)})"
                " RETURNING id",
                (time.time(), *runs, *ACTIVE),
            ).fetchall()
        return [id for (id,) in rows]

    def restore(self, *runs: int) -> None:
        """Undo a `delete`."""
        self._write(f"UPDATE runs SET deleted = NULL WHERE {these(runs, 'own')}", *runs)

    def add_results(self, results: Sequence[Result], tags: Sequence[str] = ()) -> list[int]:
        """Import runs, all or none, with these tags added to their own; returns the new ids.

        A run that is already in the store, trained here or imported, is not added again. A deleted run is
        restored. Many runs are written in several short transactions, between which others can write: they
        count as deleted until the last of them has shown all. Raises UserError if the `limits` do not allow
        so much.
        """
        tags = [checked_text("tag", tag, 1, MAX_TAG) for tag in tags]
        added: list[int] = []
        seen: list[int] = []
        if self.limits:
            with self._transaction() as connection:
                epochs = sum(len(result.epochs) for result in results)
                self.limits.make_room(connection, len(results), epochs)
        for batch in _batches(results):
            prepared = [(_values(result, tags), _rows(result)) for result in batch]
            with self._transaction() as connection:
                for values, rows in prepared:
                    id, is_new = _add(connection, values, rows, seen)
                    seen.append(id)
                    added += [id] if is_new else []
        self._write(f"UPDATE runs SET deleted = NULL WHERE id IN ({marks(added)})", *added)
        return added


def _batches(results):
    """The results in parts of few runs and epochs, which are written in less than a fifth of a second."""
    batch: list[Result] = []
    for result in results:
        epochs = sum(len(each.epochs) for each in (*batch, result))
        if batch and (len(batch) == BATCH_RUNS or epochs > BATCH_EPOCHS):
            yield batch
            batch = []
        batch.append(result)
    if batch:
        yield batch


def _rows(result):
    return [astuple(epoch) for epoch in result.epochs]


def _add(connection, values, rows, seen):
    """The run's id, and whether it is new here. A `seen` run already belongs to another result."""
    there = connection.execute(
        "SELECT id, deleted FROM own WHERE imported = ? OR (created = ? AND spec = ?"
        f" AND id NOT IN ({marks(seen)}) AND (SELECT COUNT(*) FROM epochs WHERE run = own.id) >= ?)"
        " ORDER BY deleted IS NOT NULL",
        (values["imported"], values["created"], values["spec"], *seen, len(rows)),
    ).fetchone()
    if there:
        return there[0], there[1] is not None and there[0] not in seen
    values |= {"created": values["created"] or time.time(), "deleted": time.time()}
    sql = f"INSERT INTO runs ({', '.join(values)}, owner) VALUES ({marks(values)}, owner())"
    id = connection.execute(sql, tuple(values.values())).lastrowid
    connection.execute("UPDATE runs SET race = id, place = id WHERE id = ?", (id,))
    connection.executemany(
        f"INSERT INTO epochs (run, {EPOCH_COLUMNS}) VALUES (?, {marks(fields(Epoch))})",
        [(id, *row) for row in rows],
    )
    return id, True


def _values(result, tags):
    """The columns of an imported run, without the time of an unknown beginning."""
    digest = sha256(to_json([replace(result, tags=(), note="")]).encode()).hexdigest()
    short = (one_line(tag)[:MAX_TAG].strip() for tag in (*tags, *result.tags))
    return {
        "name": one_line(result.name)[:MAX_NAME].strip() or "Run",
        "spec": result.spec.to_json() if result.spec else NO_SPEC,
        "status": result.status,
        "created": result.created,
        "ended": time.time(),
        "data": result.data,
        "origin": result.origin,
        "message": result.message,
        "test_loss": result.test_loss,
        "test_accuracy": result.test_accuracy,
        "tags": json.dumps([*dict.fromkeys(filter(None, short))][:MAX_TAGS]),
        "note": result.note[:MAX_NOTE],
        "versions": json.dumps(result.versions),
        "imported": digest,
        "has_manual_rate": result.has_manual_rate,
    }


def _nan(value):
    return math.nan if value is None else value


def checked_text(what: str, text: str, least: int, most: int) -> str:
    """A name or a tag as one line; raises UserError if it is too short, too long or not printable."""
    clean = " ".join(tidied(text).split())
    if not least <= len(clean) <= most or not is_printable(clean):
        raise UserError(f"A {what} must have {least} to {most} printable characters, not {text!r:.100}.")
    return clean
