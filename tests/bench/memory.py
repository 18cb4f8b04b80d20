"""The memory of the server and its worker: `make bench`, on Linux.

In megabytes, PSS (memory shared by several processes is divided among them) and anonymous memory (what no
file holds). Idle, with a warm worker; the most during some epochs of the article's run; and the most during a
race of six lanes on all 60,000 images. A visitor watches each.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from lrlab.article import CURVES
from lrlab.runs.spec import RunSpec
from lrlab.schedules import ExponentialDecay
from lrlab.store import Store
from tests.bench.visitor import PATIENCE, visitor
from tests.browser.conftest import serving

LANES, IMAGES = 6, 60_000
EPOCHS = {"the article's run": 20, f"{LANES} lanes, {IMAGES:,} images": 2}
SETTLED = 5  # seconds


class Memory(NamedTuple):
    """Megabytes."""

    pss: float
    anonymous: float

    def __str__(self) -> str:
        return f"{self.pss:.0f} PSS, {self.anonymous:.0f} anonymous"


def memory(*processes: psutil.Process) -> Memory:
    """The memory of these processes together."""
    found = [_rollup(process.pid) for process in processes]
    return Memory(*(sum(sizes[name] for sizes in found) / 1024 for name in ("Pss", "Anonymous")))


def _rollup(pid):
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}


def main() -> None:
    """Print a line for each state."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serving(Path(folder), LRLAB_HOME=folder) as served,
    ):
        asyncio.run(measured(*served, Store(Path(folder))))


async def measured(address: str, process, store: Store) -> None:
    """Print the memory in each state, as it is measured."""
    server = psutil.Process(process.pid)
    async with visitor(address, page="train"):
        await _until(lambda: store._read("SELECT * FROM workers WHERE state = 'idle'"))
    (worker,) = [child for child in server.children() if "lrlab.training.worker" in child.cmdline()]
    await asyncio.sleep(SETTLED)
    print(f"{'memory (MB)':<28}{'server':<32}{'worker':<32}both", flush=True)
    _report("idle", memory(server), memory(worker), memory(server, worker))
    races = [
        [("exponential", RunSpec(ExponentialDecay(0.5, 0.1)))],
        [(curve.name, RunSpec(curve.schedule, train_images=IMAGES)) for curve in CURVES[:LANES]],
    ]
    for (name, epochs), lanes in zip(EPOCHS.items(), races, strict=True):
        runs = store.race(store.add_race([lanes]))
        most = [Memory(0, 0)] * 3
        async with visitor(address, page="train") as watching:
            while min(len(store.epochs(run.id)) for run in runs) < epochs:
                await watching.watch(2)
                now = memory(server), memory(worker), memory(server, worker)
                most = [
                    Memory(*map(max, zip(one, other, strict=True)))
                    for one, other in zip(most, now, strict=True)
                ]
        store.request_stop(*(run.id for run in runs))
        await _until(lambda runs=runs: not any(store.run(run.id).active for run in runs))
        _report(name, *most)


def _report(name, *found):
    print(f"{name:<28}{found[0]!s:<32}{found[1]!s:<32}{found[2]!s}", flush=True)


async def _until(found):
    until = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < until, "The worker does not answer."
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
