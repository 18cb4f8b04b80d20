"""A real server and a real Chromium; any error in its console or in the server's log fails the test."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from lrlab.store import Store
from tests.browser.chromium import find
from tests.conftest import shared_home, with_real_data

ROOT = Path(__file__).parents[2]
PATIENCE = 180_000  # milliseconds, until it is sure that nothing more will come
DESKTOP = {"width": 1440, "height": 900}
expect.set_options(timeout=PATIENCE)


# What Streamlit itself logs if a page is closed while it connects.
CLOSED_EARLY = re.compile(
    r"Exception in ASGI application\nTraceback (?:(?!Exception in ASGI).)*?_websocket_endpoint"
    r"(?:(?!Exception in ASGI).)*?WebSocketDisconnected: Cannot call \"send\" once[^\n]*\n",
    re.DOTALL,
)


@contextmanager
def serving(folder, script="app.py", command=None, cwd=ROOT, **environment):
    """Serve the app from this checkout, its log in `folder`; yields (address, process).

    `command`, a function of the port, serves another one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    streamlit = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(port) if command else [*streamlit, *options],
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, process, log)
        yield address, process
    finally:
        process.kill()
        process.wait()
    said = CLOSED_EARLY.sub("", log.read_text(errors="replace"))
    assert "Traceback" not in said, said


def _wait_until_healthy(address, process, log):
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until and process.poll() is None:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(f"{address}/_stcore/health", timeout=10).ok:
                return
        time.sleep(0.1)
    raise AssertionError(f"The server did not come up:\n{log.read_text(errors='replace')}")


@pytest.fixture
def own_server(tmp_path, home):
    """A server for one test, without network, without data and without runs; yields (address, process)."""
    with serving(tmp_path) as served:
        yield served


class Served(NamedTuple):
    """A server that the tests of a module share, and the store that it keeps its runs in."""

    address: str
    process: subprocess.Popen
    store: Store


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server without network and without data, and its store."""
    with _shared(tmp_path_factory.mktemp("server")) as served:
        yield served


@pytest.fixture(scope="module")
def server_with_data(tmp_path_factory):
    """A server that has Fashion-MNIST, and its store."""
    with _shared(tmp_path_factory.mktemp("server"), with_real_data) as served:
        yield served


@contextmanager
def _shared(folder, prepare=lambda monkeypatch: None):
    with shared_home(folder) as monkeypatch:
        prepare(monkeypatch)
        with serving(folder) as (address, process):
            yield Served(address, process, Store())


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all tests."""
    path = find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium: run `python tests/browser/chromium.py`.")
        pytest.skip("needs Chromium: run `python tests/browser/chromium.py`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(chromium):
    """Browser contexts by their options: pages of a module share one, with its cache of scripts."""
    made = {}

    def context(**options):
        key = tuple(sorted(options.items()))
        if key not in made:
            made[key] = chromium.new_context(**options)
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def open_page(contexts):
    """A function that opens an address in a new page; errors in any page fail the test."""
    errors, pages = [], []

    def open_page(address, viewport=DESKTOP, color_scheme="light", **options):
        page = contexts(**options).new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: _is_error(message) and errors.append(message.text))
        page.goto(address)
        settle(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []


def _is_error(message):
    # On a deep link Streamlit looks for its own address by trying some; the browser reports each 404.
    probing = re.search(r"/\w+/_stcore/(health|host-config)$", message.location.get("url", ""))
    return message.type == "error" and not probing


def settle(page):
    """Wait until the script of the page has run."""
    page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
