"""A chart of rates is drawn before plotly.js has come, and plotly.js then draws it at the same place."""

import pytest

from tests.browser.conftest import DESKTOP, settle

pytestmark = pytest.mark.browser
NARROW = {"width": 390, "height": 844}
NEAR = 0.75  # pixels
TEXTS = """
(selector) => [...document.querySelectorAll(selector)].map((text) => {
  const { x, y, width, height } = text.getBoundingClientRect();
  return [text.textContent.replaceAll("\\u200b", ""), [x + width / 2, y + height / 2, width]];
})
"""
LINES = """
(selector) => [...document.querySelectorAll(selector)].map((line) => {
  const { x, y, width, height } = line.getBoundingClientRect();
  const { stroke, strokeWidth, strokeDasharray } = getComputedStyle(line);
  return [[stroke, strokeWidth, strokeDasharray], [x, y, width, height]];
})
"""
FIRST, SECOND = ".lrlab-first", ".lrlab-chart .plot-container"
MOST = "&c=cosine&c=exponential~0.5~1&c=one-cycle~0.5~~~~~~~1~_csmooth"
ZEROS = "?l=1&c=cosine~0.5~_w10&c=polynomial~0.5~1~_w10~_csmooth"  # a rate of zero on a logarithmic axis


class Held:
    """A page whose plotly.js waits until `let_go`."""

    def __init__(self, chromium, address, viewport):
        self.page = chromium.new_context(viewport=viewport).new_page()
        self.waiting = []
        self.page.route("**/*plotly-*.min.js*", lambda request: self.waiting.append(request))
        self.page.goto(address)
        self.page.wait_for_selector(f"{FIRST} path", state="attached")
        settle(self.page)
        self.page.wait_for_timeout(1500)

    def let_go(self):
        for request in self.waiting:
            request.continue_()
        for _ in range(self.page.locator(".lrlab-chart").count()):
            self.page.wait_for_function("() => !document.querySelector('.lrlab-first')")
        self.page.wait_for_timeout(500)

    def near(self, query, first, second):
        """Whether two lists of texts or of lines are the same, and at the same places."""
        one, other = self.seen[first], self.page.evaluate(query, second)
        assert [name for name, _ in one] == [name for name, _ in other]
        for (name, place), (_, after) in zip(one, other, strict=True):
            assert place == pytest.approx(after, abs=NEAR), name


@pytest.fixture
def held(chromium):
    pages = []

    def hold(*args):
        pages.append(Held(chromium, *args))
        return pages[-1]

    yield hold
    for each in pages:
        each.page.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("query", ["", f"?l=1&x=step{MOST}", f"?e=3&x=image{MOST}", "?c=constant&e=7", ZEROS])
def test_plotly_draws_each_number_and_each_line_where_it_was(held, server, query, viewport):
    page = held(f"{server.address}/{query}", viewport)
    page.seen = {
        FIRST: page.page.evaluate(TEXTS, f"{FIRST} text"),
        "lines": page.page.evaluate(LINES, f"{FIRST} svg path"),
        "names": page.page.evaluate(TEXTS, ".lrlab-over text"),
    }
    assert page.seen["lines"]
    page.let_go()
    page.near(TEXTS, FIRST, f"{SECOND} :is(.xtick, .ytick) text")
    page.near(LINES, "lines", f"{SECOND} path.js-line")
    page.near(TEXTS, "names", ".lrlab-over text")


def test_a_slider_moves_the_first_drawing_too(held, server):
    page = held(server.address + "/?c=exponential", DESKTOP)
    path = f"() => document.querySelector('{FIRST} svg path').getAttribute('d')"
    before = page.page.evaluate(path)
    page.page.locator(".st-key-exponential-decay-slider input").press("ArrowRight")
    page.page.wait_for_function(f"before => ({path})() !== before", arg=before)
    page.let_go()
    assert page.page.locator(".lrlab-chart path.js-line").count() == 1


def test_a_chart_whose_plotly_never_comes_is_drawn_nevertheless(chromium, server):
    page = chromium.new_context(viewport=DESKTOP).new_page()
    page.route("**/*plotly-*.min.js*", lambda request: request.abort())
    page.goto(server.address)
    page.wait_for_selector(f"{FIRST} svg path", state="attached")
    box = page.locator(".lrlab-chart").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.wait_for_function("() => /rate/.test(document.querySelector('.lrlab-over .read')?.textContent)")
    page.context.close()


def test_a_ring_is_held_while_plotly_comes(held, server):
    page = held(server.address + "/?c=exponential", DESKTOP)
    host = "document.querySelector('.lrlab-chart')"
    first = f"() => [{host}.first.xaxis.range, {host}.first.yaxis.range]"
    before = page.page.evaluate(first)
    box = page.page.locator(".ring.rate circle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y + 200, steps=5)
    assert page.page.evaluate(first) == before
    page.let_go()
    second = f"() => [{host}._fullLayout.xaxis.range, {host}._fullLayout.yaxis.range]"
    assert page.page.evaluate(second) == before
    page.page.mouse.move(x, y + 220, steps=2)
    page.page.mouse.up()
    page.page.wait_for_function(f"top => ({second})()[1][1] < top", arg=before[1][1])
    settle(page.page)
    assert page.page.evaluate(f"() => {host}.figure.data[0].y[0]") < 0.4


def test_a_chart_that_is_left_before_plotly_comes_no_longer_listens(held, server):
    page = held(server.address, DESKTOP)
    page.page.evaluate("() => { window.left = document.querySelector('.lrlab-chart'); }")
    page.page.get_by_role("link", name="Train").first.click()
    page.page.wait_for_function("() => !window.left.isConnected")
    for request in page.waiting:
        request.continue_()
    page.page.wait_for_function("() => window.left.listening.signal.aborted")
