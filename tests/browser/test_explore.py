"""What a person sees on Explore: sliders that move curves, in place, by mouse, keyboard and typing."""

import pytest

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
        timeout=5000,
    )


def thumb(page, card, nth=0):
    """The range input of a slider in the card of that name."""
    box = page.locator("[data-testid=stVerticalBlock]").filter(has_text=card).last
    return box.locator("input[type=range]").nth(nth)


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
    slider = thumb(page, "Step")
    assert slider.get_attribute("aria-valuetext") == "0.5"
    assert "Initial learning rate" in slider.get_attribute("aria-label")
    slider.focus()
    slider.press("ArrowLeft")
    settle(page)
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].y[0] < 0.5")
    moved = trace(page, "Step")[0]
    assert 0.4 < moved < 0.5
    assert thumb(page, "Step").get_attribute("aria-valuetext") == f"{moved:g}"


def test_a_typed_value_is_exact_and_comes_back_after_another_page(page):
    field = page.get_by_role("spinbutton").nth(2)
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
    assert page.get_by_role("spinbutton").nth(2).input_value() == "0.0123456"
    page.get_by_role("button", name="The article's values").click()
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
    slider = thumb(page, "Step")
    slider.focus()
    slider.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('.lrlab-chart').data[6].y[0] < 0.5")
    assert page.evaluate(ranges) == zoomed
    assert page.evaluate("() => document.querySelector('.lrlab-chart .main-svg').mark") is True


def test_a_slider_can_be_dragged(page):
    box = thumb(page, "Exponential", 1).locator("xpath=ancestor::*[@data-testid='stSlider']")
    box.scroll_into_view_if_needed()
    knob = box.get_by_test_id("stSliderThumbValue").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] + 8
    before = trace(page, "Exponential")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=6)
    page.mouse.up()
    page.wait_for_function(
        "before => document.querySelector('.lrlab-chart').data[5].y[20] > 2 * before", arg=before[20]
    )


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
    one.get_by_role("spinbutton").nth(2).fill("0.3")
    one.get_by_role("spinbutton").nth(2).press("Enter")
    wait_for_first(one, "Constant", 0.3)
    assert trace(other, "Constant")[0] == 0.01


def test_nothing_is_wider_than_a_telephone(server, open_page):
    page = open_page(server[0], viewport=TELEPHONE)
    wait_until_drawn(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert page.locator(".lrlab-chart").bounding_box()["height"] < TELEPHONE["height"] / 2
