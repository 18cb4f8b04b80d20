"""What a person sees on Explore: sliders that move curves, in place, by mouse, keyboard and typing."""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import quote

import pytest

from lrlab.runs.plan import Plan
from lrlab.schedules import CosineDecay
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
TELEPHONE = {"width": 390, "height": 844}


def trace(page, name):
    """The values of the line of that name, as Plotly holds them."""
    return page.evaluate(
        "name => document.querySelector('.lrlab-chart').data.find(t => t.name === name).y", name
    )


def wait_until_drawn(page):
    page.wait_for_function("() => document.querySelector('.lrlab-chart')?.data?.length > 0")


def wait_for_first(page, name, value):
    page.wait_for_function(
        "([name, value]) => Math.abs(document.querySelector('.lrlab-chart').data"
        ".find(t => t.name === name).y[0] - value) < 1e-9",
        arg=[name, value],
    )


def open_card(page, curve):
    """Take a curve in hand by its line in the list, and wait for its card."""
    if not page.locator(f".st-key-explore-in_hand .st-key-explore-row-{curve}").count():
        page.locator(f".st-key-explore-row-{curve} button").first.click()
        page.locator(f".st-key-explore-in_hand .st-key-explore-row-{curve}").wait_for()
        settle(page)


def thumb(page, curve, parameter):
    """The range input of the slider of a curve's parameter, in its card."""
    open_card(page, curve)
    return page.locator(f".st-key-{curve}-{parameter}-slider input[type=range]")


def exact(page, curve):
    """The field for the exact initial rate of a curve, in its card."""
    open_card(page, curve)
    return page.locator(f".st-key-{curve}-initial_lr-field input")


@pytest.fixture
def page(server, open_page):
    page = open_page(server[0])
    wait_until_drawn(page)
    return page


def test_the_articles_schedules_are_drawn_at_once(page):
    assert page.evaluate("() => document.querySelector('.lrlab-chart').data.length") == 7
    assert page.locator(".lrlab-chart").get_attribute("aria-label").startswith("Learning rate over epochs")
    assert trace(page, "Step")[:2] == [0.5, 0.5]


def test_keys_move_a_curve_and_the_reader_hears_the_value(page):
    slider = thumb(page, "step", "initial_lr")
    assert slider.get_attribute("aria-valuetext") == "0.5"
    assert "Initial learning rate" in slider.get_attribute("aria-label")
    slider.focus()
    slider.press("ArrowLeft")
    settle(page)
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].y[0] < 0.5")
    moved = trace(page, "Step")[0]
    assert 0.4 < moved < 0.5
    assert thumb(page, "step", "initial_lr").get_attribute("aria-valuetext") == f"{moved:g}"


def test_a_reader_hears_name_value_and_unit_and_no_tex(page):
    open_card(page, "time-based")
    page.wait_for_function("() => !document.querySelector('input[aria-label*=\"$\"]')")
    assert page.get_by_role("slider", name="Decay (per epoch)").get_attribute("aria-valuetext") == "0.005"
    open_card(page, "step")
    page.wait_for_function("() => !document.querySelector('input[aria-label*=\"$\"]')")
    assert page.get_by_role("button", name="Actions for Step", exact=True).count() == 1
    assert page.get_by_role("slider", name="Drop every (epochs)").count() == 1
    assert page.get_by_role("spinbutton", name="Drop rate, exact value").count() == 1


def test_a_comma_is_a_decimal_point(page):
    field = exact(page, "constant")
    field.press("ControlOrMeta+a")
    field.press_sequentially("0,05")
    assert field.input_value() == "0.05"
    field.press("Enter")
    wait_for_first(page, "Constant", 0.05)
    field.press("ArrowUp")
    wait_for_first(page, "Constant", 0.051)


def pasted(page, field, text):
    """What a number field shows after text was pasted over its value."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field.press("ControlOrMeta+a")
    field.press("ControlOrMeta+v")
    return field.input_value()


def test_a_pasted_comma_is_a_decimal_point_or_refused(server, open_page):
    permissions = ("clipboard-read", "clipboard-write")
    page = open_page(server[0] + "/?c=cosine-restarts~0.1~20", permissions=permissions)
    wait_until_drawn(page)
    period = page.get_by_role("spinbutton", name="Period (epochs), exact value")
    assert pasted(page, period, "22,5") == "22.5"
    assert pasted(page, period, "1,234.5") == "22.5"
    epochs = page.get_by_role("spinbutton", name="Epochs, exact value")
    assert pasted(page, epochs, "1,000") == "1000"
    assert pasted(page, epochs, "1,5") == "1000"


def test_a_whole_number_with_a_comma_is_refused_in_words(page):
    field = page.get_by_role("spinbutton", name="Epochs, exact value")
    for text in ("4,5", "4.5", "4,500"):
        field.press("ControlOrMeta+a")
        field.press_sequentially(text)
        assert field.input_value() == "4"
        message = "input => input.validationMessage"
        assert field.evaluate(message) == "Write a whole number, without commas or points."
    field.press("Backspace")
    field.press_sequentially("25")
    field.press("Enter")
    assert (field.input_value(), field.evaluate(message)) == ("25", "")


def test_a_typed_value_is_exact_and_comes_back_after_another_page(page):
    field = exact(page, "constant")
    field.fill("0.0123456")
    field.press("Enter")
    wait_for_first(page, "Constant", 0.012346)
    page.get_by_role("link", name="Train", exact=True).first.click()
    page.get_by_role("heading", name="Train").wait_for()
    page.get_by_role("link", name="Explore", exact=True).first.click()
    page.get_by_role("heading", name="Explore").wait_for()
    settle(page)
    wait_until_drawn(page)
    wait_for_first(page, "Constant", 0.012346)
    assert exact(page, "constant").input_value() == "0.0123456"
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Reset to the article's values").click()
    wait_for_first(page, "Constant", 0.01)


def test_a_zoom_is_kept_when_a_slider_moves_and_the_chart_is_not_made_anew(page):
    plot = page.locator(".lrlab-chart .nsewdrag").bounding_box()
    page.mouse.move(plot["x"] + 100, plot["y"] + 100)
    page.mouse.down()
    page.mouse.move(plot["x"] + 300, plot["y"] + 250, steps=8)
    page.mouse.up()
    ranges = (
        "() => { const l = document.querySelector('.lrlab-chart')._fullLayout;"
        " return [l.xaxis.range, l.yaxis.range]; }"
    )
    page.wait_for_function("() => document.querySelector('.lrlab-chart')._fullLayout.xaxis.range[0] > 1")
    zoomed = page.evaluate(ranges)
    page.evaluate("() => document.querySelector('.lrlab-chart .main-svg').mark = true")
    slider = thumb(page, "step", "initial_lr")
    slider.focus()
    slider.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].y[0] < 0.5")
    assert page.evaluate(ranges) == zoomed
    assert page.evaluate("() => document.querySelector('.lrlab-chart .main-svg').mark") is True


def test_a_slider_can_be_dragged(page):
    before = trace(page, "Exponential")
    x, y = press_on(page, thumb(page, "exponential", "decay"))
    page.mouse.move(x - 60, y, steps=6)
    page.mouse.up()
    page.wait_for_function(
        "before => document.querySelector('.lrlab-chart').data[5].y[20] > 2 * before", arg=before[20]
    )


def drawn(page, number):
    """The path of the line of that number on the screen."""
    return page.evaluate(
        "n => document.querySelectorAll('.lrlab-chart path.js-line')[n].getAttribute('d')", number
    )


def redrawn(page, number, before):
    """The path of that line as soon as it is another than `before`."""
    path = "n => document.querySelectorAll('.lrlab-chart path.js-line')[n].getAttribute('d')"
    page.wait_for_function(f"([n, before]) => ({path})(n) !== before", arg=[number, before])
    return drawn(page, number)


def follows(page, slider):
    """Wait until Plotly holds the exponential curve of the decay that a slider says; returns that."""
    page.wait_for_function(
        "slider => Math.abs(document.querySelector('.lrlab-chart').data.find(t => t.name === 'Exponential')"
        ".y[20] / (0.5 * Math.exp(-10 * slider.getAttribute('aria-valuetext'))) - 1) < 1e-4",
        arg=slider.element_handle(),
    )
    return float(slider.get_attribute("aria-valuetext"))


def press_on(page, slider):
    """Put the mouse on a slider's thumb and press; returns where that is."""
    slider.scroll_into_view_if_needed()
    knob = slider.locator("xpath=../..").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


def test_the_curve_follows_the_thumb_while_it_is_dragged(page):
    """Before the server hears of anything: it answers only when the thumb is let go."""
    before, others = drawn(page, 5), drawn(page, 6)
    page.evaluate(
        "() => { window.runs = 0; new MutationObserver(() => window.runs++).observe("
        "document.querySelector('[data-test-script-state]'), {attributes: true}); }"
    )
    slider = thumb(page, "exponential", "decay")
    x, y = press_on(page, slider)
    page.mouse.move(x - 40, y, steps=4)
    one = redrawn(page, 5, before)
    page.mouse.move(x - 80, y, steps=4)
    assert redrawn(page, 5, one) != before
    assert drawn(page, 6) == others
    decay = follows(page, slider)  # the thumb rests: the whole chart, hover texts too
    assert page.evaluate("() => window.runs") == 0
    page.mouse.up()
    page.wait_for_function("() => window.runs > 0")
    settle(page)
    assert follows(page, slider) == decay


def test_a_finger_moves_a_curve_too(server, open_page):
    page = open_page(server[0] + "/?c=exponential", viewport=TELEPHONE, has_touch=True, is_mobile=True)
    wait_until_drawn(page)
    slider = thumb(page, "exponential", "decay")
    slider.scroll_into_view_if_needed()
    knob = slider.locator("xpath=../..").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    before = drawn(page, 0)
    touch("touchStart", {"x": x, "y": y})
    for distance in range(10, 60, 10):
        touch("touchMove", {"x": x - distance, "y": y})
    redrawn(page, 0, before)
    assert float(slider.get_attribute("aria-valuetext")) < 0.1
    touch("touchEnd")


def test_a_rate_above_the_axis_and_a_longer_run_are_followed_too(page):
    x, y = press_on(page, thumb(page, "exponential", "initial_lr"))
    page.mouse.move(x + 20, y, steps=4)
    page.wait_for_function(
        "slider => slider.getAttribute('aria-valuetext') > 0.55 &&"
        " document.querySelector('.lrlab-chart')._fullLayout.yaxis.range[1] >"
        " slider.getAttribute('aria-valuetext')",
        arg=thumb(page, "exponential", "initial_lr").element_handle(),
    )
    page.mouse.up()
    settle(page)
    x, y = press_on(page, page.locator(".st-key-epochs-slider input[type=range]"))
    page.mouse.move(x + 40, y, steps=4)
    page.wait_for_function("() => document.querySelector('.lrlab-chart')._fullLayout.xaxis.range[1] > 110")
    page.mouse.up()


@pytest.mark.parametrize(("axis", "length"), [("step", "Math.ceil(batches / 4)"), ("image", "batches * 64")])
def test_the_updates_of_accumulated_gradients_are_followed(server, open_page, axis, length):
    page = open_page(f"{server[0]}/?u=4&x={axis}")
    wait_until_drawn(page)
    page.get_by_role("button", name="More", exact=True).click()
    slider = page.locator(".st-key-steps-slider input[type=range]")
    x, y = press_on(page, slider)
    page.mouse.move(x + 40, y, steps=4)
    page.wait_for_function(
        "slider => { const batches = Number(slider.getAttribute('aria-valuetext'));"
        " const chart = document.querySelector('.lrlab-chart');"
        f" const ends = [chart._fullLayout.xaxis.range[1], chart.data[0].x.at(-1)], end = 100 * {length};"
        " return batches > 250 && ends.every((each) => each === end); }",
        arg=slider.element_handle(),
    )
    page.mouse.up()


@pytest.mark.parametrize("axis", ["epoch", "step", "image"])
def test_the_rate_under_the_pointer_is_that_of_the_update(server, open_page, axis):
    page = open_page(f"{server[0]}/?u=4&s=10&e=3&b=8&x={axis}&c=cosine~0.2~_csmooth")
    wait_until_drawn(page)
    plan = Plan(CosineDecay(0.2), 3, 10, "smooth", 4)
    length = {"epoch": 1, "step": 3, "image": 80}[axis]
    box = page.locator(".lrlab-chart .nsewdrag").first.bounding_box()
    for share in (0.1, 0.45, 0.9):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        text = page.locator(".reading .read").text_content()
        place = int(share * 3 * length)
        rate = plan.rates()[place * 3 // length]
        assert text == f"{axis} {place}, rate {rate:.3g}"


def test_an_answer_older_than_the_thumb_is_not_drawn(page):
    """Let go, and drag on before the server has answered: the curve stays with the thumb."""
    slider = thumb(page, "exponential", "decay")
    x, y = press_on(page, slider)
    page.mouse.move(x - 30, y, steps=3)
    page.mouse.up()
    page.mouse.down()
    page.mouse.move(x - 90, y, steps=3)
    for _ in range(20):
        page.wait_for_timeout(50)
        assert trace(page, "Exponential")[20] >= 0.5 * 2.718281828 ** (-10 * 0.1) * 0.99
    assert follows(page, slider) < 0.05
    page.mouse.up()


def test_the_address_holds_the_page_and_a_reload_keeps_it(page, open_page):
    field = exact(page, "constant")
    field.fill("0.02")
    field.press("Enter")
    wait_for_first(page, "Constant", 0.02)
    page.wait_for_function("() => location.search.startsWith('?c=constant~0.02&c=keras-decay')")
    steps_back = page.evaluate("() => history.length")
    page.reload()
    wait_until_drawn(page)
    wait_for_first(page, "Constant", 0.02)
    other = open_page(page.url)
    wait_until_drawn(other)
    wait_for_first(other, "Constant", 0.02)
    other.get_by_role("button", name="More", exact=True).click()
    other.get_by_role("button", name="Reset to the article's values").click()
    other.wait_for_function("() => location.search === ''")
    assert page.evaluate("() => history.length") == steps_back


def test_a_link_with_a_wrong_value_opens_with_the_right_ones_and_says_so(server, open_page):
    page = open_page(server[0] + "/?e=5&c=step~7~70")
    wait_until_drawn(page)
    page.get_by_text("Not everything in this link could be used.").wait_for()
    page.get_by_text("drop rate must be a number from 1e-06 to 10, but it is 70.0. Instead, 0.8").wait_for()
    assert trace(page, "Step")[0] == 7


def test_a_schedule_is_added_renamed_recoloured_moved_copied_and_removed(page):
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_text("REX", exact=True).click()
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data.length === 8")
    names = "() => document.querySelector('.lrlab-chart').data.map((line) => line.name)"
    page.locator(".st-key-rex-menu button").first.click()
    menu = page.get_by_test_id("stPopoverBody")
    menu.get_by_text("Keep the rate high for most of the run").wait_for()
    menu.get_by_label("Name").fill("My *own* $x$ curve")
    menu.get_by_label("Name").press("Enter")
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[7].name.startsWith('My')")
    page.locator(".st-key-rex-color-color button").nth(9).click()
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[7].line.dash === 'dash'")
    menu.get_by_role("button", name="Up", exact=True).click()
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].name.startsWith('My')")
    menu.get_by_role("button", name="Duplicate").click()
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data.length === 9")
    assert page.evaluate(names)[6:8] == ["My *own* $x$ curve", "My *own* $x$ curve (2)"]
    menu.get_by_role("button", name="Remove").click()
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data.length === 8")
    assert page.evaluate(names)[6] == "My *own* $x$ curve (2)"


def test_code_is_taken_home(page):
    page.get_by_role("tab", name="Export").click()
    page.get_by_text("optimizer = keras.optimizers.SGD").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download constant.py").click()
    assert "keras.optimizers.SGD(0.01)" in download.value.path().read_text()
    page.locator(".lrlab-chart").hover()
    for kind in ("PNG", "SVG"):
        with page.expect_download() as download:
            page.locator(f".lrlab-chart [data-title='Download as {kind}']").click()
        assert download.value.suggested_filename == f"schedules.{kind.lower()}"
        assert download.value.path().stat().st_size > 5000


def test_colours_follow_the_theme(server, open_page):
    colors = {}
    for scheme in ("light", "dark"):
        page = open_page(server[0], color_scheme=scheme)
        wait_until_drawn(page)
        colors[scheme] = page.evaluate(
            "() => { const c = document.querySelector('.lrlab-chart');"
            " return [c.data[0].line.color, c.layout.font.color]; }"
        )
    assert colors == {"light": ["#0072b2", "#1b2230"], "dark": ["#56b4e9", "#e8ecf2"]}


def test_two_windows_do_not_disturb_each_other(server, open_page):
    one, other = open_page(server[0]), open_page(server[0])
    wait_until_drawn(one)
    wait_until_drawn(other)
    exact(one, "constant").fill("0.3")
    exact(one, "constant").press("Enter")
    wait_for_first(one, "Constant", 0.3)
    assert trace(other, "Constant")[0] == 0.01


def test_nothing_is_wider_than_a_telephone(server, open_page):
    page = open_page(server[0], viewport=TELEPHONE)
    wait_until_drawn(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert page.locator(".lrlab-chart").bounding_box()["height"] < TELEPHONE["height"] / 2


def in_view(page, locator):
    """Whether an element is in the window as a whole."""
    box, size = locator.bounding_box(), page.viewport_size
    return (
        box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and (box["y"] + box["height"] <= size["height"])
    )


def test_a_first_visitor_sees_curves_sliders_and_the_ways_in_at_once(page):
    sliders = ("epochs", "exponential-initial_lr", "exponential-decay")
    shown = [page.locator(".lrlab-chart"), *(page.locator(f".st-key-{key}-slider") for key in sliders)]
    ways = ("Play with curves", "Race two schedules in 20 seconds", "Lesson 1", "Train these 7")
    for element in (*shown, *(page.get_by_role("button", name=name) for name in ways)):
        assert in_view(page, element)
    page.get_by_role("button", name="Lesson 1").click()
    page.get_by_role("heading", name="What the learning rate does").first.wait_for()


def end_names(page):
    """The names at the ends of the lines, with their places from the top and the right."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.lrlab-over .names text:not(.title)')].map((text) => {"
        " const box = text.getBoundingClientRect();"
        " const chart = text.closest('.lrlab-chart').getBoundingClientRect();"
        " return [text.textContent, box.top, box.bottom, chart.right - box.right]; })"
    )


def test_names_stand_at_the_ends_of_the_lines_and_none_covers_another(page):
    names = sorted(end_names(page), key=lambda name: name[1])
    assert {name for name, *_ in names} == {
        *("Constant", "Keras built-in decay", "Linear", "Time-based as stated", "Time-based as coded"),
        *("Exponential", "Step"),
    }
    assert names[0][0] == "Time-based as stated"
    assert all(one[2] <= other[1] + 3 for one, other in pairwise(names))
    assert all(right >= 0 for *_, right in names)


def point(page, name, epoch):
    """Where a line is on the screen in an epoch."""
    return page.evaluate(
        "([name, epoch]) => { const host = document.querySelector('.lrlab-chart');"
        " const { xaxis, yaxis } = host._fullLayout, box = host.getBoundingClientRect();"
        " const trace = host.data.find((each) => each.name === name);"
        " const at = trace.x.findLastIndex((x) => x <= epoch);"
        " return [box.left + xaxis._offset + xaxis.d2p(epoch + 0.5),"
        "  box.top + yaxis._offset + yaxis.d2p(trace.y[at])]; }",
        [name, epoch],
    )


def test_the_pointer_reads_the_rate_of_a_whole_epoch_in_three_digits_and_lifts_line_and_row(page):
    page.mouse.move(*point(page, "Exponential", 52))
    read = page.locator(".lrlab-over .read")
    read.wait_for(state="attached")
    assert read.text_content() == "epoch 52, rate 0.00276"
    page.mouse.move(*point(page, "Time-based as stated", 50))
    page.wait_for_function("() => document.querySelector('.st-key-explore-row-time-based.lrlab-lifted')")
    assert page.locator(".lrlab-lifted").count() == 1
    assert page.locator(".lrlab-lifted-line").count() == 1
    page.mouse.move(*point(page, "Keras built-in decay", 1))  # drawn through 400 points, read exactly
    page.wait_for_function(
        "() => document.querySelector('.lrlab-over .read')?.textContent.includes('epoch 1,')"
    )
    assert read.text_content() == "epoch 1, rate 0.0286"
    page.locator(".st-key-explore-row-step").hover()
    page.wait_for_function("() => document.querySelectorAll('.lrlab-lifted-line').length === 1")
    assert page.evaluate(
        "() => [...document.querySelectorAll('.names text[font-weight=\"700\"]')].map(t => t.textContent)"
    ) == ["Exponential", "Step"]


def test_a_click_on_a_curve_opens_its_card_and_the_order_stays(page):
    rows = ".st-key-explore-curves [class*='st-key-explore-row-']"
    lines = f'() => [...document.querySelectorAll("{rows}")].map(e => e.textContent)'
    before = page.evaluate(lines)
    page.mouse.click(*point(page, "Step", 25))
    page.locator(".st-key-explore-in_hand .st-key-explore-row-step").wait_for()
    settle(page)
    assert page.evaluate(lines) == before
    assert page.locator(".st-key-step-drop_rate-slider").count() == 1
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].line.width > 3")
    assert page.locator(".st-key-exponential-decay-slider").count() == 0


def test_on_a_telephone_the_chart_stays_in_view_and_nothing_scrolls_inside_the_page(server, open_page):
    page = open_page(server[0], viewport=TELEPHONE)
    wait_until_drawn(page)
    card, others = (
        page.locator(f".st-key-{key}").bounding_box() for key in ("explore-in_hand", "explore-row-constant")
    )
    assert card["y"] < others["y"], "the card in hand comes first"
    slider = thumb(page, "exponential", "decay")
    slider.scroll_into_view_if_needed()
    page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollBy(0, 400)")
    page.wait_for_timeout(300)
    chart = page.locator(".lrlab-chart")
    assert in_view(page, chart)
    assert chart.bounding_box()["y"] < 100
    scrollers = page.evaluate(
        "() => [...document.querySelectorAll('.stMainBlockContainer *')]"
        ".filter((e) => e.scrollHeight > e.clientHeight + 9"
        " && /auto|scroll/.test(getComputedStyle(e).overflowY)).map((e) => e.className)"
    )
    assert scrollers == []
    assert "as stated" in [name for name, *_ in end_names(page)]


def test_only_the_rows_of_the_list_look_and_are_named_as_rows(server, open_page):
    page = open_page(server[0] + "/?c=linear&c=step")
    wait_until_drawn(page)
    open_card(page, "linear")
    page.wait_for_function("() => document.querySelectorAll('[aria-label^=\"Actions for\"]').length === 2")
    page.wait_for_timeout(500)
    assert page.evaluate(
        "() => [...document.querySelectorAll('[aria-label^=\"Actions for\"]')].map((each) => each.ariaLabel)"
    ) == ["Actions for Linear", "Actions for Step"]
    left = "key => getComputedStyle(document.querySelector(`.st-key-${key}`)).paddingLeft"
    assert page.evaluate(left, "explore-row-linear") == "12px"
    assert page.evaluate(left, "linear-initial_lr-slider") == "0px"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_name_that_is_cut_keeps_its_first_words_and_is_whole_in_its_title(server, open_page, width):
    name, other = "One-cycle, three phases, a rise of 40 pc", "One-cycle, two phases"
    query = f"?c=one-cycle~_n{quote(name)}&c=cosine~_n{quote(other)}"
    page = open_page(f"{server[0]}/{query}", viewport={"width": width, "height": 844})
    wait_until_drawn(page)
    row = page.locator("[class*=st-key-explore-row-] .stButton button").first
    page.wait_for_function("row => row.title", arg=row.element_handle())
    assert row.get_attribute("title") == name
    assert row.bounding_box()["width"] > 110
    ends = [text for text, *_ in end_names(page)]
    assert ends[0].startswith("One-cycle, thr" if width > 390 else "three")
    assert ends[0].endswith("…")


def test_without_a_curve_in_hand_no_colour_is_kept_for_its_card(page):
    color = "() => document.documentElement.style.getPropertyValue('--lrlab-in-hand')"
    assert page.evaluate(color)
    page.locator(".st-key-explore-row-exponential button").first.click()
    page.locator(".st-key-explore-in_hand").wait_for(state="detached")
    page.wait_for_function(f"() => !({color})()")


def test_a_picture_has_the_names_that_the_chart_has(server, open_page):
    page = open_page(
        server[0] + "/?c=step~_nA%20long%20name%20%3Cb%3E%26%20with%20many%20words%20in%20it",
        viewport={"width": 900, "height": 900},
    )
    wait_until_drawn(page)
    (shown,) = page.evaluate("() => document.querySelector('.lrlab-chart').labels")
    assert shown.endswith("…")
    page.locator(".lrlab-chart").hover()
    with page.expect_download() as download:
        page.locator(".lrlab-chart [data-title='Download as SVG']").click()
    texts = re.findall("<text[^>]*>(.*?)</text>", download.value.path().read_text())
    assert shown in [unescape(unescape(re.sub("<[^>]*>", "", text))) for text in texts]
