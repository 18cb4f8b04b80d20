"""Choose in the browser: from a range test over a sweep and its confirmation to the exported code."""

import re

import pytest
from playwright.sync_api import expect

from lrlab.analysis import answer_of
from lrlab.store import Store
from tests.browser.conftest import settle

pytestmark = [pytest.mark.browser, pytest.mark.training]


def fill(page, label, value):
    field = page.get_by_label(label, exact=True).first
    field.fill(value)
    field.press("Enter")


def test_from_a_range_test_to_the_code_of_the_answer(server_with_data, open_page, tmp_path):
    page = open_page(server_with_data.address)
    page.get_by_role("link", name="Choose", exact=True).first.click()
    page.get_by_role("button", name="Test rates").click()
    page.get_by_role("button", name=re.compile("^Sweep around")).click()
    page.get_by_role("button", name="Sweep 108 runs").wait_for()
    settle(page)
    rate = float(re.search(r"[?&]r=([\d.]+)", page.url)[1])  # Explore has it now
    assert 0.05 < rate < 0.3
    for name in ("Exponential", "Step"):
        page.get_by_role("button", name=re.compile(f"{name}$")).click()  # leaves Constant and Linear
    for label, value in (("Peak rates", "4"), ("Seeds", "2"), ("Epochs", "3")):
        fill(page, label, value)
    expect(page.get_by_text("2 schedules × 4 peak rates × 2 seeds = 16 runs, 48 epochs")).to_be_visible()
    page.get_by_role("button", name="Sweep 16 runs").click()
    page.get_by_text(re.compile(r"of 16 runs done")).first.wait_for()
    page.get_by_role("button", name="Confirm the best of each").wait_for()
    rows = page.locator(".choose-table tbody tr")
    expect(rows).to_have_count(2)
    expect(page.get_by_role("heading", name=re.compile(r"^Here \d+ % of the differences"))).to_be_visible()
    page.get_by_role("button", name="Confirm the best of each").click()
    page.get_by_text("Answer, for this network, data and budget").wait_for()

    sweep = int(re.search(r"sweep=(\d+)", page.url)[1])
    store: Store = server_with_data.store
    told = answer_of(store.swept(sweep))
    expect(page.locator(".choose-name")).to_have_text(f"{told.name}, peak {told.peak:.3g}")
    page.get_by_role("button", name="Export this").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download schedule.py").click()
    code = tmp_path / "schedule.py"
    download.value.save_as(code)
    assert "keras" in code.read_text()
    compile(code.read_text(), "schedule.py", "exec")
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report (HTML)").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    assert told.name in report.read_text(encoding="utf-8")
    assert "<svg" in report.read_text(encoding="utf-8")

    link = page.url
    page.reload()
    settle(page)
    expect(page.locator(".choose-name")).to_have_text(f"{told.name}, peak {told.peak:.3g}")
    assert page.url == link
    page.get_by_role("link", name="See the runs").click()
    page.get_by_role("heading", name="Compare").wait_for()
    expect(page.get_by_text("10 runs chosen")).to_be_visible()
