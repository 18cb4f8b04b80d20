"""A sweep as a TOML file.

The keys are those of a run in LR Lab's JSON. `schedules` and `optimizers` are lists of kinds, or of tables
with a kind and its parameters; `peaks` is a list, or a table of a logarithmic grid; `seeds` is a list.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

from lrlab.article import name_of
from lrlab.datasets.catalogue import data_from_record
from lrlab.errors import UserError
from lrlab.networks import network_from_record
from lrlab.optimizers import optimizer_from_record
from lrlab.parameters.kinds import Parameter
from lrlab.runs.spec import SEED, RunSpec
from lrlab.runs.sweep import MOST_RUNS, Candidate, Sweep, grid
from lrlab.schedules import Cooldown, Warmup, schedule_from_dict

KEYS = (
    *("schedules", "optimizers", "peaks", "seeds", "epochs", "clock", "batch_size", "batches_per_update"),
    *("train_images", "validation_split", "data", "network"),
)
GRID = ("from", "to", "points")
POINTS = Parameter("", "How many peak rates there are.", 2, MOST_RUNS, (2, 20), integer=True)
AROUND = {"warmup": Warmup, "cooldown": Cooldown}
EXAMPLE = """\
# A sweep: each schedule at each peak rate, from each seed. Train it with: lrlab sweep FILE
# All runs have these settings. What is left out is as in `lrlab train`.
epochs = 15
train_images = 20000        # with the images for validation
batch_size = 64
data = "auto"               # or a name of the table in the README
network = "dense"           # or { kind = "dense", widths = [512, 200] }
optimizers = ["sgd"]        # or for example { kind = "momentum", momentum = 0.9 }
seeds = [1, 2, 3]

# Peak rates, evenly spaced on a logarithmic axis; or a list such as [0.03, 0.1, 0.3].
[peaks]
from = 0.01
to = 1.0
points = 5

# Each schedule is scaled so that its highest rate is the peak rate: only its shape counts.
[[schedules]]
kind = "constant"

[[schedules]]
kind = "step"
drop_rate = 0.5
drop_every = 5

[[schedules]]
name = "Cosine after a warm-up"
kind = "cosine"
clock = "step"              # "epoch" (the default), "step" or "smooth"
warmup = 250                # in units of the clock, as all times of a schedule
"""


def read_sweep(text: str) -> Sweep:
    """The sweep in the text of a TOML file; raises UserError that says what is wrong in it."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            f"The sweep is not a TOML file: {error}. `lrlab sweep --example` prints one."
        ) from error
    _check_keys("A sweep", given, KEYS)
    settings: dict[str, Any] = {
        name: given[name]
        for name in ("epochs", "batch_size", "batches_per_update", "train_images", "validation_split")
        if name in given
    }
    settings["data"] = data_from_record(given.get("data", "auto"))
    if "network" in given:
        settings["network"] = network_from_record(given["network"])
    optimizers = [
        optimizer_from_record(each) for each in _list("optimizers", given.get("optimizers", ["sgd"]))
    ]
    peaks, candidates = _peaks(given.get("peaks", [])), []
    for number, each in enumerate(_list("schedules", given.get("schedules", [])), 1):
        record = {"kind": each} if isinstance(each, str) else each
        if not isinstance(record, dict) or "kind" not in record:
            raise UserError(
                f"Schedule {number} must be a kind or a table with a kind, but it is {each!r:.60}."
            )
        name, clock, schedule = _schedule(record, given.get("clock", RunSpec.clock))
        for optimizer in optimizers:
            title = name if len(optimizers) == 1 else f"{name}, {optimizer.title}"
            candidates.append(Candidate(title, RunSpec(schedule, clock, optimizer, **settings), peaks))
    return Sweep(tuple(candidates), _seeds(given.get("seeds", [])))


def _schedule(record: Mapping[str, Any], clock: str) -> tuple[str, str, Any]:
    """The name, the clock and the schedule in a table."""
    own = {"name", "clock", *AROUND}
    schedule = schedule_from_dict({key: value for key, value in record.items() if key not in own})
    name = record.get("name", name_of(type(schedule), getattr(schedule, "power", None)))
    if not isinstance(name, str) or not name.strip():
        raise UserError(f"The name of a schedule must be a text, but it is {name!r:.60}.")
    for length in ("cooldown", "warmup"):
        if length in record:
            schedule = AROUND[length](inner=schedule, **{length: record[length]})
    return name.strip(), record.get("clock", clock), schedule


def _peaks(given: Any) -> tuple[float, ...]:
    if isinstance(given, dict):
        _check_keys("A grid of peak rates", given, GRID)
        if missing := [key for key in GRID if key not in given]:
            raise UserError(f"A grid of peak rates needs {', '.join(GRID)}, but {missing[0]} is missing.")
        low, high = (_rate(given[key]) for key in ("from", "to"))
        if not low < high:
            raise UserError(f"The peak rates must go up, but they go from {low:g} to {high:g}.")
        points = POINTS.check("points", given["points"])
        return grid(low, high, points)
    return tuple(_rate(each) for each in _list("peaks", given))


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise UserError(f"A peak rate must be a number above 0, but it is {value!r:.60}.")
    return float(value)


def _seeds(given: Any) -> tuple[int, ...]:
    return tuple(SEED.check("a seed", seed) for seed in _list("seeds", given))


def _list(key: str, given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise UserError(f"{key} must be a list, but it is {given!r:.60}.")
    return given


def _check_keys(what: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := [key for key in given if key not in known]:
        raise UserError(f"{what} has no key {unknown[0]!r:.60}. Its keys are: {', '.join(known)}.")
