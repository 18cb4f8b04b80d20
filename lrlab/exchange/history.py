"""Read runs from files of LR Lab and of Keras."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import PureWindowsPath

from lrlab.errors import UserError
from lrlab.exchange.record import MOST_RUNS, SHARES, from_json, is_record
from lrlab.exchange.table import EPOCH, plain
from lrlab.runs.plan import MAX_EPOCHS
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.text import one_line

MOST_BYTES = 10_000_000
MOST_STEM, MOST_NAME = 70, 200
EXPECTED = (
    "This must be runs of LR Lab as JSON or CSV, a CSVLogger file with the columns epoch and loss, or a "
    "History as JSON (an object of lists of equal length, one of them called loss)"
)
# Keras's names for the values of an Epoch; LR Lab's own names are accepted too.
ACCURACIES = ("acc", "sparse_categorical_accuracy", "categorical_accuracy")
CALLED = {
    "lr": ("learning_rate",),
    "lr_end": ("learning_rate", "lr"),
    "accuracy": ACCURACIES,
    "val_accuracy": tuple(f"val_{name}" for name in ACCURACIES),
}
# A value in a file. Lists and objects are refused.
Cell = str | float | list[object] | dict[str, object] | None
MISSING = ("", "NA")  # the second is CSVLogger's


def read_runs(name: str, content: bytes) -> list[Result]:
    """The runs in a file called `name`: JSON or CSV of LR Lab, or a CSVLogger file or History of Keras.

    - Only LR Lab's JSON has more than curves.
    - A CSVLogger file with several trainings, in which the epochs begin again, gives several runs. They are
      named after the file: "name", "name (2)" and so on.
    - A History whose validation lists are shorter, because of `validation_freq`, has NaN in the other epochs.
    - Epochs are counted from 0, also if the file counts from 1. Missing values are NaN.
    - A run whose last loss is not finite has the status "diverged". A loss before a finite loss is never NaN.
    - Accuracies are shares from 0 to 1.

    Raises UserError, which names the file, for everything else.

    >>> (run,) = read_runs("sgd.json", b'{"loss": [0.9, 0.7]}')
    >>> run.name, run.status, [epoch.loss for epoch in run.epochs]
    ('sgd', 'completed', [0.9, 0.7])
    """
    path = PureWindowsPath(name)  # knows both slashes
    try:
        return _read(one_line(path.stem)[:MOST_STEM] or "run", content)
    except UserError as error:
        raise UserError(f"{one_line(path.name)[:60] or 'The file'}: {error}") from error


def _read(stem: str, content: bytes) -> list[Result]:
    if len(content) > MOST_BYTES:
        raise UserError(
            f"A file with runs can have at most {MOST_BYTES:,} bytes, but this one has {len(content):,}. "
            "Import fewer runs at a time."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{EXPECTED}, but it is not text in UTF-8.") from error
    if is_record(text):
        runs = from_json(text)
    elif text.lstrip().startswith(("{", "[")):
        runs = _history(stem, text)
    else:
        runs = _table(stem, text)
    if not runs:
        raise UserError(f"{EXPECTED}, but it has no epoch.")
    return runs


def _history(stem: str, text: str) -> list[Result]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{EXPECTED}, but it is not JSON: {error!s:.100}.") from error
    columns = whole
    if isinstance(whole, dict) and isinstance(whole.get("history"), dict):
        columns = whole["history"] | ({"epoch": whole["epoch"]} if "epoch" in whole else {})
    if not isinstance(columns, dict) or not all(isinstance(column, list) for column in columns.values()):
        raise UserError(f"{EXPECTED}, but it is JSON with another structure.")
    columns = _spaced(columns)
    if "loss" not in columns or len({len(column) for column in columns.values()}) > 1:
        found = ", ".join(f"{name!r:.40} of {len(column):,}" for name, column in columns.items())
        raise UserError(f"{EXPECTED}, but it has {found or 'no list':.200}.")
    columns = {"epoch": range(len(columns["loss"]))} | columns
    rows = enumerate(zip(*columns.values(), strict=True), 1)
    return _runs(stem, list(columns), ((f"Value number {number}", row) for number, row in rows))


def _spaced(columns: dict[str, list[Cell]]) -> dict[str, list[Cell]]:
    """The columns, with the values of shorter validation lists in the epochs in which they were measured.

    Keras's `validation_freq=n` measures in epochs n, 2n and so on. A list stays as it is if its length
    belongs to no n, or to several.
    """
    epochs = len(columns.get("loss", ()))
    spaced = dict(columns)
    for name, column in columns.items():
        every = epochs // len(column) if column else 0
        if name.startswith("val_") and every > 1 and every == epochs // (len(column) + 1) + 1:
            spaced[name] = [None] * epochs
            spaced[name][every - 1 :: every] = column
    return spaced


def _table(stem: str, text: str) -> list[Result]:
    first = io.StringIO(text.lstrip(), newline="").readline().strip()
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = (row for row in reader if any(map(str.strip, row)))
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if "epoch" not in header or "loss" not in header:
            raise UserError(f"{EXPECTED}, but it {f'begins with {first!r:.80}' if first else 'is empty'}.")
        return _runs(stem, header, ((f"Line {reader.line_num}", row) for row in rows), "run" in header)
    except csv.Error as error:
        raise UserError(f"{EXPECTED}, but line {reader.line_num} is not CSV: {error}.") from error


def _runs(
    stem: str, header: list[str], rows: Iterable[tuple[str, Sequence[Cell]]], tidy: bool = False
) -> list[Result]:
    """The runs of a table whose `rows` are (name of the row in errors, its values).

    If it is `tidy`, the column run gives the run of each row. Otherwise a run begins where the epochs begin.
    """
    wanted = [*EPOCH, "run", "name"] if tidy else EPOCH
    at = {name: place for name in wanted if (place := _place(name, header)) is not None}
    runs: dict[Cell, tuple[str, list[Epoch]]] = {}
    lost: dict[Cell, str] = {}
    run: Cell = None
    first: float | None = None
    for where, row in rows:
        if list(row) == header:  # of a second file that was appended to the first
            continue
        if len(row) != len(header):
            raise UserError(
                f"{where} must have {len(header):,} values, one per column, but it has {len(row):,}."
            )
        values = {name: _number(row[at[name]], name, where) for name in EPOCH if name in at}
        epoch = values.pop("epoch")
        first = epoch if first is None else first
        if first not in (0, 1):
            raise UserError(f"Epochs must begin at 0 or at 1, but {where.lower()} has epoch {epoch:g}.")
        if tidy:
            run = row[at["run"]]
        elif epoch == first:
            run = len(runs) + 1
        if run not in runs:
            if len(runs) == MOST_RUNS:
                raise UserError(f"A file holds at most {MOST_RUNS} runs, but {where.lower()} begins another.")
            name = plain(str(row[at["name"]]))[:MOST_NAME] if "name" in at else ""
            runs[run] = name if name.strip() else f"{stem} ({len(runs) + 1})" if runs else stem, []
        epochs = runs[run][1]
        if len(epochs) == MAX_EPOCHS:
            raise UserError(f"A run has at most {MAX_EPOCHS} epochs, but {where.lower()} has one more.")
        if epoch != first + len(epochs):
            raise UserError(
                f"{where} must have epoch {first + len(epochs):g}, the one after the last, but it has "
                f"{epoch:g}. Put each training into a file of its own."
            )
        if math.isnan(values["loss"]):
            lost.setdefault(run, where)
        elif math.isfinite(values["loss"]) and run in lost:
            raise UserError(
                f"{lost[run]} has no loss, but {where.lower()} of the same run has one. A loss may be NaN "
                "only after training diverged: fill it in, or leave the run out."
            )
        epochs.append(Epoch(len(epochs), **dict.fromkeys(EPOCH[1:], math.nan) | values))
    if runs and not any(math.isfinite(epoch.loss) for _, epochs in runs.values() for epoch in epochs):
        raise UserError("At least one epoch must have a finite loss, but every loss is NaN or infinite.")
    return [
        Result(name, tuple(epochs), status="completed" if math.isfinite(epochs[-1].loss) else "diverged")
        for name, epochs in runs.values()
    ]


def _place(name: str, header: list[str]) -> int | None:
    """The column of a value of an Epoch, under the first of its names that is in the header."""
    found = next((called for called in (name, *CALLED.get(name, ())) if called in header), None)
    if found is None:
        return None
    if (times := header.count(found)) > 1:
        raise UserError(f"There must be one column {found}, but there are {times:,}.")
    return header.index(found)


def _number(value: Cell, name: str, where: str) -> float:
    """A value as float; a missing value is NaN."""
    text = value.strip() if isinstance(value, str) else value
    try:
        if isinstance(text, (bool, list, dict)) or "_" in str(text):  # float would take True and "1_0"
            raise TypeError
        number = math.nan if text is None or text in MISSING else float(text)
    except (TypeError, ValueError, OverflowError) as error:
        found = f"a {type(value).__name__}" if isinstance(value, (list, dict)) else f"{value!r:.60}"
        raise UserError(f"{where} must have a number like 0.5 as {name}, but it has {found}.") from error
    if name == "epoch" and not number.is_integer():
        raise UserError(f"{where} must have a whole number as epoch, but it has {value!r:.60}.")
    if name in SHARES and not (math.isnan(number) or 0 <= number <= 1):
        raise UserError(
            f"{where} must have a share from 0 to 1 as {name}, but it has {value!r:.60}. "
            "If it is in percent, divide it by 100."
        )
    return number
