"""Compare in a real browser: runs chosen with the mouse, drawn on linked charts, deleted and back again."""

import json

import pytest

from lrlab.lessons.reference import recorded
from lrlab.store import Store
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
ROW, HEAD = 35, 37


@pytest.fixture
def store(home):
    store = Store()
    store.add_results(recorded()[-12:])
    return store


def compare(open_page, address, query=""):
    page = open_page(f"{address}/?p")
    page.goto(f"{address}/compare{query}")
    settle(page)
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
    return page


def click_row(page, row):
    """Tick the box of a row of the table, which is drawn on a canvas."""
    box = page.locator("[data-testid=stDataFrame]").bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + HEAD + ROW * row + ROW / 2)
    settle(page)


def lines(page):
    """The names of the lines of the uppermost panel."""
    script = "c => c.data.filter(t => t.yaxis === 'y4' && !t.meta.band).map(t => t.name)"
    chart = page.locator(".lrlab-chart").first
    chart.locator(".plot-container").wait_for()
    return chart.evaluate(script)


def test_rows_that_are_ticked_are_drawn_and_named_in_the_address(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1")
    page.get_by_text("1 run chosen").wait_for()
    assert len(lines(page)) == 1
    click_row(page, 1)  # below the chosen one
    page.get_by_text("2 runs chosen").wait_for()
    two = "() => document.querySelector('.lrlab-chart').data.filter(t => t.yaxis === 'y4').length === 2"
    page.wait_for_function(two)
    newest, next_to_it = (entry.run for entry in store.listed()[:2])
    assert lines(page)[1].startswith(newest.name)
    page.wait_for_url(f"**/compare?runs=1.{newest.id}")
    click_row(page, 2)  # while one chooses, no row moves
    page.get_by_text("3 runs chosen").wait_for()
    page.wait_for_url(f"**/compare?runs=1.{newest.id}.{next_to_it.id}")
    click_row(page, 2)
    page.get_by_text("2 runs chosen").wait_for()
    page.wait_for_url(f"**/compare?runs=1.{newest.id}")
    page.reload()
    settle(page)
    page.get_by_text("2 runs chosen").wait_for()
    click_row(page, 0)
    page.get_by_text("1 run chosen").wait_for()
    page.wait_for_url(f"**/compare?runs={newest.id}")


def test_a_zoom_moves_all_four_panels(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2")
    lines(page)
    chart = page.locator(".lrlab-chart").first
    chart.scroll_into_view_if_needed()
    box = chart.locator(".bglayer, .plotbg, .draglayer .xy4 .nsewdrag").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 32, steps=5)
    page.mouse.up()
    zoomed = "() => { const [low, high] = document.querySelector('.lrlab-chart').layout.xaxis.range;"
    page.wait_for_function(f"{zoomed} return 5 < low && low < high && high < 55; }}")
    axes = chart.evaluate("c => [...new Set(c._fullData.map(t => t.xaxis))]")
    assert axes == ["x"], "one time axis for all panels"


def test_a_search_keeps_what_is_chosen(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2")
    page.get_by_placeholder("Name, tag").fill("wsd nothing like it")
    page.get_by_placeholder("Name, tag").press("Enter")
    page.get_by_text("No run matches").wait_for()
    page.get_by_text("2 runs chosen").wait_for()


def test_deleting_can_be_undone(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2")
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("2 runs were deleted").wait_for()
    assert len(store.listed()) == 10
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("2 runs chosen").wait_for()
    assert len(store.listed()) == 12


def test_a_run_is_renamed_and_tagged_from_its_card(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1")
    page.locator(".st-key-compare-menu-1 button").first.click()
    page.get_by_label("Name", exact=True).wait_for()
    settle(page)  # opening the menu draws the page anew
    page.get_by_label("Name", exact=True).fill("A name of my own $x$ <b>")
    page.get_by_label("Name", exact=True).press("Enter")
    settle(page)
    # The table has the name too, for readers only.
    page.get_by_text("A name of my own $x$ <b>").locator("visible=true").first.wait_for()
    assert store.run(1).name == "A name of my own $x$ <b>"


def test_what_is_exported_is_imported_elsewhere(own_server, store, open_page, tmp_path):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    file = tmp_path / "ours.json"
    download.value.save_as(file)
    whole = json.loads(file.read_text())
    assert len(whole["runs"]) == 2
    whole["runs"][0] |= {"created": 5.0, "name": "Of a friend"}
    file.write_text(json.dumps(whole))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Import", exact=True).first.click()
    page.locator("input[type=file]").set_input_files(file)
    settle(page)
    page.get_by_role("button", name="Import", exact=True).last.click()
    page.get_by_text("1 run was imported").wait_for()
    page.get_by_text("Tag for these runs").wait_for(state="hidden")
    assert len(store.listed()) == 13
