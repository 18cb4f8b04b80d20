"""`lrlab runs` lists the recorded runs."""

import json
import time

from lrlab.cli.printing import print_json
from lrlab.runs.records import last_validated
from lrlab.runs.result import data_title
from lrlab.store import Store, spec_of


def add_runs(parser) -> None:
    """The arguments of `lrlab runs`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def runs(options) -> int:
    """List the recorded runs, newest first."""
    store = Store()
    for run in store.runs():
        epochs, spec = store.epochs(run.id), spec_of(run)
        last = epochs[-1] if epochs and run.status == "diverged" else last_validated(epochs)
        if options.json:
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
        else:
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
    return 0
