"""A picture in SVG on a page: its width, its colours, and that new data take its place without a jump."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, serving, settle
from tests.browser.picture_page import PEAKS

pytestmark = pytest.mark.browser

SCRIPT = "from tests.browser.picture_page import page\n\npage()\n"
HOST = "document.querySelector('.lrlab-picture')"
COLOR = f"getComputedStyle({HOST}.querySelector('circle')).fill"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("picture")
    (folder / "page.py").write_text(SCRIPT)
    with serving(folder, folder / "page.py", PYTHONPATH=str(ROOT)) as (address, _):
        yield address


def width(page):
    """How wide the picture that is shown was drawn."""
    return float(page.locator(".lrlab-picture > svg").get_attribute("width"))


def test_it_is_wide_or_narrow_by_its_room_and_is_said_in_words(address, open_page):
    page = open_page(address)
    shown = page.get_by_role("img", name=re.compile("^Final validation loss over the peak learning rate"))
    expect(shown).to_have_count(1)
    expect(page.locator(".lrlab-picture > svg")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".lrlab-picture > svg")).to_have_attribute("width", "350")
    size = page.evaluate(f"[...{HOST}.querySelectorAll('text')].map(t => t.getBoundingClientRect().height)")
    assert min(size) >= 12
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".lrlab-picture text", has_text="<script>alert('x").first).to_be_visible()
    expect(page.locator(".lrlab-picture script")).to_have_count(0)


def test_it_has_the_colours_of_the_theme(address, open_page):
    light = open_page(address)
    expect(light.locator(".lrlab-picture > svg")).to_have_count(1)
    assert light.evaluate(COLOR) in ("rgb(0, 114, 178)", "rgb(0, 128, 92)", "rgb(143, 116, 0)")
    seen = light.evaluate(COLOR)
    light.emulate_media(color_scheme="dark")
    light.wait_for_function(f"{COLOR} !== '{seen}'")
    assert light.evaluate(COLOR) in ("rgb(86, 180, 233)", "rgb(55, 200, 154)", "rgb(240, 227, 94)")


def test_new_data_take_its_place_without_a_jump(address, open_page):
    page = open_page(address, viewport={"width": 1440, "height": 900})
    expect(page.locator(".lrlab-picture > svg")).to_have_count(1)
    page.evaluate(f"window.host = {HOST}")
    page.evaluate(
        "window.heights = new Set(); const watch = () => {"
        f"heights.add(Math.round({HOST}?.getBoundingClientRect().height ?? 0));"
        "requestAnimationFrame(watch); }; watch();"
    )
    for number in range(3, len(PEAKS)):
        page.get_by_role("button", name="More").click()
        expect(page.get_by_text(f"{9 * number} runs")).to_be_visible()
        expect(page.locator(".lrlab-picture path")).to_have_count(3)
        settle(page)
        page.wait_for_function(f"{HOST}.querySelectorAll('circle').length >= {6 * number}")
    assert page.evaluate(f"host === {HOST}"), "the same element"
    assert len(page.evaluate("[...heights]")) == 1
