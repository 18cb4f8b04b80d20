"""A race as a TOML file: its keys are those of `spec_file`, and `peak`, to which all schedules are scaled."""

from lrlab.errors import UserError
from lrlab.exchange.spec_file import LANES, lanes_in, rate_in, read, seeds_in
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import AT_ONCE, MOST_RUNS, check_each

KEYS = (*LANES, "peak")
EXAMPLE = """\
# A race: all schedules from each seed, with the same batches. Train it with: lrlab race FILE
# All runs have these settings. What is left out is as in `lrlab train`.
epochs = 15
train_images = 20000        # with the images for validation
batch_size = 64
data = "auto"               # or a name of the table in the README
network = "dense"           # or { kind = "dense", widths = [512, 200] }
optimizers = ["sgd"]        # or several, for example { kind = "momentum", momentum = 0.9 }
seeds = [1, 2, 3]           # a winner needs at least three
# peak = 0.1                # scales each schedule so that this is its highest rate

[[schedules]]
kind = "constant"
initial_lr = 0.1

[[schedules]]
name = "Cosine after a warm-up"
kind = "cosine"
initial_lr = 0.3
clock = "step"              # "epoch" (the default), "step" or "smooth"
warmup = 250                # in units of the clock, as all times of a schedule
"""


def read_race(text: str) -> list[list[tuple[str, RunSpec]]]:
    """The seed groups of the race in the text of a TOML file, each a list of its lanes, as (name, spec).

    Raises UserError that says what is wrong in the text.
    """
    given = read(text, "race", KEYS)
    lanes = [(name, spec) for name, spec, _ in lanes_in(given)]
    seeds = seeds_in(given)
    check_each("race", "schedule", [name for name, _ in lanes])
    check_each("race", "seed", seeds)
    if len(lanes) > AT_ONCE or len(lanes) * len(seeds) > MOST_RUNS:
        raise UserError(
            f"A race has at most {AT_ONCE} lanes and {MOST_RUNS:,} runs, but {len(lanes)} lanes x "
            f"{len(seeds)} seeds are {len(lanes) * len(seeds):,}. Use fewer of one of these."
        )
    if "peak" in given:
        peak = rate_in(given, "peak")
        lanes = [(name, spec.with_peak(peak)) for name, spec in lanes]
    return [[(name, spec.with_seed(seed)) for name, spec in lanes] for seed in seeds]
