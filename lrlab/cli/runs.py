"""`lrlab runs` lists the recorded runs, or exports them."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lrlab.cli.flags import add_flag
from lrlab.cli.printing import print_json
from lrlab.errors import UserError
from lrlab.exchange import MOST_RUNS, to_csv, to_json
from lrlab.parameters.kinds import Parameter
from lrlab.runs.records import STATUSES, Epoch, last_validated
from lrlab.runs.result import data_title
from lrlab.store import Store, StoredRun, spec_of

LIMIT = Parameter("", "How many runs are listed, the newest.", 1, 10_000, (1, 1000), integer=True)


def add_runs(parser) -> None:
    """The arguments of `lrlab runs`."""
    parser.add_argument("--status", action="append", choices=STATUSES, help="only these; may be repeated")
    parser.add_argument("--name", metavar="TEXT", help="only runs with this text in their name")
    parser.add_argument("--tag", help="only runs with this tag")
    parser.add_argument("--data", metavar="NAME", help="only runs on the data set with this name or title")
    parser.add_argument("--race", type=int, metavar="N", help="only the runs of this race")
    parser.add_argument(
        "--sweep", type=int, metavar="N", help="only the runs of this sweep, with its confirming runs"
    )
    add_flag(parser, "--limit", "limit", LIMIT, 200)
    parser.add_argument("--csv", metavar="FILE", help="write a file with one row per epoch")
    parser.add_argument(
        "--json",
        nargs="?",
        const="",
        metavar="FILE",
        help="print one JSON object per line; or write a file that Compare can import",
    )


def runs(options) -> int:
    """List the recorded runs, newest first, or write them to files."""
    store = Store()
    filters = (options.name, options.tag, options.data, options.race, options.sweep)
    limit = options.limit if set(filters) == {None} else sys.maxsize
    found = [run for run in store.runs(options.status, limit) if _is_wanted(options, run)]
    found = found[: options.limit]
    if options.csv or options.json:
        _export(options, store, found)
        return 0
    epochs = store.epochs_of([run.id for run in found])
    for run in found:
        if options.json is None:
            _print(run, epochs[run.id])
        else:
            _print_json(run, epochs[run.id])
    return 0


def _is_wanted(options, run: StoredRun) -> bool:
    name, data = options.name, options.data
    return (
        (name is None or name.casefold() in run.name.casefold())
        and (options.tag is None or options.tag in run.tags)
        and (data is None or data in (run.data, data_title(run.data, spec_of(run))))
        and (options.race is None or (run.race == options.race and run.peak is None))
        and (options.sweep is None or (run.race == options.sweep and run.peak is not None))
    )


def _export(options, store: Store, found: Sequence[StoredRun]) -> None:
    if options.json and len(found) > MOST_RUNS:
        raise UserError(
            f"Compare can import at most {MOST_RUNS} runs at once, but these are {len(found):,}. "
            f"Use --limit {MOST_RUNS} or another filter."
        )
    results = [*store.results([run.id for run in found]).values()]
    for file, written in ((options.csv, to_csv), (options.json, to_json)):
        if file:
            try:
                Path(file).write_text(written(results), encoding="utf-8", newline="")
            except OSError as error:
                raise UserError(f"{file} cannot be written: {error.strerror or error}.") from error
            print(f"{len(results)} runs are in {file}.")


def _last(run: StoredRun, epochs: Sequence[Epoch]) -> Epoch | None:
    return epochs[-1] if epochs and run.status == "diverged" else last_validated(epochs)


def _print_json(run: StoredRun, epochs: Sequence[Epoch]) -> None:
    last, spec = _last(run, epochs), spec_of(run)
    print_json(
        {
            "id": run.id,
            "name": run.name,
            "status": run.status,
            "epochs_done": len(epochs),
            "val_epoch": last.epoch if last else None,
            "val_loss": last.val_loss if last else None,
            "val_accuracy": last.val_accuracy if last else None,
            "test_loss": run.test_loss,
            "test_accuracy": run.test_accuracy,
            "data": run.data,
            "created": run.created,
            "spec": json.loads(spec.to_json()) if spec else None,
        }
    )


def _print(run: StoredRun, epochs: Sequence[Epoch]) -> None:
    last, spec = _last(run, epochs), spec_of(run)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
    score = f"val_loss {last.val_loss:.4f}" if last else ""
    if last and last is not epochs[-1]:
        score += f" in epoch {last.epoch + 1}"
    progress = f"{len(epochs)}/{spec.epochs}" if spec else str(len(epochs))
    optimizer = spec.optimizer.kind if spec else "-"
    data = data_title(run.data, spec) or "-"
    print(
        f"{run.id:>5}  {when}  {run.status:<9}  {progress:>9}  {data:<13}  "
        f"{optimizer:<8} {run.name:<32} {score}".rstrip()
    )
