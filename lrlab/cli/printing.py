"""What several commands print."""

import json
import math
import sys

from lrlab.runs.plan import Plan
from lrlab.runs.summary import summary


def print_json(record):
    """Print one line of JSON. NaN and infinity, which JSON does not have, become null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }
    print(json.dumps(finite), flush=True)


def print_warnings(plan: Plan) -> None:
    """Print what is likely a mistake in a plan, one sentence per line, on standard error."""
    for sentence in summary(plan).warnings:
        print(f"lrlab: warning: {sentence}", file=sys.stderr)
