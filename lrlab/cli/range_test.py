"""`lrlab range-test` suggests a learning rate for a network, a data set and an optimizer."""

from lrlab.analysis import DEFAULT_SUGGESTION, SUGGESTIONS, range_test
from lrlab.cli.files import add_file, exit_code, text_of
from lrlab.cli.flags import add_flag
from lrlab.cli.here import add_run, run_of
from lrlab.cli.printing import print_json
from lrlab.cli.wanted import train_wanted
from lrlab.errors import UserError
from lrlab.exchange.range_file import EXAMPLE, range_test_name, read_range_test
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
    add_file(parser, "range test")
    add_run(parser, WITHOUT)
    add_flag(parser, "--updates", "updates", UPDATES, f"those of an epoch, at least {LEAST_UPDATES}")
    parser.set_defaults(updates=None)
    add_flag(parser, "--from", "low", FROM, LOW)
    add_flag(parser, "--to", "high", TO, HIGH)
    add_flag(parser, "--seeds", "seeds", SEEDS, 1)
    parser.set_defaults(default_of=parser.get_default)


def suggest(options) -> int:
    """Train with a growing rate, record the runs, and print the rates that they suggest."""
    if options.example:
        print(EXAMPLE, end="")
        return 0
    groups = _of_flags(options) if options.file is None else _of_file(options)
    wanted = {(name, None, spec.seed): spec for tests in groups for name, spec in tests}
    store = Store()
    _, runs = train_wanted(store, wanted, RANGE_TEST, options.json, lambda runs: None)
    for name in dict.fromkeys(name for name, *_ in wanted):
        _print(options, store, [run for key, run in runs.items() if key[0] == name])
    if not options.json:
        print(NOT_TOLD)
    return exit_code(runs)


def _of_file(options):
    beside = {name: value for name, value in vars(options).items() if name not in ("file", "json")}
    if any(value != options.default_of(name) for name, value in beside.items() if name != "default_of"):
        raise UserError("Beside a file, --json is the only option: write the others into the file.")
    return read_range_test(text_of(options.file, "range-test"))


def _of_flags(options):
    spec = range_test_spec(run_of(options), options.updates, options.low, options.high)
    if spec.seed + options.seeds - 1 > MAX_SEED:
        raise UserError(f"The last seed would be above {MAX_SEED:,}. Use a smaller --seed.")
    return [[(range_test_name(spec), spec.with_seed(spec.seed + more))] for more in range(options.seeds)]


def _print(options, store, runs):
    """The runs of one optimizer, and what they suggest."""
    optimizer = runs[0].spec.optimizer
    steps = {run.id: store.steps(run.id) for run in runs if run.status != "failed"}
    found = range_test([(each.rates, each.losses) for each in steps.values()])
    if options.json:
        for run in runs:
            count = len(steps[run.id].losses) if run.id in steps else 0
            print_json({"id": run.id, "seed": run.spec.seed, "status": run.status, "updates": count})
        rates = {each.name: each.rate for each in found.suggestions}
        known = {"optimizer": optimizer.kind, "suggestions": rates, "default": DEFAULT_SUGGESTION}
        print_json(known | {"lowest": found.lowest})
        return
    for run in runs:
        print(f"Run {run.id}, seed {run.spec.seed}: {run.status}. {run.message}".rstrip())
    print(f"Data: {runs[0].origin}. Optimizer: {optimizer.title}.")
    for each in found.suggestions:
        rate = "none" if each.rate is None else f"{each.rate:.2g}"
        default = " (default)" if each.name == DEFAULT_SUGGESTION else ""
        print(f"{SUGGESTIONS[each.name] + default:<22} {rate:>8}  {each.sentence}")
