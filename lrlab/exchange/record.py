"""Write results as JSON with all that is known about them, and read them again."""

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields

from lrlab.datasets.catalogue import choices
from lrlab.errors import UserError
from lrlab.runs.plan import MAX_EPOCHS
from lrlab.runs.records import ACTIVE, STATUSES, Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec

FORMAT = "lrlab.runs"
VERSION = 1
MOST_RUNS = 500
MOST_TEXT, SHORT = 2000, 40  # characters
MOST_TAGS, MOST_VERSIONS, MOST_SPEC = 50, 20, 50_000
ENDED = tuple(status for status in STATUSES if status not in (*ACTIVE, "paused"))
LAST_SECOND = 32_503_680_000.0  # the year 3000; calendars cannot show times long after it
MOST = sys.float_info.max
INFINITE = {"inf": math.inf, "-inf": -math.inf}
EPOCH_FIELDS = tuple(f.name for f in fields(Epoch))
SHARES = ("accuracy", "val_accuracy", "test_accuracy")
# What each value is called in a file. "driven" stays as it is: files are read by older and newer programs.
KEYS = {f.name: f.name for f in fields(Result)} | {"has_manual_rate": "driven"}
OPTIONAL = ("grad_norm", "update_ratio")  # which runs of the first version lack


def to_json(results: Sequence[Result], digits: int | None = None) -> str:
    """Runs as one JSON object, with one line per run and its epochs as columns.

    JSON has no NaN and no infinity: they become null, "inf" and "-inf". With `digits`, the numbers of the
    epochs are rounded to so many significant digits. Optional columns without values are left out.

    >>> from lrlab.exchange import read_runs
    >>> runs = read_runs("sgd.json", b'{"loss": [0.9, 0.7]}')
    >>> [run.name for run in read_runs("runs.json", to_json(runs).encode())]
    ['sgd']
    """
    lines = ",\n".join(
        json.dumps(_record(result, digits), ensure_ascii=False, separators=(",", ":")) for result in results
    )
    return f'{{"format": "{FORMAT}", "version": {VERSION}, "runs": [\n{lines}\n]}}\n'


def is_record(text: str) -> bool:
    """Whether a text begins like the output of `to_json`."""
    return "".join(text.lstrip()[:100].split()).startswith(f'{{"format":"{FORMAT}"')


def from_json(text: str) -> list[Result]:
    """The runs that `to_json` wrote; raises UserError for anything that it would not have written."""
    try:
        whole = json.loads(text)
        json.dumps(whole, ensure_ascii=False).encode()  # half a surrogate pair can be kept nowhere
        return _results(whole)
    except UserError:
        raise
    except (ValueError, RecursionError) as error:
        raise UserError(f"Runs of LR Lab must be a JSON object, but this cannot be read: {error}.") from error


# What is wanted and what was found, as an error.
Wrong = Callable[[str, object], UserError]


def _results(whole: object) -> list[Result]:
    if (
        not isinstance(whole, dict)
        or whole.get("format") != FORMAT
        or not isinstance(whole.get("runs"), list)
        or set(whole) - {"format", "version", "runs"}
    ):
        raise UserError(
            f'Runs of LR Lab must be a JSON object with only "format": "{FORMAT}", "version", a list "runs".'
        )
    version = whole.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise UserError(
            f"These runs were written in version {version!r:.20} of the format, but this LR Lab "
            f"reads version {VERSION}. Update LR Lab."
        )
    if len(whole["runs"]) > MOST_RUNS:
        raise UserError(f"A file can have at most {MOST_RUNS} runs, but this one has {len(whole['runs']):,}.")
    return [_result(number, record) for number, record in enumerate(whole["runs"], 1)]


def _record(result: Result, digits: int | None) -> dict[str, object]:
    record: dict[str, object] = {key: getattr(result, name) for name, key in KEYS.items()}
    if result.status not in ENDED:  # another machine cannot continue it
        record |= {"status": "stopped", "message": "It had not ended when it was exported."}
    record["spec"] = json.loads(result.spec.to_json()) if result.spec else None
    record["test_loss"], record["test_accuracy"] = _plain(result.test_loss), _plain(result.test_accuracy)
    columns = {name: [_plain(getattr(e, name), digits) for e in result.epochs] for name in EPOCH_FIELDS}
    record["epochs"] = {
        name: values for name, values in columns.items() if name not in OPTIONAL or set(values) - {None}
    }
    return record


def _plain(value: float | None, digits: int | None = None) -> float | str | None:
    if value is None or isinstance(value, int):
        return value
    if not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return float(f"{value:.{digits}g}") if digits else value


def _result(number: int, record: object) -> Result:
    """One run; every value is checked, because the file can come from anybody."""

    def wrong(what: str, found: object) -> UserError:
        return UserError(f"Run {number} of the file must have {what}, but it is {found!r:.60}.")

    if not isinstance(record, dict):
        raise wrong("an object of its own", record)

    def text(name: str, most: int = MOST_TEXT) -> str:
        value = record.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise wrong(f"a text of at most {most} characters as {name}", value)
        return value

    unknown = sorted(set(record) - set(KEYS.values()))
    if unknown:
        raise UserError(f"Run {number} of the file has unknown fields: {', '.join(unknown)[:200]}.")
    tags, versions = record.get("tags", []), record.get("versions", {})
    has_manual_rate = record.get("driven", False)
    if not isinstance(tags, list) or len(tags) > MOST_TAGS or not all(map(_is_short, tags)):
        raise wrong(f"a list of at most {MOST_TAGS} short texts as tags", tags)
    if (
        not isinstance(versions, dict)
        or len(versions) > MOST_VERSIONS
        or not all(map(_is_short, (*versions, *versions.values())))
    ):
        raise wrong(f"an object of at most {MOST_VERSIONS} short texts as versions", versions)
    if not isinstance(has_manual_rate, bool):
        raise wrong("true or false as driven", has_manual_rate)
    if record.get("status") not in ENDED:
        raise wrong(f"one of {', '.join(ENDED)} as status", record.get("status"))
    spec = record.get("spec")
    if len(json.dumps(spec)) > MOST_SPEC:
        raise wrong(f"at most {MOST_SPEC:,} characters as spec", spec)
    try:
        spec = None if spec is None else RunSpec.from_json(json.dumps(spec))
    except UserError as error:
        raise UserError(f"Run {number} of the file cannot be trained. {error!s:.400}") from error
    own = () if spec is None else (spec.data_set.name,)
    if record.get("data") not in (None, *choices(), *own):
        raise wrong(f"one of {', '.join(choices())} or the spec's own as data", record.get("data"))
    if not text("name", 200).strip():
        raise wrong("a name", record.get("name"))
    created = _known(record.get("created"), "created", wrong)
    if created is not None and not 0 <= created < LAST_SECOND:
        raise wrong("the seconds since 1970 as created", created)
    return Result(
        name=text("name", 200),
        epochs=_epochs(record.get("epochs"), wrong, spec),
        spec=spec,
        status=record["status"],
        data=record.get("data"),
        origin=text("origin"),
        message=text("message"),
        test_loss=_known(record.get("test_loss"), "test_loss", wrong),
        test_accuracy=_known(record.get("test_accuracy"), "test_accuracy", wrong),
        created=created,
        tags=tuple(tags),
        note=text("note", 20_000),
        versions=versions,
        has_manual_rate=has_manual_rate,
    )


def _is_short(text: object) -> bool:
    return isinstance(text, str) and len(text) <= SHORT


def _epochs(columns: object, wrong: Wrong, spec: RunSpec | None) -> tuple[Epoch, ...]:
    if not isinstance(columns, dict) or not all(isinstance(column, list) for column in columns.values()):
        raise wrong("an object of lists as epochs", columns)
    if set(EPOCH_FIELDS) - set(columns) - set(OPTIONAL) or set(columns) - set(EPOCH_FIELDS):
        raise wrong(f"the columns {', '.join(EPOCH_FIELDS)} as epochs", sorted(columns))
    length = len(columns["epoch"])
    if {len(column) for column in columns.values()} != {length} or length > MAX_EPOCHS:
        raise wrong(f"columns of equal length, at most {MAX_EPOCHS}, as epochs", length)
    if list(map(repr, columns["epoch"])) != list(map(repr, range(length))) or (spec and length > spec.epochs):
        raise wrong("the epochs of the run from 0 on, one after another,", columns["epoch"])
    numbers = {
        name: [_number(value, name, wrong) for value in column]
        for name, column in columns.items()
        if name != "epoch"
    }
    rows = enumerate(zip(*numbers.values(), strict=True))
    return tuple(Epoch(epoch, **dict(zip(numbers, row, strict=True))) for epoch, row in rows)


def _known(value: object, name: str, wrong: Wrong) -> float | None:
    return None if value is None else _number(value, name, wrong)


def _number(value: object, name: str, wrong: Wrong) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str) and value in INFINITE:
        number = INFINITE[value]
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MOST:
        raise wrong(f"a number as {name}", value)
    else:
        number = float(value)
    if name in SHARES and not 0 <= number <= 1:
        raise wrong(f"a share from 0 to 1 as {name} (divide a percentage by 100)", value)
    return number
