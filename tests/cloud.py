"""A rehearsal of Streamlit Community Cloud: `make cloud`, about six minutes.

It takes what the last commit has, makes a clean environment from `requirements.txt` alone, and starts the app
as the service does, with `LRLAB_PUBLIC=1` and an empty disk. Ten visitors race. The server is stopped, and
started again with an empty disk. The same links open, and say what is gone.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.bench.visitor import PATIENCE, Visitor, connected

ROOT = Path(__file__).parents[1]
VISITORS = 10
RACE = "Race two schedules"
STOP_SECONDS = 5


class Racer(Visitor):
    """A visitor who reads what a page says, and presses its buttons."""

    def __init__(self, connection, query="", page=""):
        super().__init__(connection, query)
        self.page, self.buttons, self.texts = page, {}, []

    async def run(self, *args, **kwargs):
        self.buttons, self.texts = {}, []
        return await super().run(*args, **kwargs)

    async def press(self, label: str) -> None:
        """Press the first button whose label begins so."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_name = self.query, self.page
        pressed = rerun.widget_states.widgets.add()
        pressed.id = next(id for name, id in self.buttons.items() if name.startswith(label))
        pressed.trigger_value = True
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until_finished(), PATIENCE)

    def _see(self, element, fragment):
        super()._see(element, fragment)
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons.setdefault(element.button.label, element.button.id)
        elif kind in ("markdown", "alert"):
            self.texts.append(getattr(element, kind).body)


async def visit(stack: AsyncExitStack, address: str, query: str = "", page: str = "") -> Racer:
    """A new visitor of that page."""
    racer = Racer(await stack.enter_async_context(connected(address)), query, page)
    await racer.run()
    return racer


@contextmanager
def serving(code: Path, python: Path, disk: Path):
    """The app as the service starts it; at the end it must stop in time."""
    disk.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        python.with_name("streamlit"),
        "run",
        "app.py",
        f"--server.port={port}",
        "--server.headless=true",
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(disk), "LRLAB_PUBLIC": "1"}
    if "LRLAB_DATA_DIR" in os.environ:  # a rehearsal downloads nothing
        environment["LRLAB_DATA_DIR"] = os.environ["LRLAB_DATA_DIR"]
    log = disk.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=code, env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        address, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while True:
            try:
                requests.get(f"{address}/_stcore/health", timeout=5).raise_for_status()
                break
            except requests.RequestException:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield address
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
        print(f"Stopped in {time.monotonic() - began:.1f} s.")
    finally:
        process.kill()
        process.wait()
        said = log.read_text(errors="replace")
        if "Traceback" in said:
            print(said, file=sys.stderr)
            raise SystemExit("The server's log has an error.")


async def race(address: str) -> None:
    """Ten visitors race two schedules each, and wait until all have ended."""
    async with AsyncExitStack() as stack:
        racers = [await visit(stack, address) for _ in range(VISITORS)]
        await asyncio.gather(*(racer.press(RACE) for racer in racers))
        began = time.monotonic()
        for number, racer in enumerate(racers, 1):
            racer.page = "train"
            while not any("wins" in text or "Nothing is decided" in text for text in racer.texts):
                assert time.monotonic() - began < 900, racer.texts
                await asyncio.sleep(1)
                await racer.run()
            print(f"Visitor {number}: the race has ended after {time.monotonic() - began:.0f} s.", flush=True)


async def gone(address: str) -> None:
    """The links of before say that their runs are gone, and curves open as they were."""
    async with AsyncExitStack() as stack:
        await visit(stack, address)  # a server's first visitor is asked to load the page again
        for query, page, words in (
            ("run=1", "train", "which does not exist here"),
            ("runs=1.2", "compare", "runs that do not exist here"),
        ):
            texts = (await visit(stack, address, query, page)).texts
            assert any(words in text.replace("\\", "") for text in texts), texts
            print(f"/{page}?{query} says: {next(text for text in texts if words in text)}")
        racer = await visit(stack, address, "e=30&c=cosine~0.2~_nMine")
        assert any("Mine" in text for text in (*racer.texts, *racer.buttons)), racer.texts


def main() -> None:
    """Rehearse it all; an error ends with another exit code than 0."""
    with TemporaryDirectory() as folder:
        code, python = Path(folder, "code"), Path(folder, "venv/bin/python")
        subprocess.run(["git", "clone", "-q", str(ROOT), str(code)], check=True)
        subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
        install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", "requirements.txt"]
        subprocess.run([str(python), *install], cwd=code, check=True)
        with serving(code, python, Path(folder, "disk")) as address:
            asyncio.run(race(address))
        shutil.rmtree(Path(folder, "disk"))
        with serving(code, python, Path(folder, "new-disk")) as address:
            asyncio.run(gone(address))
        print("The rehearsal has passed.")


if __name__ == "__main__":
    main()
