"""The command line: reads the arguments and runs one command."""

import argparse
import os
import sys

from lrlab.cli.app import add_app, app
from lrlab.cli.confirm import add_confirm, confirm
from lrlab.cli.curve import add_curve, add_export, curve, export
from lrlab.cli.flags import KindHelp
from lrlab.cli.race import add_race, race
from lrlab.cli.range_test import add_range_test, suggest
from lrlab.cli.reference import add_reference, reference
from lrlab.cli.runs import add_runs, runs
from lrlab.cli.serve_class import add_class, serve_class
from lrlab.cli.sweep import add_sweep, sweep
from lrlab.cli.train import add_train, train
from lrlab.errors import UserError
from lrlab.networks import network_of_kind
from lrlab.optimizers import optimizer_of_kind
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.schedules import SCHEDULES, class_of_kind

# Each command, what adds its arguments, what it does, and the extra of the package that it needs.
COMMANDS = {
    "curve": (curve, add_curve, "Print a schedule as CSV: step,epoch,lr.", None),
    "export": (export, add_export, "Print source code that gives exactly this curve.", None),
    "train": (train, add_train, "Train a network and record the run.", "training"),
    "range-test": (suggest, add_range_test, "Suggest a learning rate: train while it grows.", "training"),
    "race": (race, add_race, "Train schedules from the same seeds, and say which wins.", "training"),
    "sweep": (sweep, add_sweep, "Train schedules at several peak rates; show each at its best.", "training"),
    "confirm": (confirm, add_confirm, "Train a sweep's best again on fresh seeds, and decide.", "training"),
    "runs": (runs, add_runs, "List the recorded runs, newest first.", "training"),
    "app": (app, add_app, "Serve the dashboard, and open it in the browser.", "dashboard"),
    "class": (serve_class, add_class, "Serve the dashboard to a class in this network.", "dashboard"),
    "reference": (
        *(reference, add_reference, "Train the lessons' runs, and write the results to a file."),
        "training",
    ),
}
# What `--help` describes if it is given.
KIND_OPTIONS = {
    "kind": class_of_kind,
    "optimizer": lambda kind: type(optimizer_of_kind(kind)),
    "network": lambda kind: type(network_of_kind(kind)),
    "early_stopping": lambda _: EarlyStopping,
    "plateau": lambda _: ReduceOnPlateau,
}


def main(arguments=None) -> int:
    """Run one command; returns the exit code: 2 for an error that the user can fix, 130 for Ctrl-C."""
    try:
        options = _parsed(arguments)
        code = int(options.command(options))
        sys.stdout.flush()  # inside `try`, so that a closed pipe is caught
        return code
    except UserError as error:
        print(f"lrlab: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if options.extra is None or str(error.name).startswith("lrlab"):
            raise
        print(
            f"lrlab: This command needs {error.name}, which is not installed. "
            f"Install it: pip install 'lrlab[{options.extra}]'",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:  # `lrlab curve ... | head` is not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parsed(arguments):
    kinds = ", ".join(cls.kind for cls in SCHEDULES)
    parser = argparse.ArgumentParser(
        prog="lrlab",
        description="Show and export learning-rate schedules, train with them, and list the runs.",
        epilog=f"Kinds of schedule: {kinds}",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (run, add, help, extra) in COMMANDS.items():
        command = commands.add_parser(name, help=help, description=help, add_help=False)
        command.add_argument("-h", "--help", action=KindHelp)
        command.set_defaults(command=run, extra=extra, kinds=KIND_OPTIONS)
        add(command)
    options, left = parser.parse_known_args(arguments)
    # argparse takes name=value only before the first flag.
    while left and hasattr(options, "parameters") and not left[0].startswith("-"):
        options.parameters.append(left.pop(0))
    if left:
        parser.error(f"unrecognized arguments: {' '.join(left)}")
    return options
