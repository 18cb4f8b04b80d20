"""Rings on the chart of Explore are dragged: the curve follows at once, its settings when one is let go."""

import signal
import time
from contextlib import contextmanager

import pytest

from tests.browser.conftest import PATIENCE, settle

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


def wait_for_field(page, key, is_right):
    """Wait until the number in a field is right: the chart is drawn before it."""
    until = time.monotonic() + PATIENCE / 1000
    field = page.locator(f".st-key-{key} input").first
    while not is_right(float(field.input_value())) and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert is_right(float(field.input_value())), field.input_value()


def ring(page, name):
    """The centre of the ring of a value."""
    box = page.locator(f".lrlab-over .ring[data-key$=' {name}'] circle").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def take(page, name):
    """Press on a ring as soon as it stands still; returns where it is."""
    before, now = None, ring(page, name)
    while before != now:
        page.wait_for_timeout(200)
        before, now = now, ring(page, name)
    x, y = now
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def drag(page, name, across, down):
    x, y = take(page, name)
    page.mouse.move(x + across, y + down, steps=5)
    page.mouse.up()


def where(page, rate):
    """Where a rate is on the page, from its top."""
    return page.evaluate(
        f"(rate) => {{ const {{ yaxis }} = {HOST}._fullLayout;"
        f" return {HOST}.getBoundingClientRect().top + yaxis._offset + yaxis.d2p(rate); }}",
        rate,
    )


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
    wait_for_field(page, "exponential-initial_lr-field", lambda rate: abs(rate / dragged[5] - 1) < 1e-3)
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
    wait_for_field(page, "exponential-initial_lr-field", lambda rate: rate > 0.55)


@pytest.mark.parametrize(("axis", "query"), [("epoch", ""), ("step", "&x=step")])
def test_the_first_drop_of_a_step_is_dragged_along_the_time(explore, axis, query):
    page = explore(f"?c=step{query}")
    x, y = centre(page, "time")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x * 2 - page.evaluate(f"() => {HOST}.getBoundingClientRect().left + 52"), y + 40, steps=8)
    page.mouse.up()
    wait_for_link(page, "step~")
    wait_for_field(page, "step-drop_every-field", lambda epochs: epochs == pytest.approx(20, abs=1))


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
    wait_for_field(page, "exponential-initial_lr-field", lambda rate: 0.001 < rate < 0.3)


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


@pytest.mark.parametrize(
    ("query", "name", "by", "most"),
    [
        ("?c=cosine~0.5~_w10", "warmup", (2000, 0), 99),
        ("?c=cosine~0.5~_w10~_d20", "warmup", (2000, 0), 79),
        ("?c=cosine~0.5~_w10~_d20", "cooldown", (-2000, 0), 89),
        ("?c=wsd", "cooldown", (-2000, 0), 94),
        ("?c=step", "drop_every", (2000, 0), 99),
        ("?c=step~0.5~0.8~10~_w10", "drop_every", (2000, 0), 89),
        ("?c=cosine-restarts&x=step", "period", (2000, 0), 99),
        ("?c=cyclic~0.01234", "max_lr", (0, 2000), 0.01234),
    ],
)
def test_a_ring_that_is_dragged_far_stays_on_its_curve(explore, query, name, by, most):
    page = explore(query)
    drag(page, name, *by)
    wait_for_number(page, name, most)
    assert page.locator(f".ring[data-key$=' {name}']").count() == 1
    assert page.evaluate(f"() => {HOST}.data[0].y.every(Number.isFinite)")


def test_the_first_drop_after_a_warm_up_has_its_ring_where_it_is(explore):
    page = explore("?c=step~0.5~0.8~20~_w10")
    left, right = page.evaluate(
        f"() => [0, 100].map((at) => {HOST}.getBoundingClientRect().left"
        f" + {HOST}._fullLayout.xaxis._offset + {HOST}._fullLayout.xaxis.d2p(at))"
    )
    assert ring(page, "drop_every")[0] == pytest.approx(left + 0.3 * (right - left), abs=1)
    drag(page, "drop_every", 0.2 * (right - left), 0)
    wait_for_number(page, "drop_every", 40)


def test_a_ring_is_dragged_back_before_the_server_answers(explore, server):
    page = explore("?c=exponential")
    with silent(server):
        drag(page, "initial_lr", 0, 150)
        assert page.evaluate(FIRST_VALUES)[0] < 0.4
        x, _ = take(page, "initial_lr")
        page.mouse.move(x, where(page, 0.5), steps=5)  # the axes stay while a ring is held
        page.mouse.up()
        page.evaluate(
            f"() => {{ window.seen = []; setInterval(() => seen.push(...({FIRST_VALUES})()), 10); }}"
        )
    page.wait_for_function(f"() => {HOST}.moved.length === 0")
    settle(page)
    assert page.evaluate("() => [...new Set(window.seen)]") == [0.5]
    assert numbers(page)["initial_lr"] == 0.5
    wait_for_field(page, "exponential-initial_lr-field", lambda rate: rate == 0.5)


def test_two_rings_are_dragged_before_the_server_answers(explore, server):
    page = explore("?c=step")
    with silent(server):
        drag(page, "initial_lr", 0, 150)
        drag(page, "drop_every", 200, 0)
        dragged = page.evaluate(FIRST_VALUES)
        assert dragged[0] < 0.4
    page.wait_for_function(f"() => {HOST}.live.lines[0].numbers.drop_every > 20")
    settle(page)
    page.wait_for_function("() => document.querySelector('.lrlab-chart').moved.length === 0")
    assert page.evaluate(FIRST_VALUES) == dragged
    assert numbers(page)["initial_lr"] == dragged[0]


def test_with_one_rate_for_all_every_curve_follows_the_ring(explore, server):
    page = explore("?r=0.5&c=step&c=exponential")
    with silent(server):
        drag(page, "initial_lr", 0, 150)
        step, exponential = page.evaluate(FIRST_VALUES)
        assert step == exponential < 0.4
    wait_for_link(page, f"r={step:.3g}")
    assert page.evaluate(FIRST_VALUES) == [step, exponential]


def test_the_axes_stay_under_a_ring_that_is_held_whatever_is_drawn(explore):
    page = explore("?c=exponential")
    before = ranges(page)
    x, y = take(page, "initial_lr")
    page.mouse.move(x, y + 200, steps=5)
    page.emulate_media(color_scheme="dark")
    color = f"() => {HOST}.layout.paper_bgcolor"
    page.wait_for_function(f"() => !/fff/i.test(({color})())")
    page.wait_for_timeout(500)
    assert ranges(page) == before
    assert ring(page, "initial_lr")[1] == pytest.approx(y + 200, abs=1.5)
    slider = page.locator(".st-key-exponential-decay-slider input")
    slider.focus()
    page.keyboard.press("ArrowRight")  # another answer
    page.wait_for_function(f"() => {HOST}.live.lines[0].numbers.decay > 0.1")
    page.wait_for_timeout(500)
    assert ranges(page) == before
    page.mouse.up()
    page.wait_for_function(f"top => {HOST}._fullLayout.yaxis.range[1] < top", arg=before[1][1])
    page.wait_for_function(f"() => {HOST}.moved.length === 0")
    assert page.evaluate(FIRST_VALUES)[0] < 0.4


def test_a_ring_is_taken_off_its_centre_and_moves_with_the_pointer(explore):
    page = explore("?c=exponential")
    x, y = ring(page, "initial_lr")
    page.mouse.move(x + 6, y + 7)
    page.mouse.down()
    page.mouse.move(x + 7, y + 8)
    assert page.evaluate(FIRST_VALUES) == [0.5]
    page.mouse.move(x + 6, y + 107, steps=3)
    page.wait_for_timeout(200)
    assert ring(page, "initial_lr")[1] == pytest.approx(y + 100, abs=1)
    page.mouse.move(x + 6, y + 7, steps=3)
    page.mouse.up()
    assert page.evaluate(FIRST_VALUES) == [0.5]


def test_a_second_finger_leaves_the_ring_of_the_first(explore):
    page = explore("?c=step", viewport=TELEPHONE, has_touch=True, is_mobile=True)
    one, other = ring(page, "initial_lr"), ring(page, "drop_every")
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", one)
    touch("touchMove", (one[0], one[1] + 20))
    touch("touchStart", (one[0], one[1] + 20), other)
    for by in range(10, 80, 10):
        touch("touchMove", (one[0], one[1] + 20 + by), (other[0] + by, other[1]))
    assert ring(page, "initial_lr")[1] == pytest.approx(one[1] + 90, abs=2)
    touch("touchEnd")
    wait_for_link(page, "step~0.")
    assert numbers(page)["drop_every"] == 10
    assert page.evaluate(f"() => {HOST}.held") is None


def test_a_curve_may_go_while_its_ring_is_held(explore):
    page = explore("?c=step&c=exponential")
    x, y = take(page, "initial_lr")
    page.mouse.move(x, y + 50, steps=3)
    page.locator(".st-key-exponential-menu button").first.evaluate("(button) => button.click()")
    page.locator(".st-key-exponential-Hide-button button").evaluate("(button) => button.click()")
    page.wait_for_function(f"() => {HOST}.data.length === 1")
    page.mouse.move(x, y + 100, steps=3)
    page.mouse.up()
    settle(page)
    assert page.evaluate(FIRST_VALUES) == [0.5]
    assert page.evaluate(f"() => {HOST}.held") is None
