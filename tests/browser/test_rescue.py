"""The file of the runs is damaged while a run trains and is watched: the page says so by itself."""

import re

import pytest

from lrlab.store import Store
from tests.browser.conftest import settle
from tests.browser.test_train import go_to_train, newest, press_train, wait_for_points
from tests.test_faults import damage
from tests.test_jobs import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.proof]


def test_a_message_comes_by_itself_and_stays_until_it_is_dismissed(own_server, home, open_page):
    address, _ = own_server
    store = Store()
    page = open_page(address)
    go_to_train(page)
    press_train(page, images=1000, epochs=400)
    wait_for_points(page, 2)
    run = newest(store).id
    damage(store, "runs_by_status")
    message = page.get_by_text("The file with all runs was damaged.")
    message.wait_for()
    page.get_by_text(re.compile(r"1 run that could be read was saved to a new file\.")).wait_for()
    done = len(store.epochs(run))
    wait_for_points(page, done + 2)  # it trains on, and the page shows it
    page.reload()
    settle(page)
    message.wait_for()
    page.get_by_role("button", name="Dismiss").click()
    message.wait_for(state="detached")
    page.reload()
    settle(page)
    assert message.count() == 0
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(lambda: store.run(run).status == "stopped")
