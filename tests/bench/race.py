"""How soon a race is seen, and what it costs to look at it: `make bench`.

First the time from a click to a finished race of two, with a cold worker, and to the first point, with a
warm one. Then what a refresh
takes of the server's processor, and how many bytes it sends, at six lanes of 100 epochs that grow by
one each second, as against the first one, which sends everything.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import sync_playwright

from lrlab.article import CURVES
from lrlab.runs.records import Epoch, Steps
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle

POINT = (
    "() => [...document.querySelectorAll('.lrlab-chart')].some(c => c.data?.length > 3 && c.data[0].x.length)"
)
CLICKS, LANES, EPOCHS, REFRESHES = 3, 6, 100, 10


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        print(f"click to a finished race of two, with a cold worker: {short_race(browser):.1f} s")
        times = sorted(first_points(browser))
        print(f"click to first point: median {statistics.median(times):.2f} s, worst {times[-1]:.2f} s")
        milliseconds, whole, each = refreshes(browser)
        print(f"a refresh of {LANES} lanes x {EPOCHS} epochs: {milliseconds:.0f} ms of server time")
        print(f"bytes: {whole:,} for the whole page, {each:,.0f} for a refresh")
        browser.close()


def first_points(browser):
    """Seconds from a click on Train to the first point, several times on one warm worker."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), LRLAB_HOME=folder) as (address, _):
        page = browser.new_page(viewport=DESKTOP)
        page.goto(f"{address}/?p")
        settle(page)
        page.get_by_role("link", name="Train", exact=True).first.click()
        start = page.get_by_role("button", name="Train 1 schedule")
        start.wait_for()
        store = Store(folder)
        while store._read("SELECT * FROM workers WHERE state = 'idle'") == []:
            time.sleep(0.1)
        for _ in range(CLICKS):
            began = time.perf_counter()
            start.click()
            page.wait_for_function(POINT, polling=20)
            yield time.perf_counter() - began
            page.get_by_role("button", name="Stop", exact=True).click()
            page.get_by_text("stopped").first.wait_for()
            page.get_by_role("button", name="Show the form").click()


def short_race(browser):
    """Seconds from the click on the first page to a finished race of two, with a worker that loads first."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), LRLAB_HOME=folder) as (address, _):
        page = browser.new_page(viewport=DESKTOP)
        page.goto(address)
        settle(page)
        button = page.get_by_role("button", name="Race two schedules in 20 seconds")
        button.wait_for()
        began = time.perf_counter()
        button.click()
        page.get_by_role("link", name="Compare and export").wait_for()
        return time.perf_counter() - began


def refreshes(browser):
    """Milliseconds of server time a refresh, and the bytes of the first drawing and of a refresh."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        race = store.add_race([[(curve.name, RunSpec(curve.schedule)) for curve in CURVES[:LANES]]], "bench")
        runs = store.race(race)
        grow(store, runs, 0, EPOCHS - REFRESHES)
        with serving(Path(folder), LRLAB_HOME=folder) as (address, server):
            page = browser.new_page(viewport=DESKTOP)
            sizes = []
            page.on(
                "websocket",
                lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))),
            )
            page.goto(f"{address}/?p")
            settle(page)
            page.get_by_role("link", name="Train", exact=True).first.click()
            page.wait_for_function(POINT, timeout=60_000)
            page.wait_for_timeout(4000)
            whole, process = sum(sizes), psutil.Process(server.pid)
            sizes.clear()
            before = sum(process.cpu_times()[:2])
            for epoch in range(EPOCHS - REFRESHES, EPOCHS):
                grow(store, runs, epoch, epoch + 1)
                page.wait_for_timeout(1000)
            spent = sum(process.cpu_times()[:2]) - before
            page.close()
    return 1000 * spent / REFRESHES, whole, sum(sizes) / REFRESHES


def grow(store, runs, first, last):
    """Record epochs as a worker would, and its heartbeat."""
    store.beat("bench", os.getpid(), "busy")
    for run in runs:
        rates = run.spec.plan.epoch_rates()
        for epoch in range(first, last):
            loss = 2 * float(np.exp(-epoch / 40)) + 0.01 * run.lane
            update = Steps(
                250 * epoch, np.full(250, loss, np.float32), np.full(250, rates[epoch], np.float32)
            )
            values = (rates[epoch], rates[epoch], loss, 0.8, loss + 0.1, 0.79, 0.2, 1.5, 0.001)
            store.record(run, update, Epoch(epoch, *map(float, values)))


if __name__ == "__main__":
    main()
