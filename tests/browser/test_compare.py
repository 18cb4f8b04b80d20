"""Compare in a real browser: runs chosen with the mouse, drawn on linked charts, deleted and back again."""

import json
import os
import threading
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import expect

from lrlab.lessons.evidence import recipe_of
from lrlab.lessons.recipes import RACED
from lrlab.lessons.reference import recorded
from lrlab.store import Store
from tests.browser.conftest import settle
from tests.browser.test_train import held_click

pytestmark = pytest.mark.browser
ROW, HEAD = 35, 37
LOST = 15_000  # milliseconds after which a click is lost


@pytest.fixture
def store(home):
    store = Store()
    store.add_results(recorded()[-12:])
    return store


@contextmanager
def racing(store, lanes=6, seconds=0.4):
    """A race under way: a worker that writes recorded results, an epoch each so many seconds."""
    results = [result for result in recorded() if recipe_of(result.spec) in RACED][:lanes]
    race = store.add_race([[(result.name, result.spec) for result in results]])
    runs, over = store.claim("writer"), threading.Event()
    for run in runs:
        store.set_data(run.id, "fashion-mnist", "a test", {})

    def write():
        for epochs in zip(*(result.epochs for result in results), strict=True):
            store.beat("writer", os.getpid(), "busy")
            for run, epoch in zip(runs, epochs, strict=True):
                store.record(run, epoch)
            if over.wait(seconds):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield store.race(race)
    finally:
        over.set()
        writer.join()


def compare(open_page, address, query=""):
    page = open_page(f"{address}/?p")
    page.goto(f"{address}/compare{query}")
    settle(page)
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
    return page


def click_row(page, row, held=0.0):
    """Tick the box of a row of the table, which is drawn on a canvas; press it so many seconds."""
    box = page.locator("[data-testid=stDataFrame]").bounding_box()
    page.mouse.move(box["x"] + 18, box["y"] + HEAD + ROW * row + ROW / 2)
    page.mouse.down()
    page.wait_for_timeout(1000 * held)
    page.mouse.up()
    settle(page)


def lines(page):
    """The names of the lines of the uppermost panel."""
    script = "c => c.data.filter(t => t.yaxis === 'y2' && t.name).map(t => t.name)"
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
    drawn = "document.querySelector('.lrlab-chart').data.filter(t => t.yaxis === 'y2' && t.name)"
    two = f"() => {drawn}.length === 2"
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


@pytest.mark.parametrize(("panel", "uppermost"), [("Accuracy", "y2"), ("All", "y4")])
def test_a_zoom_moves_all_panels(own_server, store, open_page, panel, uppermost):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2")
    lines(page)
    chart = page.locator(".lrlab-chart").first
    chart.evaluate("chart => { chart.stays = true; }")
    page.get_by_role("radio", name=panel, exact=True).click()
    titles = "document.querySelector('.lrlab-chart').layout.annotations"
    is_top = "note => note.yref === `${axis} domain` && note.text.startsWith('<b>Validation')"
    page.wait_for_function(f"axis => {titles}.some({is_top})", arg=uppermost)
    settle(page)
    assert chart.evaluate("chart => chart.stays"), "the chart is the same, with its zoom"
    chart.scroll_into_view_if_needed()
    box = chart.locator(f".draglayer .x{uppermost} .nsewdrag").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 32, steps=5)
    page.mouse.up()
    zoomed = "() => { const [low, high] = document.querySelector('.lrlab-chart').layout.xaxis.range;"
    page.wait_for_function(f"{zoomed} return 5 < low && low < high && high < 55; }}")
    axes = chart.evaluate("c => [...new Set(c._fullData.map(t => t.xaxis))]")
    assert axes == ["x"], "one time axis for all panels"


def test_a_charts_tools_cover_nothing(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=" + ".".join(map(str, range(1, 13))))
    page.get_by_text("View", exact=True).click()
    page.get_by_text("Join seeds").click()
    lines(page)
    page.locator(".lrlab-chart").hover()
    where = "all => all.map(each => each.getBoundingClientRect())"
    tools = page.locator(".lrlab-chart .modebar-group").evaluate_all(where)
    others = page.locator(".lrlab-chart .legendtext, .st-key-compare-charts label, .lrlab-chart .nsewdrag")
    boxes = others.evaluate_all(where)
    assert tools
    assert len(boxes) >= 6, "two panels, and the names of the measures"
    for tool in tools:
        for box in boxes:
            beside = tool["right"] <= box["left"] or box["right"] <= tool["left"]
            assert beside or tool["bottom"] <= box["top"] or box["bottom"] <= tool["top"], (tool, box)


def test_the_chart_stays_in_view_beside_the_cards(own_server, store, open_page):
    address, _ = own_server
    page = compare(open_page, address, "?runs=1.2.3.4.5.6")
    lines(page)
    page.locator("[class*=st-key-compare-card-]").last.scroll_into_view_if_needed()
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    inside = """() => {
      const { top, bottom } = document.querySelector(".lrlab-chart").getBoundingClientRect();
      const scrolled = document.querySelector("[data-testid=stMain]").scrollTop;
      return 50 < top && bottom < innerHeight && scrolled > 500;
    }"""
    page.wait_for_function(inside)


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


@pytest.mark.proof  # the same on Train is in `make test`
def test_no_click_is_lost_while_a_race_is_refreshed(own_server, store, open_page):
    """50 clicks at any time of a refresh: ticks of rows, a control of segments, a switch and a button."""
    address, _ = own_server
    with racing(store) as runs:
        every = "?runs=" + ".".join(str(run.id) for run in runs)
        page = compare(open_page, address, every)
        page.get_by_text("6 runs chosen").wait_for()
        lines(page)
        ticked, epoch_1 = set(range(6)), False
        for click in range(50):
            if click % 2:
                row = click // 2 % 6
                ticked ^= {row}
                click_row(page, row, held=0.12)
            elif click % 8 == 0:
                epoch_1 = not epoch_1
                held_click(page, page.get_by_text("Show epoch 1"))
                switch = page.get_by_role("switch", name="Show epoch 1")
                expect(switch).to_be_checked(checked=epoch_1, timeout=LOST)
            elif click % 8 == 6:
                ticked = set()
                held_click(page, page.get_by_role("button", name="Clear selection"))
            else:
                panel = ("Accuracy", "Training loss", "All", "Validation loss")[click // 2 % 4]
                held_click(page, page.get_by_text(panel, exact=True).first)
                expect(page.get_by_role("radio", name=panel, exact=True)).to_be_checked(timeout=LOST)
            chosen = "1 run chosen" if len(ticked) == 1 else f"{len(ticked)} runs chosen"
            said = chosen if ticked else "Choose runs in the table"
            expect(page.get_by_text(said)).to_be_visible(timeout=LOST)
            page.wait_for_timeout(19 * (click % 27))  # not in step with the refresh


def held(address):
    """The bytes of uploaded files that the server holds."""
    lines = requests.get(f"{address}/_stcore/metrics", timeout=60).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if 'cache_type="UploadedFileManager"' in line)


def wait_until_held(page, address, size):
    for _ in range(300):
        if held(address) == size:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"The server holds {held(address):,.0f} bytes of uploaded files, not {size:,}.")


def test_uploaded_files_leave_the_memory_with_their_page(open_page, own_server, tmp_path):
    address, _ = own_server
    page = open_page(f"{address}/?p")
    file = tmp_path / "runs.csv"
    file.write_bytes(b"0" * 3_000_000)
    page.get_by_role("link", name="Compare", exact=True).first.click()
    page.get_by_role("button", name="Import", exact=True).first.click()
    page.locator("input[type=file]").set_input_files(file)
    wait_until_held(page, address, 3_000_000)
    page.get_by_role("link", name="Explore", exact=True).first.click()
    wait_until_held(page, address, 0)
