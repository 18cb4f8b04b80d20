"""How long many visitors wait, and what they cost: `make bench`, on Linux.

Each of 10, 30 and 50 visitors opens Explore, all at once, and then moves a slider every two seconds: alone,
and while a race trains that five others watch. Then 20 visitors come and leave ten times, and the last part
is `sessions`. Times are from a request to the end of its script, as a visitor without a browser sees them. A
page with an error ends this program.
"""

import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from lrlab.article import CURVES
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from lrlab.ui.shell.garbage import COLLECT_SECONDS
from tests.bench import sessions
from tests.bench.memory import memory
from tests.bench.visitor import visitor
from tests.browser.conftest import serving

VISITORS, WATCHERS, LANES = (10, 30, 50), 5, 6
MOVES, EVERY = 6, 2.0
SLIDER = "Decay $k$ (per epoch)"
ROUNDS, COMING = 10, 20
LOST_SECONDS = 5  # for a lost connection to come back; 30 are usual


def main() -> None:
    """Print the three parts."""
    print(f"{'visitors':<22}{'first page':>24}{'slider':>18}{'CPU':>10}{'memory before, peak':>26}")
    print(
        f"{'':<22}{'median, 95 %, last (s)':>24}{'median, 95 % (s)':>18}{'ms a move':>10}{'anonymous MB':>26}"
    )
    for is_racing in (False, True):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _served(folder) as served:
            store = Store(Path(folder))
            if is_racing:
                lanes = [(curve.name, RunSpec(curve.schedule, epochs=1000)) for curve in CURVES[:LANES]]
                store.add_race([lanes])
            asyncio.run(_crowds(*served, store, is_racing))
            print(f"after SIGTERM, server and worker end in {_ended(served[1]):.1f} s", flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _served(folder) as served:
        asyncio.run(_rounds(*served))
    sessions.main()


def _served(folder):
    lost = str(LOST_SECONDS)
    return serving(Path(folder), LRLAB_HOME=folder, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=lost)


def _ended(process):
    """The seconds from SIGTERM until the server and all that it started have ended."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    began = time.perf_counter()
    process.terminate()
    _, left = psutil.wait_procs(family, 60)
    assert not left, f"{len(left)} of {len(family)} processes have not ended after a minute."
    return time.perf_counter() - began


async def _crowds(address, process, store, is_racing):
    server, what = psutil.Process(process.pid), " and a race" if is_racing else ""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        watchers = []
        if is_racing:
            pages = [await stack.enter_async_context(visitor(address, page="train")) for _ in range(WATCHERS)]
            while not any(store.epochs(run.id) for runs in store.races().values() for run in runs):
                await asyncio.sleep(0.2)
            watchers = [tasks.create_task(page.watch(float("inf"))) for page in pages]
        else:
            async with visitor(address):
                pass
        for count in VISITORS:
            before = memory(server)
            openings, moves, spent, peak = await _crowd(address, server, count)
            cost = f"{1000 * spent / len(moves):.0f}" if not is_racing else ""
            print(
                f"{f'{count}{what}':<22}{_times(openings) + f' {max(openings):6.2f}':>24}{_times(moves):>18}"
                f"{cost:>10}{f'{before.anonymous:.0f}, {peak:.0f}':>26}",
                flush=True,
            )
        for watcher in watchers:
            watcher.cancel()
    await _left()
    print(f"after all have left: {memory(server)} MB", flush=True)


async def _crowd(address, server, count):
    """The seconds of each opening and of each move, the server's CPU seconds of the moves, and its memory."""
    async with AsyncExitStack() as stack:
        began = time.perf_counter()

        async def opened():
            page = await stack.enter_async_context(visitor(address))
            return page, time.perf_counter() - began

        found = await asyncio.gather(*(opened() for _ in range(count)))
        pages, openings = zip(*found, strict=True)
        cpu = sum(server.cpu_times()[:2])
        moves = await asyncio.gather(*(_moved(page, EVERY * at / count) for at, page in enumerate(pages)))
        spent, peak = sum(server.cpu_times()[:2]) - cpu, memory(server).anonymous
    return openings, [seconds for each in moves for seconds in each], spent, peak


async def _moved(page, wait):
    """Move the slider every two seconds, or later if the page has not answered; the seconds of each."""
    options, times = page.sliders[SLIDER].options, []
    for at in range(MOVES):
        await asyncio.sleep(wait)
        times.append(await page.run(move=(SLIDER, options[7 * (at + 1) % len(options)])))
        wait = max(EVERY - times[-1], 0)
    return times


async def _rounds(address, process):
    """Visitors come and leave again and again; what the second half of the rounds leaves behind."""
    server, states = psutil.Process(process.pid), []
    for number in range(1, ROUNDS + 1):
        async with AsyncExitStack() as stack:
            pages = [stack.enter_async_context(visitor(address)) for _ in range(COMING)]
            pages = await asyncio.gather(*pages)
            await asyncio.gather(
                *(page.run(move=(SLIDER, page.sliders[SLIDER].options[9])) for page in pages)
            )
        if number in (1, ROUNDS // 2, ROUNDS):
            await _left()
            states.append((memory(server), server.num_fds()))
            print(
                f"{COMING} visitors came and left {number} times: {states[-1][0]} MB, {states[-1][1]} files"
            )
    (_, (early, files), (late, more)) = states
    added = late.anonymous - early.anonymous
    print(
        f"rounds {ROUNDS // 2 + 1} to {ROUNDS} add {added:.0f} MB and {more - files} open files", flush=True
    )


async def _left():
    """Until lost connections are given up and garbage is collected."""
    await asyncio.sleep(LOST_SECONDS + COLLECT_SECONDS + 2)


def _times(seconds):
    ordered = sorted(seconds)
    return f"{statistics.median(ordered):.2f} {ordered[int(0.95 * len(ordered))]:6.2f}"


if __name__ == "__main__":
    main()
