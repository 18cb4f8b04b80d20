"""What a rerun of Explore costs while other visitors have the page open: `make bench`.

CPU milliseconds of the server for each of RERUNS reruns, the mean, with Streamlit's own collection of garbage
after each run and without it, as LR Lab is set.
"""

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from tests.bench.visitor import visitor
from tests.browser.conftest import serving

IDLE = (0, 30, 100)
RERUNS = 20


async def measured(address: str, process) -> list[float]:
    """CPU milliseconds a rerun, for each number of idle sessions."""
    server, costs = psutil.Process(process.pid), []
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(visitor(address))
        idle = 0
        for wanted in IDLE:
            for _ in range(wanted - idle):
                await stack.enter_async_context(visitor(address))
            idle = wanted
            await one.run()
            before = sum(server.cpu_times()[:2])
            for _ in range(RERUNS):
                await one.run()
            costs.append((sum(server.cpu_times()[:2]) - before) / RERUNS * 1000)
    return costs


def main() -> None:
    """Print a line for each setting."""
    print(f"CPU ms a rerun with {', '.join(map(str, IDLE))} idle sessions")
    for collected, what in (("true", "collected after each run"), ("false", "as LR Lab is set")):
        folder = Path(tempfile.mkdtemp())
        os.environ["LRLAB_HOME"] = str(folder / "home")
        with serving(folder, STREAMLIT_RUNNER_POST_SCRIPT_GC=collected) as (address, process):
            costs = asyncio.run(measured(address, process))
        print(f"{what:<25}", *(f"{cost:5.0f}" for cost in costs), flush=True)


if __name__ == "__main__":
    main()
