"""What a sweep costs beside the lanes of a race, and what its page costs: `make bench`.

A sweep of 3 shapes x 9 peak rates x 1 seed x 20 epochs, on a warm worker, against a race of 12 of its runs;
seconds to the first point of the sweep; and the page of a sweep of 1,000 runs: the server time of its first
drawing, and of a refresh.
"""

import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from lrlab import jobs
from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep, grid
from lrlab.schedules import Constant, CosineDecay, StepDecay
from lrlab.store import Store
from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle

SHAPES = {"Constant": Constant(), "Step": StepDecay(), "Cosine": CosineDecay()}
EPOCHS, PEAKS = 20, grid(0.0035, 0.35, 9)  # none diverges
LOADS, REFRESHES, CLICKS = 3, 10, 3
NEWEST = Epoch(0, 0.1, 0.1, 0.3, 0.8, 0.4, 0.8, 0.2)


def main():
    with tempfile.TemporaryDirectory() as folder:
        race, sweep, first = trained(Store(Path(folder)))
    print(f"an epoch of a lane of a race {race:.3f} s, of a sweep {sweep:.3f} s: {sweep / race:.2f} times")
    print(f"a sweep's first point after {first:.2f} s")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        times = sorted(range_tests(browser))
        opened, refreshed = page_of_a_thousand(browser)
        browser.close()
    print(
        f"click to the suggestions of a range test: {statistics.median(times):.1f} s, worst {times[-1]:.1f} s"
    )
    print(f"a sweep of 1,000 runs: {opened:.0f} ms of server time to open, {refreshed:.0f} ms to refresh")


def trained(store: Store) -> tuple[float, float, float]:
    """Seconds an epoch of a race and of a sweep, and seconds to the first point of the sweep."""
    candidates = tuple(Candidate(name, RunSpec(each, epochs=EPOCHS), PEAKS) for name, each in SHAPES.items())
    sweep = Sweep(candidates, (1,))
    lanes = [(f"{name}, {peak:g}", spec) for name, peak, spec in sweep.groups()[0]]
    jobs.ensure_worker(store)
    _wait(lambda: jobs.worker_state(store) == "idle")
    race_seconds, _ = _timed(store, lambda: store.add_race([lanes]))
    sweep_seconds, first = _timed(store, lambda: store.add_sweep(sweep.groups()))
    jobs.shut_down(store)
    return race_seconds / (len(lanes) * EPOCHS), sweep_seconds / (len(sweep.runs) * EPOCHS), first


def _timed(store, add):
    """Seconds until all runs have ended, and until the first epoch."""
    began = time.perf_counter()
    race = add()
    ids = [run.id for run in store.race(race)]
    _wait(lambda: any(store.epochs_of(ids[:12]).values()))
    first = time.perf_counter() - began
    _wait(lambda: not store.runs(("queued", "running"), limit=1))
    seconds = time.perf_counter() - began
    assert {run.status for run in store.race(race)} == {"completed"}
    return seconds, first


def page_of_a_thousand(browser) -> tuple[float, float]:
    """Milliseconds of server time to open the page of a sweep of 1,000 runs, and to refresh it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), LRLAB_HOME=folder) as (address, server),
    ):
        store = Store(Path(folder))
        sweep = simulated(store)
        process = psutil.Process(server.pid)
        page = browser.new_page(viewport=DESKTOP)
        link = f"{address}/choose?sweep={sweep}&choose.step=sweep"
        page.goto(link)  # loads what all pages need
        page.locator(".choose-table").wait_for()
        opened = []
        for _ in range(LOADS):
            settle(page)
            store.beat("w", os.getpid(), "busy")
            before = _cpu(process)
            page.reload()
            page.locator(".choose-table").wait_for()
            time.sleep(0.5)
            opened.append(_cpu(process) - before)
        spent, waiting = [], store.sweep_runs(sweep)[-REFRESHES:]
        time.sleep(2)
        for run in waiting:
            before = _cpu(process)
            store.beat("w", os.getpid(), "busy")  # or the server takes its runs for left alone
            store.record(run, replace(NEWEST, epoch=29, val_loss=0.4))
            time.sleep(1)  # as often as it is refreshed
            spent.append(_cpu(process) - before)
        return 1000 * statistics.median(opened), 1000 * statistics.median(spent)


def range_tests(browser) -> list[float]:
    """Seconds from a click on a warm worker to the suggestions of a range test of three seeds."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), LRLAB_HOME=folder) as (address, _):
        page = browser.new_page(viewport=DESKTOP)
        page.goto(f"{address}/?p")
        settle(page)
        page.get_by_role("link", name="Choose", exact=True).first.click()
        page.get_by_role("button", name="Test rates").click()
        page.locator(".st-key-choose_suggestions_1").wait_for()
        found = []
        for test in range(1, CLICKS + 1):
            settle(page)
            began = time.perf_counter()
            page.get_by_role("button", name="Test again").click()
            page.locator(f".st-key-choose_suggestions_{1 + 3 * test}").wait_for()  # the id of its first run
            found.append(time.perf_counter() - began)
        return found


def simulated(store: Store) -> int:
    """A sweep of 1,000 runs of which all but some have ended."""
    peaks = grid(0.001, 10, 25)
    shapes = [CosineDecay(k_decay=1 + number / 10) for number in range(8)]
    candidates = tuple(
        Candidate(f"Cosine {at}", RunSpec(each, epochs=30), peaks) for at, each in enumerate(shapes)
    )
    groups = Sweep(candidates, (1, 2, 3, 4, 5)).groups()
    store.beat("w", os.getpid(), "busy")
    sweep = store.add_sweep(groups, worker="w")
    runs = store.sweep_runs(sweep)
    for number, run in enumerate(runs):
        loss = 0.3 + 0.1 * abs(number % 25 - 14) / 10
        is_over = number < len(runs) - REFRESHES
        done = range(29 + is_over)
        epochs = (replace(NEWEST, epoch=at, val_loss=loss + 1 / (at + 1)) for at in done)
        store.record(run, *epochs)
        if is_over:
            store.finish(run.id, Outcome("completed"))
    return sweep


def _cpu(process):
    times = process.cpu_times()
    return times.user + times.system


def _wait(condition, seconds=600):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("It takes too long.")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
