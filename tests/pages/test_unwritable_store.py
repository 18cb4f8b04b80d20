"""Where nothing can be written, each page is shown, and a press says that it was not done."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab import jobs
from lrlab.store import Store
from tests.pages import TIMEOUT, as_read
from tests.pages.test_locked_store import button
from tests.store.test_rescue import trained

pytestmark = [
    pytest.mark.pages,
    pytest.mark.skipif(os.name != "posix", reason="limits what a process may write"),
]
APP = Path(__file__).parents[2] / "app.py"
PAGES = ("lab/explore", "lab/train", "lab/choose", "lab/compare", "learn/lessons", "learn/claims")

if os.name == "posix":
    from tests.unwritable import full_disk, read_only


@pytest.mark.parametrize("fault", ["a full disk", "a read-only folder"])
def test_pages_are_shown_and_a_press_is_refused(home, fault):
    store = Store()
    jobs.shut_down(store)
    run = trained(store)
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.switch_page("pages/lab/compare.py").run()
    if fault == "a full disk":  # and the charts' scripts are in the cache already
        for name in PAGES:
            page.switch_page(f"pages/{name}.py").run()
        jobs.shut_down(store)
    with full_disk() if fault == "a full disk" else read_only(home):
        for name in PAGES:
            page.switch_page(f"pages/{name}.py").run()
            assert not page.exception, name
            assert not page.error, (name, [error.value for error in page.error])
            assert page.title, name
        page.switch_page("pages/lab/compare.py").run()
        button(page, "Delete").click().run()
        said = [as_read(toast.value) for toast in page.toast]
        assert any(text.startswith("That was not done. ") for text in said)
        assert not page.exception
        assert store.run(run)
    button(page, "Delete").click().run()
    assert not store.run(run)
