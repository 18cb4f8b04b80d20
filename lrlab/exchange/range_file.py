"""A range test as a TOML file: its optimizers and rates; other keys are those of `spec_file`."""

from lrlab.errors import UserError
from lrlab.exchange.spec_file import PARTS, PLAIN, optimizers_in, rate_in, read, seeds_in, settings_in
from lrlab.runs.range_test import HIGH, LOW, range_test_spec
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import MOST_RUNS, check_each

KEYS = ("optimizers", "updates", "from", "to", "seeds", *PLAIN, *PARTS)
EXAMPLE = """\
# A range test: the rate grows from update to update. Train it with: lrlab range-test FILE
optimizers = ["sgd", "adam"]
updates = 250               # left out: those of one epoch, at least 100
from = 0.00001
to = 10.0
seeds = [1, 2, 3]
# What is left out is as in `lrlab train`.
train_images = 20000        # with the images for validation
batch_size = 64
data = "auto"               # or a name of the table in the README
network = "dense"           # or { kind = "dense", widths = [512, 200] }
"""


def read_range_test(text: str) -> list[list[tuple[str, RunSpec]]]:
    """The seed groups of the range tests in a TOML text, each with one run an optimizer, as (name, spec).

    Raises UserError that says what is wrong in the text.
    """
    given = read(text, "range test", KEYS)
    settings, seeds = settings_in(given), seeds_in(given, (RunSpec.seed,))
    low, high = rate_in(given, "from", LOW), rate_in(given, "to", HIGH)
    tests = []
    for optimizer, _ in optimizers_in(given):
        spec = RunSpec(optimizer=optimizer, **settings)
        tests.append((range_test_name(spec), range_test_spec(spec, given.get("updates"), low, high)))
    check_each("range test", "optimizer", [name for name, _ in tests])
    check_each("range test", "seed", seeds)
    if len(tests) * len(seeds) > MOST_RUNS:
        raise UserError(
            f"A range test has at most {MOST_RUNS:,} runs, but {len(tests)} optimizers x {len(seeds)} "
            f"seeds are {len(tests) * len(seeds):,}. Use fewer of one of these."
        )
    return [[(name, spec.with_seed(seed)) for name, spec in tests] for seed in seeds]


def range_test_name(spec: RunSpec) -> str:
    """The name of the range test of a run."""
    return f"Range test, {spec.optimizer.title}"
