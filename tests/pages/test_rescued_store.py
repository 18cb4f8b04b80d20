"""A store that is damaged or gone while one looks at it: each page says what happened, and leads back."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab import jobs
from lrlab.store import Store, backups, rescue
from tests.pages import TIMEOUT, as_read
from tests.pages.test_locked_store import button
from tests.store.test_rescue import trained

pytestmark = pytest.mark.pages
APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def store(home, monkeypatch):
    """A store with three runs, and a backup of it with two."""
    monkeypatch.setattr(rescue, "AGAIN_SECONDS", 0)
    store = Store()
    jobs.shut_down(store)
    trained(store), trained(store)
    os.utime(store.path.with_suffix(".lock"), (0, 0))
    backups.back_up_if_due(store.path)
    trained(store)
    return store


@pytest.fixture
def page(store):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.switch_page("pages/lab/compare.py").run()
    assert warnings(page) == []
    return page


def warnings(page):
    assert not page.exception
    assert not page.error
    return [as_read(warning.value) for warning in page.warning]


def labels(page):
    return [button.label for button in page.button]


def test_text_in_place_of_the_store_is_said_with_the_way_back(store, page):
    store.path.write_text("No database")
    page.run()
    (said,) = warnings(page)
    assert said.startswith("The file with all runs was damaged. At ")
    assert "0 runs that could be read were saved to a new file." in said
    assert "The damaged file is kept as runs.damaged-" in said
    page.switch_page("pages/lab/explore.py").run()
    assert warnings(page) == [said]
    (label,) = [label for label in labels(page) if label.startswith("Go back to the backup of ")]
    assert label.endswith(" with 2 runs")
    button(page, label).click().run()
    assert len(store.runs()) == 2
    first, second = warnings(page)
    assert first == said
    assert second.startswith("The backup of ")
    assert "The file that was in use before is kept as runs.replaced-" in second
    assert label not in labels(page)
    another = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    assert warnings(another) == [first, second]
    for left in (1, 0):
        button(another, "Dismiss").click().run()
        assert len(warnings(another)) == left
    page.run()
    assert warnings(page) == []


def test_a_store_that_was_removed_is_said_with_the_way_back(store, page):
    store.path.unlink()
    page.run()
    (said,) = warnings(page)
    assert said.startswith("The file with all runs was gone. Since ")
    assert store.runs() == []
    assert any(label.endswith(" with 2 runs") for label in labels(page))


def test_a_press_that_meets_damage_is_refused_and_works_the_next_time(store, page):
    os.truncate(store.path, 4096 * 3)
    button(page, "Delete").click().run()
    assert any("was damaged" in as_read(toast.value) for toast in page.toast)
    assert len(warnings(page)) == 1


def test_visitors_of_a_public_server_see_it_and_change_nothing(store, page, monkeypatch):
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    store.path.write_text("No database")
    page.run()
    assert len(warnings(page)) == 1
    assert not [label for label in labels(page) if label == "Dismiss" or "backup" in label]


def test_without_a_backup_that_is_said(store, page):
    for backup in store.folder.glob("runs.backup-*"):
        backup.unlink()
    store.path.write_text("No database")
    page.run()
    assert "There is no backup yet." in [text.value for text in page.markdown]
