"""`lrlab curve` prints a schedule as CSV, `lrlab export` as source code."""

import csv
import math
import sys
from dataclasses import replace

from lrlab.cli.flags import add_flag, add_flags, add_kind, add_schedule, schedule_of, value_of
from lrlab.cli.printing import print_warnings
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.optimizers import OPTIMIZERS, SGD, optimizer_of_kind
from lrlab.runs.plan import EPOCHS, Plan
from lrlab.runs.summary import summary

FROM_EPOCH = replace(EPOCHS, help="Go on from the beginning of this epoch, counted from 0.", low=0)


def add_curve(parser) -> None:
    """The arguments of `lrlab curve`."""
    _add_plan(parser)
    parser.add_argument("--per-epoch", action="store_true", help="one row per epoch, not one per step")


def curve(options) -> int:
    """Print the rates as rows of step, epoch and rate, and momentum if the schedule cycles it."""
    plan = _plan(options)
    numbers = summary(plan)
    if math.isnan(numbers.peak):
        raise UserError(numbers.warnings[0])
    print_warnings(plan)
    size = plan.steps_per_epoch
    steps = range(plan.first_step(options.from_epoch), plan.steps, size if options.per_epoch else 1)
    momentum = plan.momentum
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("step", "epoch", "lr", *(["momentum"] if momentum else [])))
    for part, rates in plan.chunks(steps):
        columns = [rates.tolist(), *([momentum.at(part).tolist()] if momentum else [])]
        table.writerows((step, step // size, *row) for step, *row in zip(part, *columns, strict=True))
    return 0


def add_export(parser) -> None:
    """The arguments of `lrlab export`."""
    _add_plan(parser)
    add_kind(parser, "optimizer", OPTIMIZERS, SGD.kind)
    parser.add_argument("--to", choices=TARGETS, required=True, help="framework of the code")


def export(options) -> int:
    """Print source code that gives exactly these rates."""
    plan = _plan(options)
    print_warnings(plan)
    optimizer = value_of(options.optimizer, optimizer_of_kind)
    print(source(plan, options.to, None, optimizer, options.from_epoch), end="")
    return 0


def _add_plan(parser):
    add_schedule(parser)
    add_flags(parser, Plan)
    add_flag(parser, "--from-epoch", "from_epoch", FROM_EPOCH, 0)


def _plan(options):
    return Plan(schedule_of(options), **{name: getattr(options, name) for name in Plan.parameters()})
