"""A sweep as a TOML file.

Its keys are those of `spec_file`, and `peaks`: a list, or a table of a logarithmic grid. An optimizer's table
may have `peaks` of its own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from lrlab.errors import UserError
from lrlab.exchange.spec_file import (
    AROUND,
    CONTROLLERS,
    LANES,
    PARTS,
    check_keys,
    joined,
    lanes_in,
    list_of,
    rate_in,
    read,
    schedule_in,
    seeds_in,
    short,
    toml,
    usual_images,
)
from lrlab.optimizers import SGD, Optimizer
from lrlab.parameters.kinds import Parameter
from lrlab.parameters.record import Parametrised
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import MOST_RUNS, Candidate, Sweep, grid
from lrlab.schedules import Schedule

KEYS = ("schedules", "optimizers", "peaks", *LANES[2:])
GRID = ("from", "to", "points")
POINTS = Parameter("", "How many peak rates there are.", 2, MOST_RUNS, (2, 20), integer=True)
EXAMPLE = """\
# A sweep: each schedule at each peak rate, from each seed. Train it with: lrlab sweep FILE
# All runs have these settings. What is left out is as in `lrlab train`.
epochs = 15
train_images = 20000        # with the images for validation
batch_size = 64
data = "auto"               # or a name of the table in the README
network = "dense"           # or { kind = "dense", widths = [512, 200] }
seeds = [1, 2, 3]

# Or several, for example { kind = "momentum", momentum = 0.9 }. Another optimizer may need other rates:
# { kind = "adam", peaks = { from = 0.0001, to = 0.1, points = 9 } }
optimizers = ["sgd"]

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
    given = read(text, "sweep", KEYS)
    peaks = _peaks(given.get("peaks", []))
    candidates = (
        Candidate(name, spec, peaks if own is None else _peaks(own))
        for name, spec, own in lanes_in(given, ("peaks",))
    )
    return Sweep(tuple(candidates), seeds_in(given))


def write_sweep(sweep: Sweep) -> str:
    """A TOML text that `read_sweep` reads as the same sweep; what is as usual is left out.

    The seeds of the candidates' own specs, which do not matter, are left out too. Raises UserError if the
    candidates differ in more than schedule, clock, optimizer and peak rates.

    >>> from lrlab.schedules import Constant, StepDecay
    >>> constant = Candidate("Constant", RunSpec(Constant()), (0.1, 0.3))
    >>> mine = Candidate("Mine", RunSpec(StepDecay()), (0.1, 0.3))
    >>> print(write_sweep(Sweep((constant, mine), seeds=(1, 2))), end="")
    seeds = [1, 2]
    peaks = [0.1, 0.3]
    <BLANKLINE>
    [[schedules]]
    kind = "constant"
    <BLANKLINE>
    [[schedules]]
    name = "Mine"
    kind = "step"
    """
    settings = [_settings(each.spec) for each in sweep.candidates]
    if any(each != settings[0] for each in settings) or "range_test" in settings[0]:
        raise UserError(
            "The file of a sweep has the same settings for all schedules, but these differ in more than "
            "schedule, clock, optimizer and peak rates, or are range tests."
        )
    entries = _entries(sweep.candidates)
    peaks = _most_common([each.peaks for each in sweep.candidates])
    optimizers = _most_common([entry.optimizers for entry in entries])
    clock = _most_common([entry.clock for entry in entries])
    top = settings[0] | {"seeds": sweep.seeds, "peaks": _short_peaks(peaks)}
    if optimizers != ((SGD(), peaks),):
        top["optimizers"] = [_optimizer(each, own, peaks) for each, own in optimizers]
    if clock != RunSpec.clock:
        top["clock"] = clock
    tables = []
    for entry in entries:
        table = _schedule(entry)
        if entry.clock != clock:
            table["clock"] = entry.clock
        if entry.optimizers != optimizers:
            table["optimizers"] = [_optimizer(each, own, peaks) for each, own in entry.optimizers]
        tables.append(table)
    if all([*table] == ["kind"] for table in tables):
        return _lines(top | {"schedules": [table["kind"] for table in tables]})
    return _lines(top) + "".join(f"\n[[schedules]]\n{_lines(table)}" for table in tables)


class _Entry(NamedTuple):
    """A schedule of a file, with its optimizers and their peak rates."""

    name: str
    schedule: Schedule
    clock: str
    optimizers: tuple[tuple[Optimizer, tuple[float, ...]], ...]


def _entries(candidates: Sequence[Candidate]) -> list[_Entry]:
    """The candidates, neighbours together that one schedule of a file makes with several optimizers."""
    found: list[_Entry] = []
    at = 0
    while at < len(candidates):
        name, spec, _ = candidates[at]
        base = name.removesuffix(joined("", spec.optimizer))
        end = at
        while end < len(candidates) and base == base.strip() and _is_of(candidates[end], base, spec):
            end += 1
        if end - at < 2:
            base, end = name, at + 1
        optimizers = tuple((each.spec.optimizer, each.peaks) for each in candidates[at:end])
        found.append(_Entry(base, spec.schedule, spec.clock, optimizers))
        at = end
    return found


def _is_of(candidate: Candidate, base: str, spec: RunSpec) -> bool:
    name, other, _ = candidate
    same = (other.schedule, other.clock) == (spec.schedule, spec.clock)
    return same and name == joined(base, other.optimizer)


def _settings(spec: RunSpec) -> dict[str, Any]:
    """What a file says of a run but for its schedule, clock, optimizer and seed."""
    without = ("schedule", "clock", "optimizer", "seed", "train_images")
    record = {
        f.name: getattr(spec, f.name)
        for f in fields(spec)
        if f.name not in without and getattr(spec, f.name) != f.default
    }
    if spec.train_images != usual_images(spec.data):
        record["train_images"] = spec.train_images
    for name in (*PARTS, *CONTROLLERS):
        value = record.get(name)
        if isinstance(value, Parametrised):
            record[name] = _kind_or_table(short(value))
        elif value is not None and not isinstance(value, str):
            record[name] = value.to_dict()
    return record


def _schedule(entry: _Entry) -> dict[str, Any]:
    """The table of a schedule, with a warm-up and a cool-down as keys where these say it all."""
    inner, around = entry.schedule, {}
    for key, cls in reversed(AROUND.items()):
        if isinstance(inner, cls):
            around[key] = getattr(inner, key)
            inner = inner.inner
    table = short(inner) | around
    if schedule_in(table)[2] != entry.schedule:
        table = short(entry.schedule)
    return table if schedule_in(table)[0] == entry.name else {"name": entry.name} | table


def _optimizer(optimizer: Optimizer, own: tuple[float, ...], peaks: tuple[float, ...]) -> Any:
    return _kind_or_table(short(optimizer) | ({} if own == peaks else {"peaks": _short_peaks(own)}))


def _kind_or_table(record: dict[str, Any]) -> Any:
    return record["kind"] if [*record] == ["kind"] else record


def _short_peaks(peaks: tuple[float, ...]) -> Any:
    """The peak rates as a grid if they are one, else as they are."""
    low, high, points = peaks[0], peaks[-1], len(peaks)
    if points > 2 and low < high and grid(low, high, points) == peaks:
        return {"from": low, "to": high, "points": points}
    return peaks


def _most_common(values: Sequence[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]


def _lines(record: dict[str, Any]) -> str:
    return "".join(f"{key} = {toml(value)}\n" for key, value in record.items())


def _peaks(given: Any) -> tuple[float, ...]:
    if isinstance(given, dict):
        check_keys("A grid of peak rates", given, GRID)
        if missing := [key for key in GRID if key not in given]:
            raise UserError(f"A grid of peak rates needs {', '.join(GRID)}, but {missing[0]} is missing.")
        low, high = (rate_in(given, key) for key in ("from", "to"))
        if not low < high:
            raise UserError(f"The peak rates must go up, but they go from {low:g} to {high:g}.")
        points = POINTS.check("points", given["points"])
        return grid(low, high, points)
    return tuple(rate_in({"peaks": each}, "peaks") for each in list_of("peaks", given))
