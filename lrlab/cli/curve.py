"""`lrlab curve` prints a schedule as CSV, `lrlab export` as source code."""

import csv
import math
import sys

from lrlab.cli.flags import add_flags, add_schedule, schedule_of
from lrlab.cli.printing import print_warnings
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.runs.plan import Plan
from lrlab.runs.summary import summary


def add_curve(parser) -> None:
    """The arguments of `lrlab curve`."""
    add_schedule(parser)
    add_flags(parser, Plan)
    parser.add_argument("--per-epoch", action="store_true", help="one row per epoch, not one per step")


def curve(options) -> int:
    """Print the rates as rows of step, epoch and rate."""
    plan = _plan(options)
    numbers = summary(plan)
    if math.isnan(numbers.peak):
        raise UserError(numbers.warnings[0])
    print_warnings(plan)
    size = plan.steps_per_epoch
    steps = range(0, plan.steps, size) if options.per_epoch else range(plan.steps)
    rates = plan.epoch_rates() if options.per_epoch else plan.rates()
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("step", "epoch", "lr"))
    table.writerows((step, step // size, repr(float(lr))) for step, lr in zip(steps, rates, strict=True))
    return 0


def add_export(parser) -> None:
    """The arguments of `lrlab export`."""
    add_schedule(parser)
    add_flags(parser, Plan)
    parser.add_argument("--to", choices=TARGETS, required=True, help="framework of the code")


def export(options) -> int:
    """Print source code that gives exactly these rates."""
    plan = _plan(options)
    print_warnings(plan)
    print(source(plan, options.to), end="")
    return 0


def _plan(options):
    return Plan(schedule_of(options), options.epochs, options.steps_per_epoch, options.clock)
