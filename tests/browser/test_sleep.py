"""A browser that slept for longer than its session is kept: the page is right when it is back."""

import socket
import threading
import time
from contextlib import suppress

import pytest
from playwright.sync_api import expect

from lrlab.store import Store
from tests.browser import conftest
from tests.browser.conftest import serving, settle
from tests.browser.test_train import go_to_train, newest, points, start, type_number, wait_for_points
from tests.test_jobs import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.proof]
FORGETFUL = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}


class Line:
    """The line between a browser and a server, which can be cut."""

    def __init__(self, port):
        self._server, self._open, self._ends = ("127.0.0.1", port), True, []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self):
        self._open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends = []

    def mend(self):
        self._open = True

    def close(self):
        self.cut()
        self._listener.close()

    def _listen(self):
        with suppress(OSError):  # until it is closed
            while True:
                browser, _ = self._listener.accept()
                if not self._open:
                    browser.close()
                    continue
                server = socket.create_connection(self._server)
                self._ends += [browser, server]
                for pair in ((browser, server), (server, browser)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, target):
        with suppress(OSError):
            while part := source.recv(65_536):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(tmp_path, home):
    """A line to a server of the test's own that forgets a lost session after a second."""
    with serving(tmp_path, **FORGETFUL) as (address, _):
        line = Line(int(address.rpartition(":")[2]))
        yield line
        line.close()


def sleep(page, line):
    """Cut the line until the session is forgotten, and wait until the page is back."""
    line.cut()
    page.wait_for_selector("[data-test-connection-state]:not([data-test-connection-state=CONNECTED])")
    time.sleep(4)
    line.mend()
    page.wait_for_selector("[data-test-connection-state=CONNECTED]")
    settle(page)


def test_a_page_that_slept_has_its_settings_and_shows_the_run_as_it_is_now(line, contexts):
    store, page = Store(), contexts().new_page()  # that reports the lost line, as it should
    page.set_default_timeout(conftest.PATIENCE)
    page.goto(f"http://127.0.0.1:{line.port}")
    settle(page)
    go_to_train(page)
    type_number(page, "Epochs", 345)
    page.get_by_text("Images: ").first.wait_for()
    sleep(page, line)
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("345")
    start(page)
    wait_for_points(page, 2)
    assert newest(store).spec.epochs == 345
    before, address = points(page), page.url
    sleep(page, line)
    wait_for_points(page, before + 3)
    assert page.url == address
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(lambda: newest(store).status == "stopped")
    page.get_by_role("button", name="Go on", exact=True).wait_for()
    assert points(page) == len(store.epochs(newest(store).id))
    page.close()
