"""What several commands print."""

import json
import math


def print_json(record):
    """Print one line of JSON. NaN and infinity, which JSON does not have, become null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }
    print(json.dumps(finite), flush=True)
