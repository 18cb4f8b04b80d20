"""Results as one tidy table."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import astuple, fields

from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.schedules import Schedule

EPOCH = tuple(f.name for f in fields(Epoch))
CSV_COLUMNS = ("run", "name", "seed", "optimizer", "schedule", "clock", "data", *EPOCH)
# A spreadsheet takes these for the start of a formula, also after a tab or a line end, or in East Asian full
# width. The apostrophe is one of them so that `plain` can recognise the apostrophes that `to_csv` added.
SIGNS = tuple("=+-@\t\r\n＝＋－＠'")


def to_csv(results: Sequence[Result]) -> str:
    """Runs as CSV (RFC 4180), one row per epoch; `run` counts the runs from 1.

    NaN is an empty cell and infinity is "inf". The kinds of wrappers come before the schedule's kind, as in
    "warm-up + cosine". A name gets an apostrophe before it if a spreadsheet would run it as a formula, or if
    it begins with an apostrophe (OWASP, CSV injection).

    >>> from lrlab.exchange import read_runs
    >>> to_csv(read_runs("sgd.json", b'{"loss": [0.9, 0.7]}')).split()[1:]
    ['1,sgd,,,,,,0,,,0.9,,,,,,', '1,sgd,,,,,,1,,,0.7,,,,,,']
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(CSV_COLUMNS)
    for number, result in enumerate(results, 1):
        name = f"'{result.name}" if result.name.startswith(SIGNS) else result.name
        spec = result.spec
        known = (spec.seed, spec.optimizer.kind, _kinds(spec.schedule), spec.clock) if spec else ("",) * 4
        for epoch in result.epochs:
            values = ("" if math.isnan(value) else value for value in astuple(epoch))
            writer.writerow((number, name, *known, result.data, *values))
    return file.getvalue()


def plain(cell: str) -> str:
    """The name that `to_csv` wrote as `cell`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(SIGNS) else cell


def _kinds(schedule: Schedule) -> str:
    return " + ".join(layer.kind for layer in schedule.layers())
