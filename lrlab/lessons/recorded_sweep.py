"""The recorded sweep: every schedule at nine peak rates, and trained again at its best from fresh seeds.

Made by `lrlab reference --sweep`. Lessons, claims and the page Choose use it without training.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from lrlab.analysis.search import best_of, fresh_seeds
from lrlab.datasets import AUTO
from lrlab.optimizers import Adam
from lrlab.runs.records import Epoch
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep, grid
from lrlab.runs.swept import MEASURES, SweptRun
from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    PolynomialDecay,
    StepDecay,
    WarmupStableDecay,
)

FILE = Path(__file__).parent / "sweep.json"
DIGITS = 5
EPOCHS = 30
SEEDS = (1, 2, 3)
SGD_PEAKS, ADAM_PEAKS = grid(0.0035, 3.5, 9), grid(0.000025, 0.025, 9)
ADAM = "Adam"  # beside the schedules, which are all of SGD
_COLUMNS = tuple(f.name for f in fields(Epoch) if f.name not in ("epoch", "grad_norm", "update_ratio"))
_OF_RUN = tuple(f.name for f in fields(SweptRun) if f.name != "id")


@dataclass(frozen=True)
class RecordedSweep:
    """The `runs` of a sweep and their confirming runs, which are in no store: their ids are below 0.

    `first_losses` are the losses before training, by seed. `epochs` are those of the confirming runs, by id.
    `data` is the name of the data set, `origin` says where it came from. `versions` are the versions of the
    packages that trained the runs.
    """

    sweep: Sweep
    runs: tuple[SweptRun, ...]
    first_losses: Mapping[int, float]
    epochs: Mapping[int, tuple[Epoch, ...]]
    data: str
    origin: str
    versions: Mapping[str, str]


def planned_sweep() -> Sweep:
    """The sweep that is recorded; `confirming` has the other runs."""
    # The time-based decay is as strong over these epochs as the article's over its own.
    shapes = (
        ("Constant", Constant(), "epoch"),
        ("Time-based as coded", CompoundingTimeBasedDecay(decay=0.5 / EPOCHS), "epoch"),
        ("Exponential", ExponentialDecay(), "epoch"),
        ("Step", StepDecay(drop_rate=0.8, drop_every=10), "epoch"),
        ("Linear", PolynomialDecay(), "epoch"),
        ("Cosine", CosineDecay(), "epoch"),
        ("One-cycle", OneCycle(), "smooth"),
        ("WSD", WarmupStableDecay(warmup=2, cooldown=6), "smooth"),
    )
    common = RunSpec(Constant(), epochs=EPOCHS, data=AUTO[0].name)
    schedules = [
        Candidate(name, replace(common, schedule=shape, clock=clock), SGD_PEAKS)
        for name, shape, clock in shapes
    ]
    adam = Candidate(ADAM, replace(common, schedule=Constant(Adam.usual_lr), optimizer=Adam()), ADAM_PEAKS)
    return Sweep((*schedules, adam), SEEDS)


def confirming(sweep: Sweep, runs: Sequence[SweptRun]) -> Sweep:
    """The runs that confirm a sweep: each of its schedules at its own best peak rate, from fresh seeds."""
    peaks = {best.name: (best.peak,) for best in best_of(runs) if best.peak is not None}
    candidates = (each._replace(peaks=peaks.get(each.name, ())) for each in sweep.candidates)
    return Sweep(tuple(each for each in candidates if each.peaks), tuple(fresh_seeds(runs)))


def write(found: RecordedSweep, path: Path) -> None:
    """Write a sweep as the recorded one: with five significant digits, and one line a run."""
    candidates = [
        {"name": each.name, "spec": json.loads(each.spec.to_json()), "peaks": each.peaks}
        for each in found.sweep.candidates
    ]
    parts = {
        "data": found.data,
        "origin": found.origin,
        "versions": found.versions,
        "seeds": found.sweep.seeds,
        "first_losses": {seed: _short(loss) for seed, loss in sorted(found.first_losses.items())},
        "candidates": candidates,
        "runs": [_record(run, found.epochs.get(run.id)) for run in found.runs],
    }
    lines = ",\n".join(f"{_text(name)}: {_listed(part)}" for name, part in parts.items())
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def read(path: Path) -> RecordedSweep:
    """The sweep that `write` wrote."""
    parts = json.loads(path.read_text(encoding="utf-8"))
    candidates = [
        Candidate(each["name"], RunSpec.from_json(json.dumps(each["spec"])), tuple(each["peaks"]))
        for each in parts["candidates"]
    ]
    numbered = [(-number, record) for number, record in enumerate(parts["runs"], 1)]
    return RecordedSweep(
        Sweep(tuple(candidates), tuple(parts["seeds"])),
        tuple(SweptRun(id, **{name: record[name] for name in _OF_RUN}) for id, record in numbered),
        {int(seed): loss for seed, loss in parts["first_losses"].items()},
        {id: _epochs(record["each_epoch"]) for id, record in numbered if "each_epoch" in record},
        parts["data"],
        parts["origin"],
        parts["versions"],
    )


@cache
def recorded_sweep() -> RecordedSweep:
    """The recorded sweep, trained on Fashion-MNIST."""
    return read(FILE)


def _short(value: float | None) -> float | None:
    """A value with fewer digits; JSON has no NaN and no infinity, so both become None."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.{DIGITS}g}")


def _record(run: SweptRun, epochs: Sequence[Epoch] | None) -> dict[str, object]:
    record = {name: getattr(run, name) for name in _OF_RUN}
    record |= {name: _short(record[name]) for name in MEASURES}
    if epochs is not None:
        record["each_epoch"] = {name: [_short(getattr(e, name)) for e in epochs] for name in _COLUMNS}
    return record


def _epochs(columns: Mapping[str, Sequence[float | None]]) -> tuple[Epoch, ...]:
    rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
    return tuple(
        Epoch(number, **{n: math.nan if v is None else v for n, v in zip(_COLUMNS, row, strict=True)})
        for number, row in enumerate(rows)
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _listed(value: object) -> str:
    """JSON with one line for each entry of a list of objects."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_text, value)) + "\n]"
    return _text(value)
