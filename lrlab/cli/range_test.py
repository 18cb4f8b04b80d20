"""`lrlab range-test` suggests a learning rate for a network, a data set and an optimizer."""

import sys

from lrlab.analysis import DEFAULT_SUGGESTION, SUGGESTIONS, range_test
from lrlab.cli.flags import add_flag
from lrlab.cli.here import add_run, run_of
from lrlab.cli.printing import print_json
from lrlab.cli.wanted import train_wanted
from lrlab.errors import UserError
from lrlab.parameters.kinds import Parameter
from lrlab.runs.range_test import FROM, HIGH, LEAST_UPDATES, LOW, TO, UPDATES, range_test_spec
from lrlab.runs.spec import MAX_SEED
from lrlab.runs.swept import RANGE_TEST
from lrlab.store import Store

MOST_SEEDS = 12
SEEDS = Parameter(
    "", "How many seeds are tested, from --seed on.", 1, MOST_SEEDS, (1, MOST_SEEDS), integer=True
)
WITHOUT = ("epochs", "clock", "range_test")  # the test sets these itself
NOT_TOLD = (
    "It measures the start of training: it does not tell which rate ends best, which shape is best, or what "
    "a warm-up would allow."
)


def add_range_test(parser) -> None:
    """The arguments of `lrlab range-test`."""
    add_run(parser, WITHOUT)
    add_flag(parser, "--updates", "updates", UPDATES, f"those of an epoch, at least {LEAST_UPDATES}")
    parser.set_defaults(updates=None)
    add_flag(parser, "--from", "low", FROM, LOW)
    add_flag(parser, "--to", "high", TO, HIGH)
    add_flag(parser, "--seeds", "seeds", SEEDS, 1)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def suggest(options) -> int:
    """Train with a growing rate, record the runs, and print the rates that they suggest."""
    spec = range_test_spec(run_of(options), options.updates, options.low, options.high)
    if spec.seed + options.seeds - 1 > MAX_SEED:
        raise UserError(f"The last seed would be above {MAX_SEED:,}. Use a smaller --seed.")
    name = f"Range test, {spec.optimizer.title}"
    seeds = [spec.seed + more for more in range(options.seeds)]
    store = Store()
    wanted = {(name, None, seed): spec.with_seed(seed) for seed in seeds}
    _, trained = train_wanted(store, wanted, RANGE_TEST, options.json, lambda key, run: None)
    runs = [trained[key] for key in wanted]
    failed = [run for run in runs if run.status == "failed"]
    steps = {run.id: store.steps(run.id) for run in runs if run not in failed}
    found = range_test([(each.rates, each.losses) for each in steps.values()])
    if options.json:
        for run in runs:
            count = len(steps[run.id].losses) if run.id in steps else 0
            print_json({"id": run.id, "seed": run.spec.seed, "status": run.status, "updates": count})
        rates = {each.name: each.rate for each in found.suggestions}
        print_json({"suggestions": rates, "default": DEFAULT_SUGGESTION, "lowest": found.lowest})
    else:
        for run in runs:
            print(f"Run {run.id}, seed {run.spec.seed}: {run.status}. {run.message}".rstrip())
        print(f"Data: {runs[0].origin}.")
        for each in found.suggestions:
            rate = "none" if each.rate is None else f"{each.rate:.2g}"
            default = " (default)" if each.name == DEFAULT_SUGGESTION else ""
            print(f"{SUGGESTIONS[each.name] + default:<22} {rate:>8}  {each.sentence}")
        print(NOT_TOLD)
    for run in failed:
        print(f"lrlab: {run.message}\n{run.details}", file=sys.stderr)
    return 1 if failed else 0
