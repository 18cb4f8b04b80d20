"""Links and runs with texts that could be images and links elsewhere: they are text, and nobody is asked."""

from urllib.parse import quote, urlsplit

import pytest

from lrlab.links.query import LONGEST
from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from tests.browser.conftest import settle
from tests.test_links_and_files import HOSTILE

pytestmark = pytest.mark.browser
IMAGE, LINK = "![p](http://elsewhere.invalid/p.png)", "[Log in](https://elsewhere.invalid)"
TEXTS = IMAGE, LINK, f"<img src=http://elsewhere.invalid/p.png>{IMAGE}"
NAMES = [*"esclxtorv", "by", "log", "each", "source", "run", "runs", "lesson", "show", "lock", "class"]


def opened(open_page, address):
    """A page, and all hosts that it asks."""
    page, asked = open_page(address), set()
    page.context.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    return page, asked


def is_text(page, asked, address):
    """Nobody else was asked, and no element points elsewhere."""
    settle(page)
    assert page.locator('[src*="elsewhere"], a[href*="elsewhere"]').count() == 0
    assert asked <= {urlsplit(address).hostname, None}
    assert page.get_by_text("encountered an error").count() == 0


@pytest.mark.parametrize("path", ["", "train", "choose", "compare", "lessons", "claims"])
def test_a_hostile_link_is_text(server, open_page, path):
    address = server.address
    page, asked = opened(open_page, address)
    pairs = [f"{name}={quote(TEXTS[at % len(TEXTS)])}" for at, name in enumerate(NAMES)]
    page.goto(f"{address}/{path}?{'&'.join(pairs)}")
    page.get_by_role("heading").first.wait_for()
    is_text(page, asked, address)
    if not path:
        page.get_by_text("![p](http").first.wait_for()


@pytest.mark.proof
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_hostile_text_in_any_link_asks_elsewhere(server, open_page, hostile):
    address = server.address
    page, asked = opened(open_page, address)
    pairs = [f"{name}={quote(hostile)}" for name in NAMES]
    at_once = max(LONGEST // (1 + max(map(len, pairs))), 1)  # a longer link is refused as a whole
    links = ["&".join(pairs[at : at + at_once]) for at in range(0, len(pairs), at_once)]
    for path in ("", "train", "choose", "compare", "lessons", "claims"):
        for link in links:
            page.goto(f"{address}/{path}?{link}")
            page.get_by_role("heading").first.wait_for()
            is_text(page, asked, address)


def test_a_hostile_run_is_text(own_server, home, open_page):
    address, _ = own_server
    page, asked = opened(open_page, address)
    store = Store()
    race = store.add_race([[(name, RunSpec(epochs=2)) for name in TEXTS]], worker="w")
    for run in store.race(race):
        store.record(run, Epoch(0, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.1))
        store.finish(run.id, Outcome("failed", f"It failed: {run.name}", details=run.name), "w")
    runs = ".".join(str(run.id) for run in store.race(race))
    for path in ("train", f"compare?runs={runs}"):
        page.goto(f"{address}/{path}")
        page.locator(".lrlab-chart .main-svg").first.wait_for()
        is_text(page, asked, address)
