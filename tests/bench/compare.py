"""What Compare takes of the server: listing 500 runs of 100 epochs, and comparing 12 of them: `make bench`.

Each is the whole script of the page, from a request to its last element, in one process without a browser,
and beside it what the first run of it took.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from lrlab.article import CURVES
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from lrlab.ui.compare import choice

APP = Path(__file__).parents[2] / "app.py"
RUNS, EPOCHS, COMPARED, TIMES = 500, 100, 12, 10


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LRLAB_HOME"] = folder
        store = Store()
        ids = store.add_results([_result(number) for number in range(RUNS)])
        page = AppTest.from_file(APP, default_timeout=60).run()
        page.session_state[choice.CHOSEN] = []
        first, listing = _measure(page.switch_page("pages/lab/compare.py"))
        print(f"list {RUNS} runs x {EPOCHS} epochs: median {listing:.0f} ms, first {first:.0f} ms")
        for joined in (False, True):
            page.session_state[choice.CHOSEN] = ids[:COMPARED] if not joined else ids[: COMPARED * 7 : 7]
            page.session_state[choice.JOIN_SEEDS] = joined
            first, both = _measure(page)
            assert any(f"{COMPARED} runs chosen" in text.value for text in page.markdown)
            how = "seeds of one recipe joined" if joined else "a line each"
            print(f"list them and compare {COMPARED}, {how}: median {both:.0f} ms, first {first:.0f} ms")


def _result(number):
    noise = np.random.default_rng(number).normal(1, 0.02, (EPOCHS, 4))
    shape = np.exp(-np.arange(EPOCHS) / 20)[:, None] * [1.0, -0.5, 0.8, -0.4] + [0.1, 0.9, 0.3, 0.88]
    curve = CURVES[number % len(CURVES)]
    spec = RunSpec(curve.schedule, clock=curve.clock, seed=number, data="fashion-mnist")
    rates = spec.plan.epoch_rates()
    epochs = [
        Epoch(at, rates[at], rates[at], *map(float, values), 0.2, 1.5, 0.001)
        for at, values in enumerate(noise * shape)
    ]
    return Result(curve.name, tuple(epochs), spec, data="fashion-mnist", created=float(number))


def _measure(page):
    """Milliseconds of the first run of the script, and the median of some more."""
    times = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        page.run()
        times.append(1000 * (time.perf_counter() - began))
        assert not page.exception
    return times[0], statistics.median(times[1:])


if __name__ == "__main__":
    main()
