"""What a newcomer walks without help: from the first page to a finished race, its comparison, and a file."""

import re

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
LINES = """
() => [...document.querySelectorAll('.lrlab-chart')].filter((host) => host.figure?.layout.meta?.unit)
  .map((host) => host.data?.map((trace) => [trace.name, trace.line.color, trace.line.dash]))[0]
"""


def lines(page, count):
    """Name, colour and dash of each curve on the chart of rates, once there are so many."""
    page.wait_for_function(f"count => ({LINES})()?.length === count", arg=count)
    return page.evaluate(LINES)


def test_from_the_first_page_to_a_race_its_comparison_and_a_file(own_server, open_page, tmp_path):
    page = open_page(own_server[0])
    page.get_by_role("button", name="Race two schedules in 20 seconds").click()
    page.get_by_text("Race of 2 lanes").wait_for()
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    page.get_by_role("link", name="Compare and export").click()  # there once the race is over
    page.get_by_role("heading", name="Compare").wait_for()
    settle(page)
    assert re.search(r"runs=1\.2", page.url)
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Keras script").click()
    script = tmp_path / "script.py"
    download.value.save_as(script)
    assert "model.fit(" in script.read_text()

    page.keyboard.press("Escape")
    page.go_back()
    page.get_by_text("Race of 2 lanes").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Explore learning-rate schedules").wait_for()


def test_train_these_takes_the_same_curves_in_the_same_colours(own_server, open_page):
    page = open_page(own_server[0] + "/?c=constant&c=cosine~0.3&c=step&c=one-cycle~0.2")
    chosen = lines(page, 4)
    other = open_page(own_server[0])  # another tab has its own curves
    steps = page.evaluate("history.length")
    page.get_by_role("button", name="Train these 4").click()
    page.get_by_role("heading", name=re.compile("^Train on")).wait_for()
    settle(page)
    assert page.evaluate("history.length") == steps + 1, "one step that Back takes back"
    assert lines(page, 4) == chosen
    page.get_by_role("button", name=re.compile("^Race 4 schedules")).wait_for()
    page.reload()
    settle(page)
    assert lines(page, 4) == chosen
    assert len(lines(other, 7)) == 7
    page.go_back()
    page.get_by_role("heading", name="Explore learning-rate schedules").wait_for()
    assert lines(page, 4) == chosen
