"""Rings on the chart of Explore are dragged: the curve follows at once, its settings when one is let go."""

import signal
from contextlib import contextmanager

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TELEPHONE = {"width": 390, "height": 844}
HOST = "document.querySelector('.lrlab-chart')"
FIRST_VALUES = f"() => {HOST}.figure.data.map(({{ y }}) => y[0])"


@pytest.fixture
def explore(server, open_page):
    def explore(query="", **options):
        page = open_page(f"{server.address}/{query}", **options)
        page.wait_for_function(f"() => {HOST}?.data?.length > 0")
        page.wait_for_timeout(300)
        return page

    return explore


def centre(page, kind):
    box = page.locator(f".lrlab-over .ring.{kind} circle").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def number(page, key):
    return float(page.locator(f".st-key-{key} input").first.input_value())


def ring(page, name):
    """The centre of the ring of a value."""
    box = page.locator(f".lrlab-over .ring[data-key$=' {name}'] circle").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def take(page, name):
    """Press on a ring; returns where it is."""
    x, y = ring(page, name)
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def drag(page, name, across, down):
    x, y = take(page, name)
    page.mouse.move(x + across, y + down, steps=5)
    page.mouse.up()


def numbers(page, line=0):
    """What the server has sent of a line."""
    return page.evaluate(f"() => {HOST}.live.lines[{line}].numbers")


def wait_for_number(page, name, value):
    page.wait_for_function(
        f"([name, value]) => {HOST}.live.lines[0].numbers[name] === value", arg=[name, value]
    )
    settle(page)


def ranges(page):
    return page.evaluate(f"() => ['xaxis', 'yaxis'].map((name) => {HOST}._fullLayout[name].range)")


@contextmanager
def silent(server):
    """The server answers only afterwards."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def wait_for_link(page, part):
    page.wait_for_function("part => location.search.includes(part)", arg=part)
    settle(page)


def test_the_first_rate_is_dragged_and_the_curve_follows_before_the_server_knows(explore):
    page = explore()
    page.evaluate(
        "() => { window.runs = 0; new MutationObserver(() => window.runs++).observe("
        "document.querySelector('[data-test-script-state]'), {attributes: true}); }"
    )
    before = page.evaluate(FIRST_VALUES)
    x, y = centre(page, "rate")
    page.mouse.move(x, y)
    label = page.locator(".lrlab-over .ring text").first
    assert label.text_content() == "Drag: Initial learning rate 0.5"
    page.mouse.down()
    page.mouse.move(x + 30, y + 200, steps=8)
    page.wait_for_function(f"before => ({FIRST_VALUES})()[5] < 0.7 * before", arg=before[5])
    dragged = page.evaluate(FIRST_VALUES)
    assert [after for at, after in enumerate(dragged) if at != 5] == [
        value for at, value in enumerate(before) if at != 5
    ]
    assert centre(page, "rate")[1] == pytest.approx(y + 200, abs=1.5)
    assert label.text_content() == f"Initial learning rate {dragged[5]:.3g}"
    assert page.evaluate("() => window.runs") == 0
    page.mouse.up()
    wait_for_link(page, f"exponential~{dragged[5]:.3g}")
    assert number(page, "exponential-initial_lr-field") == pytest.approx(dragged[5], rel=1e-3)
    assert page.evaluate(FIRST_VALUES) == pytest.approx(dragged)
    assert page.locator(".st-key-explore-in_hand .st-key-explore-row-exponential").count() == 1


def test_a_rate_is_dragged_beyond_the_chart_and_the_axis_grows_when_it_is_let_go(explore):
    page = explore("?c=exponential")
    x, y = centre(page, "rate")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 90, steps=5)
    top = f"() => {HOST}._fullLayout.yaxis.range[1]"
    before = page.evaluate(top)
    page.mouse.up()
    page.wait_for_function(f"before => ({top})() > before * 1.05", arg=before)
    wait_for_link(page, "exponential~0.")
    assert number(page, "exponential-initial_lr-field") > 0.55


@pytest.mark.parametrize(("axis", "query"), [("epoch", ""), ("step", "&x=step")])
def test_the_first_drop_of_a_step_is_dragged_along_the_time(explore, axis, query):
    page = explore(f"?c=step{query}")
    x, y = centre(page, "time")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x * 2 - page.evaluate(f"() => {HOST}.getBoundingClientRect().left + 52"), y + 40, steps=8)
    page.mouse.up()
    wait_for_link(page, "step~")
    assert number(page, "step-drop_every-field") == pytest.approx(20, abs=1)


def test_a_warm_up_has_a_ring_at_its_end_and_the_first_rate_none(explore):
    page = explore("?c=cosine~0.5~_w10")
    assert page.locator(".lrlab-over .ring.rate").count() == 0
    x, y = centre(page, "time")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y, steps=4)
    page.mouse.up()
    wait_for_link(page, "_w2")


def test_a_finger_drags_a_ring(explore):
    page = explore("?c=exponential", viewport=TELEPHONE, has_touch=True, is_mobile=True)
    x, y = centre(page, "rate")
    finger = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(x, y)]),
        *(("touchMove", [(x, y + by)]) for by in range(10, 80, 10)),
        ("touchEnd", []),
    ):
        points = [{"x": across, "y": down} for across, down in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    wait_for_link(page, "exponential~0.")
    assert page.evaluate(FIRST_VALUES)[0] < 0.45


def test_a_ring_is_dragged_on_a_logarithmic_axis(explore):
    page = explore("?c=exponential&l=1")
    x, y = centre(page, "rate")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 60, steps=4)
    page.mouse.up()
    wait_for_link(page, "exponential~0.")
    assert 0.001 < number(page, "exponential-initial_lr-field") < 0.3


def test_a_ring_that_is_clicked_and_a_right_click_take_no_curve_in_hand(explore):
    page = explore("?c=step&c=exponential")
    assert page.locator(".st-key-explore-in_hand .st-key-explore-row-exponential").count() == 1
    page.mouse.click(*ring(page, "initial_lr"))
    x, y = take(page, "initial_lr")
    page.mouse.move(x + 2, y + 1)
    page.mouse.up()
    middle = page.evaluate(
        f"() => {{ const {{ xaxis, yaxis }} = {HOST}._fullLayout, box = {HOST}.getBoundingClientRect();"
        f" return [box.left + xaxis._offset + xaxis.d2p(15),"
        f"  box.top + yaxis._offset + yaxis.d2p({HOST}.data[0].y[30])]; }}"
    )
    page.mouse.click(*middle, button="right")
    page.wait_for_timeout(1000)
    settle(page)
    assert page.locator(".st-key-explore-in_hand .st-key-explore-row-exponential").count() == 1
    page.keyboard.press("Escape")
    page.mouse.click(*middle)
    page.locator(".st-key-explore-in_hand .st-key-explore-row-step").wait_for()
