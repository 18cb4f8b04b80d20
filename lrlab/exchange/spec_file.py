"""What the TOML files of sweeps, races and range tests have in common.

The keys are those of a run in LR Lab's JSON. `schedules` and `optimizers` are lists of kinds, or of tables
with a kind and its parameters; `seeds` is a list.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from lrlab import article
from lrlab.datasets.catalogue import data_set
from lrlab.errors import UserError
from lrlab.optimizers import Optimizer, optimizer_from_record
from lrlab.parameters.record import Parametrised
from lrlab.runs.spec import SEED, RunSpec
from lrlab.schedules import Cooldown, Schedule, Warmup, Wrapper, class_of_kind, schedule_from_dict

PLAIN = ("batch_size", "batches_per_update", "train_images", "validation_split")
PARTS = ("data", "network")
CONTROLLERS = ("early_stopping", "plateau")
SETTINGS = ("epochs", *PLAIN, *PARTS, *CONTROLLERS)
LANES = ("schedules", "optimizers", "seeds", "clock", *SETTINGS)
MOST = sys.float_info.max
AROUND: dict[str, type[Wrapper]] = {"cooldown": Cooldown, "warmup": Warmup}  # from the inside


class Lane(NamedTuple):
    """A schedule with an optimizer, its name, and the `peaks` that the optimizer's table has, if any."""

    name: str
    spec: RunSpec
    peaks: Any


def read(text: str, what: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The table in a TOML text about a sweep, a race or a range test; raises UserError for another key."""
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        command = what.replace(" ", "-")
        raise UserError(
            f"The {what} is not a TOML file: {error}. `lrlab {command} --example` prints one."
        ) from error
    check_keys(f"A {what}", given, keys)
    return given


def settings_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a RunSpec in a table, but for schedule, clock, optimizer and seed."""
    found = {name: given[name] for name in ("epochs", *PLAIN) if name in given}
    parts = RunSpec.parts()
    found |= {name: parts[name].from_record(given[name]) for name in (*PARTS, *CONTROLLERS) if name in given}
    return {"train_images": usual_images(found.get("data", "auto"))} | found


def usual_images(data: Any) -> int:
    """How many images a run uses that says nothing about it."""
    return min(article.TRAIN_IMAGES, data_set(data).train)


def lanes_in(given: Mapping[str, Any], own: tuple[str, ...] = ()) -> Iterator[Lane]:
    """Each schedule with each optimizer; `own` are further keys that the table of an optimizer may have."""
    settings = settings_in(given)
    optimizers = optimizers_in(given, own)
    for number, each in enumerate(list_of("schedules", given.get("schedules", [])), 1):
        record = {"kind": each} if isinstance(each, str) else each
        if not isinstance(record, dict) or "kind" not in record:
            raise UserError(
                f"Schedule {number} must be a kind or a table with a kind, but it is {each!r:.60}."
            )
        name, clock, schedule = schedule_in(record, given.get("clock", RunSpec.clock))
        of_lane = optimizers_in(record, own) if "optimizers" in record else optimizers
        for optimizer, peaks in of_lane:
            title = name if len(of_lane) == 1 else joined(name, optimizer)
            yield Lane(title, RunSpec(schedule, clock, optimizer, **settings), peaks)


def joined(name: str, optimizer: Optimizer) -> str:
    """The name of a schedule that is trained with several optimizers."""
    return f"{name}, {optimizer.title}"


def optimizers_in(given: Mapping[str, Any], own: tuple[str, ...] = ()) -> list[tuple[Optimizer, Any]]:
    """The optimizers in a table, each with its own peaks, None without."""
    found = []
    for each in list_of("optimizers", given.get("optimizers", ["sgd"])):
        record = {key: each[key] for key in each if key not in own} if isinstance(each, dict) else each
        found.append((optimizer_from_record(record), each.get("peaks") if record is not each else None))
    if not found:
        raise UserError("At least one optimizer is needed, but the list optimizers is empty.")
    return found


def schedule_in(record: Mapping[str, Any], clock: str = RunSpec.clock) -> tuple[str, str, Schedule]:
    """The name, the clock and the schedule in a table that has a kind."""
    cls = class_of_kind(record["kind"])
    around = [key for key in AROUND if key in record and key not in cls.parameters()]
    own = {"name", "clock", "optimizers", *around}
    schedule = schedule_from_dict({key: value for key, value in record.items() if key not in own})
    name = record.get("name", article.name_of(type(schedule), getattr(schedule, "power", None)))
    if not isinstance(name, str) or not name.strip():
        raise UserError(f"The name of a schedule must be a text, but it is {name!r:.60}.")
    for length in around:
        schedule = AROUND[length](inner=schedule, **{length: record[length]})
    return name.strip(), record.get("clock", clock), schedule


def seeds_in(given: Mapping[str, Any], usual: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The seeds in a table."""
    return tuple(SEED.check("a seed", seed) for seed in list_of("seeds", given.get("seeds", [*usual])))


def rate_in(given: Mapping[str, Any], key: str, usual: float | None = None) -> float:
    """The rate under a key; raises UserError for anything else."""
    value = given.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST:
        raise UserError(f"A rate must be a number above 0, but {value!r:.60} is under {key}.")
    return float(value)


def list_of(key: str, given: Any) -> list[Any]:
    """The list under a key; raises UserError for anything else."""
    if not isinstance(given, list):
        raise UserError(f"{key} must be a list, but it is {given!r:.60}.")
    return given


def check_keys(what: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Raises UserError for a key that is not known."""
    if unknown := [key for key in given if key not in known]:
        raise UserError(f"{what} has no key {unknown[0]!r:.60}. Its keys are: {', '.join(known)}.")


def short(value: Parametrised) -> dict[str, Any]:
    """The kind and what is not as usual, as `to_dict` would write it."""
    record: dict[str, Any] = {"kind": value.kind}
    for f in fields(value):
        found = getattr(value, f.name)
        if isinstance(found, Schedule):
            record["schedule"] = short(found)
        elif found != f.default:
            record[f.name] = found
    return record


def toml(value: Any) -> str:
    """A value in TOML; a table is written in one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    # TOML's texts are those of JSON, but for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
