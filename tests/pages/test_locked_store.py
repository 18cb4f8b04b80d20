"""While another program locks the store, a press is refused in a sentence, and the page stays."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab import jobs
from lrlab.lessons.reference import recorded
from lrlab.runs.spec import RunSpec
from lrlab.store import Store, file
from tests.pages import TIMEOUT, as_read
from tests.pages.test_train import running

pytestmark = pytest.mark.pages
APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.2)


@contextmanager
def locked(store):
    """Lock the store as a program does that writes for long."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def button(page, label):
    return next(button for button in page.button if button.label == label)


def is_refused(page):
    """The page says that nothing was done, and is there."""
    said = [as_read(toast.value) for toast in page.toast]
    assert not page.exception
    assert any(text.startswith("That was not done. ") and "locked" in text for text in said), said
    assert page.title


@pytest.mark.parametrize("label", ["Pause", "Stop", "Set the rate by hand"])
def test_a_press_on_train(home, label):
    store = Store()
    jobs.shut_down(store)
    race = running(store)
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.switch_page("pages/lab/train.py").run()
    before = store.run(race)
    with locked(store):
        button(page, label).click().run()
        is_refused(page)
    assert store.run(race) == before
    button(page, label).click().run()
    assert store.run(race) != before
    assert not page.exception


def test_a_press_on_what_waits(home):
    store = Store()
    jobs.shut_down(store)
    running(store)
    first, second = (store.add(RunSpec(epochs=2), name) for name in ("One", "Two"))
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["run"] = "1"
    page.switch_page("pages/lab/train.py").run()
    for key in (f"Up.{second}.0", f"Withdraw.{first}.0"):
        with locked(store):
            page.button(key=key).click().run()
            is_refused(page)
    assert [*store.queue()] == [(first, 0), (second, 0)]


def test_a_press_on_compare(home):
    store = Store()
    jobs.shut_down(store)
    (run,) = store.add_results(recorded()[:1])
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["runs"] = str(run)
    page.switch_page("pages/lab/compare.py").run()
    with locked(store):
        button(page, "Delete").click().run()
        is_refused(page)
    assert store.run(run)
    button(page, "Delete").click().run()
    with locked(store):
        button(page, "Undo").click().run()
        is_refused(page)
    button(page, "Undo").click().run()
    assert store.run(run)
