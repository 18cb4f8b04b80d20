"""Everybody can use every page: axe-core finds no serious fault, and the keyboard reaches everything."""

import re
import time
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from lrlab.lessons.reference import recorded
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from tests.browser.conftest import DESKTOP, settle
from tests.test_jobs import wait_for

pytestmark = pytest.mark.browser
NARROW = {"width": 390, "height": 844}
PAGES = ("", "train", "choose", "compare", "lessons", "claims")


def faults(page):
    """The serious and critical violations that axe-core finds: rule, element and reason.

    Streamlit fades what it is about to replace, so what is found in that moment is looked at again.
    """
    for _ in range(5):
        found = [
            (rule["id"], node["html"][:200], node["failureSummary"])
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        if not found:
            break
        settle(page)
        time.sleep(1)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "explore")
def test_no_page_has_a_serious_fault(server, open_page, path, scheme):
    page = open_page(f"{server.address}/{path}", color_scheme=scheme)
    page.get_by_role("heading").first.wait_for()
    settle(page)
    if path not in ("choose", "compare", "claims"):
        page.wait_for_selector(".lrlab-chart .modebar-btn", state="attached")
    assert faults(page) == []


HELP = "[data-testid=stTooltipIcon] button[aria-label^=Help]"
TARGETS = f"{HELP}, [data-testid=stTooltipIcon] button[kind=tertiary]"
MISSED = """all => all.filter(each => each.checkVisibility()).filter(each => {
  each.scrollIntoView({ block: "center" });
  const { left, top, width, height } = each.getBoundingClientRect();
  const [across, down] = [left + width / 2, top + height / 2];
  const hits = (x, y) => each.contains(document.elementFromPoint(across + x, down + y));
  return ![[-11.9, -11.9], [11.9, -11.9], [-11.9, 11.9], [11.9, 11.9]].every(([x, y]) => hits(x, y));
}).map(each => each.ariaLabel || each.innerText)"""


MOVED = """style => {
  const all = [...document.querySelectorAll("[data-testid=stTooltipIcon] svg, label, input, button p")];
  const places = () => all.map(each => JSON.stringify(each.getBoundingClientRect()));
  const now = places();
  const without = document.head.appendChild(document.createElement("style"));
  without.textContent = style;
  const before = places();
  without.remove();
  return all.filter((each, at) => now[at] !== before[at]).map(each => each.outerHTML);
}"""


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["wide", "narrow"])
def test_the_target_of_an_icon_is_24_pixels_large_and_moves_nothing(server, open_page, viewport):
    if not server.store.listed():
        server.store.add_results(recorded()[:2])
    page = open_page(server.address, viewport)
    for path in ("", "train", "choose?choose.step=sweep", "compare?runs=1.2", "lessons?lesson=5", "claims"):
        page.goto(f"{server.address}/{path}")
        page.get_by_role("heading").first.wait_for()
        settle(page)
        if path not in ("", "claims"):
            page.locator(HELP).first.wait_for(state="attached")
        assert page.locator(TARGETS).evaluate_all(MISSED) == [], path
        assert page.evaluate(MOVED, f"{HELP} {{ padding: 0 !important; margin: 0 !important }}") == [], path


def focused(page):
    return page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? ''")


def test_one_press_of_tab_skips_a_charts_tools_and_arrows_lead_through_them(server, open_page):
    page = open_page(server.address)
    tools = page.locator(".lrlab-chart .modebar-btn")
    tools.first.wait_for(state="attached")
    settle(page)
    tools.first.focus()
    names = [focused(page)]
    for _ in range(tools.count() - 1):
        page.keyboard.press("ArrowRight")
        names.append(focused(page))
    assert names == [tool.get_attribute("aria-label") for tool in tools.all()]
    page.keyboard.press("ArrowRight")
    assert focused(page) == names[0]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    assert focused(page) not in names
    page.keyboard.press("Shift+Tab")
    assert focused(page) == names[-1]


def test_focus_is_seen_in_the_bar_of_pages(server, open_page):
    page = open_page(server.address)
    link = page.get_by_role("link", name="Train", exact=True).first
    for _ in range(20):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_a_reader_hears_what_a_chart_shows(server, open_page):
    page = open_page(server.address)
    said = re.compile(r"^Learning rate over epochs\. Constant: first 0\.01, ")
    chart = page.get_by_role("group", name=said)
    chart.wait_for()


@pytest.mark.training
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.proof)])
def test_a_race_has_no_serious_fault_while_it_runs_and_when_it_is_over(server, open_page, scheme):
    spec = RunSpec(epochs=1000, train_images=4000, data="synthetic")
    race = server.store.add_race([[("Constant", replace(spec, schedule=Constant(0.01))), ("Step", spec)]])
    page = open_page(server.address, color_scheme=scheme)  # a server's first visitor needs the first page
    page.goto(f"{server.address}/train?run={race}")
    wait_for(lambda: all(len(server.store.epochs(run.id)) > 1 for run in server.store.race(race)), 180)
    page.get_by_role("button", name="Stop").first.wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Stop").first.click()
    wait_for(lambda: all(run.status == "stopped" for run in server.store.race(race)), 180)
    settle(page)
    assert faults(page) == []
    runs = ".".join(str(run.id) for run in server.store.race(race))
    page = open_page(f"{server.address}/compare?runs={runs}", color_scheme=scheme)
    page.wait_for_selector(".lrlab-chart .modebar-btn", state="attached")
    settle(page)
    assert faults(page) == []
