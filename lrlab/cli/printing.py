"""What several commands print."""

import json
import math
import sys
from collections.abc import Iterable, Sequence

from lrlab.runs.plan import Plan
from lrlab.runs.summary import summary
from lrlab.store import Run


def print_json(record):
    """Print one line of JSON. NaN and infinity, which JSON does not have, become null."""
    print(json.dumps(_finite(record)), flush=True)


def _finite(value):
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_warnings(plan: Plan) -> None:
    """Print what is likely a mistake in a plan, one sentence per line, on standard error."""
    for sentence in summary(plan).warnings:
        print(f"lrlab: warning: {sentence}", file=sys.stderr)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of equally many texts in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())


def print_failures(runs: Iterable[Run]) -> None:
    """Print why runs failed, on standard error; each reason once."""
    for message, details in dict.fromkeys(
        (run.message, run.details) for run in runs if run.status == "failed"
    ):
        print(f"lrlab: {message}\n{details}".rstrip(), file=sys.stderr)
