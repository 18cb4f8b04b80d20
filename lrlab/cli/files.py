"""What the commands have in common that train what a file describes."""

import sys
from collections.abc import Callable
from pathlib import Path

from lrlab.cli.printing import print_failures, print_json
from lrlab.cli.wanted import ENDED, Runs
from lrlab.errors import UserError
from lrlab.store import Store

MEASURE = "val_loss"


def add_file(parser, what: str) -> None:
    """The arguments of a command that trains what a file describes."""
    parser.add_argument("file", nargs="?", metavar="FILE", help=f"the {what}, as a TOML file")
    parser.add_argument("--example", action="store_true", help="print such a file, with comments, and end")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def text_of(file: str | None, what: str) -> str:
    """The text of the file of a sweep or a race; raises UserError if it cannot be read."""
    if file is None:
        raise UserError(f"Name the file of the {what}. `lrlab {what} --example` prints one.")
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}.") from error


def printer(options, store: Store) -> Callable[[Runs], None]:
    """A function that prints one line of JSON about each run that is over, if JSON is wanted."""

    def on_end(runs: Runs) -> None:
        if not options.json:
            return
        epochs = store.epochs_of([run.id for run in runs.values()])
        for (name, peak, seed), run in runs.items():
            known = {"id": run.id, "name": name} | ({} if peak is None else {"peak": peak})
            known |= {"seed": seed, "status": run.status}
            ended = epochs[run.id] if run.status == "completed" else []
            print_json(known | {MEASURE: ended[-1].val_loss if ended else None})

    return on_end


def ended_of(runs: Runs) -> Runs:
    """Those of the runs that count; raises UserError if they used different data sets.

    They do if "auto" has meant one, and then another.
    """
    ended = {key: run for key, run in runs.items() if run.status in ENDED}
    data = {str(run.data) for run in ended.values()}
    if len(data) > 1:
        raise UserError(
            f"The runs used different data sets: {', '.join(sorted(data))}. Name one in the file."
        )
    return ended


def exit_code(runs: Runs) -> int:
    """0 if all runs have ended; else it prints why they have not, and is 1."""
    print_failures(runs.values())
    lost = sum(run.status not in ENDED for run in runs.values())
    if lost:
        print(f"lrlab: {lost} of {len(runs)} runs have not ended: try again.", file=sys.stderr)
    return 1 if lost else 0
