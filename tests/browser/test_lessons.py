"""Lessons in a real browser: read, moved, answered, measured, and run here."""

import pytest

from lrlab.lessons import sketch
from lrlab.lessons.claims import CLAIMS
from lrlab.lessons.course import LESSONS
from lrlab.lessons.evidence import evidence
from tests.browser.conftest import DESKTOP, settle

pytestmark = pytest.mark.browser
NARROW = {"width": 390, "height": 844}


def lessons(open_page, address, query, **options):
    page = open_page(f"{address}/?p", **options)
    page.goto(f"{address}/lessons{query}")
    settle(page)
    page.locator(".lrlab-chart .plot-container").first.wait_for(state="attached")
    return page


def answer(page, option):
    page.get_by_text(option, exact=True).click()
    page.get_by_role("button", name="Answer, and show the result").click()
    page.get_by_text("What was measured", exact=True).wait_for()
    settle(page)


def measured(page):
    """The lines of the chart of the result, with their lengths; all four measures are folded below it."""
    chart = page.locator(".st-key-lesson-result .lrlab-chart")
    chart.locator(".plot-container").wait_for(state="attached")
    lines = chart.evaluate("c => c.data.filter(t => !t.meta.band).map(t => [t.name, t.x.length])")
    page.get_by_text("All measures, and the applied rate").click()
    page.wait_for_function("() => [...document.querySelectorAll('.lrlab-chart')].some(c => c.layout?.yaxis4)")
    return lines


def test_the_first_visitor_of_a_server_may_come_by_a_link(own_server, chromium):
    address, _ = own_server
    page = chromium.new_page()  # the console may tell of the page that was not found at first
    page.goto(f"{address}/lessons?lesson=step&text=Hello")
    page.get_by_text("Hello", exact=True).wait_for()
    settle(page)
    assert page.get_by_role("dialog").count() == 0
    assert "lesson=step" in page.url
    page.close()


def test_lesson_5_from_start_to_verdict(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=5")
    page.get_by_role("heading", name="Time-based decay, as stated and as coded").wait_for()
    page.get_by_role("button", name="Answer, and show the result").wait_for()
    assert page.get_by_text("What was measured").count() == 0

    before = page.locator(".lrlab-chart").first.evaluate("c => c.data[0].y.at(-1)")
    field = page.get_by_role("spinbutton", name="Decay (per epoch), exact value")
    field.fill("0.05")
    field.press("Enter")
    settle(page)
    page.wait_for_function(f"() => document.querySelector('.lrlab-chart').data[0].y.at(-1) < {before} / 3")

    answer(page, "It falls to the end, in every seed")
    page.get_by_text("overflows in 2 of 3 seeds").first.wait_for()
    card = page.locator(".st-key-lesson-question")
    options = card.locator("[data-testid=stRadioOption]")
    options.filter(has_text="It falls to the end, in every seed").get_by_text("You said").wait_for()
    options.filter(has_text="It overflows before the end").get_by_text("So it is").wait_for()
    assert measured(page) == [["Time-based as stated", 100], ["Time-based as coded", 100]]
    page.get_by_text("Recorded with LR Lab on Fashion-MNIST").wait_for()


@pytest.mark.proof
@pytest.mark.real_data
def test_lesson_5_is_run_here(server_with_data, open_page):
    address, _, store = server_with_data
    page = lessons(open_page, address, "?lesson=5")
    answer(page, "It falls to the end, in every seed")
    page.get_by_role("button", name="Run it here").click()
    page.get_by_role("radio", name="Your runs").click(timeout=900_000)
    page.get_by_text("The runs of this LR Lab on Fashion-MNIST, one seed each").wait_for()
    assert {run.status for run in store.runs()} <= {"completed", "diverged"}
    page.get_by_text("The training loss of Time-based as coded stops falling after").first.wait_for()


@pytest.mark.proof  # lesson 5 is in `make test`
def test_lesson_8_from_start_to_verdict(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=race")
    page.get_by_role("heading", name="A race of all schedules").wait_for()
    page.get_by_text("Lesson 8 of 11").first.wait_for(state="attached")
    answer(page, "None of them: the seeds do not agree")
    assert len(measured(page)) == 6
    page.get_by_text("No winner: Exponential has the lowest final validation loss").wait_for()
    page.get_by_text("You said so, and that is right.").wait_for()
    page.get_by_text("Seed by seed, the lowest final validation loss").wait_for()
    page.reload()
    settle(page)
    page.get_by_role("heading", name="A race of all schedules").wait_for()


@pytest.mark.parametrize("viewport", [DESKTOP, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("lesson", ["learning-rate", "exponential", "race", "shape-or-rate"])
def test_the_verdict_moves_nothing_and_the_result_comes_into_view(server, open_page, viewport, lesson):
    page = lessons(open_page, server.address, f"?lesson={lesson}", viewport=viewport)
    card, options = page.locator(".st-key-lesson-question"), page.locator("[data-testid=stRadioOption]")
    options.nth(1).click()
    page.locator(".st-key-lesson-answer button:enabled").wait_for()

    def heights():
        return [round(each.bounding_box()["height"]) for each in (card, *options.all())]

    before = heights()
    page.get_by_role("button", name="Answer, and show the result").click()
    card.get_by_text("You said").first.wait_for()
    settle(page)
    assert heights() == before
    inside = """() => {
      const drawn = ".st-key-lesson-result :is(.plot-container, .lrlab-picture svg)";
      const box = document.querySelector(drawn)?.getBoundingClientRect();
      const bar = document.querySelector(".st-key-lesson-bar").getBoundingClientRect();
      return box?.height > 200 && box.top >= 0 && box.bottom <= bar.top;
    }"""
    page.wait_for_function(inside)


def test_back_goes_one_lesson_and_the_way_ends_with_a_summary(server, open_page):
    page = lessons(open_page, server.address, "?lesson=beyond")
    bar = page.locator(".st-key-lesson-bar")
    bar.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="Is it the shape").wait_for()
    bar.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="What you predicted").wait_for()
    settle(page)
    page.go_back()
    page.get_by_role("heading", name="Is it the shape").wait_for()
    settle(page)
    page.go_back()
    page.get_by_role("heading", name="Beyond the article").wait_for()
    settle(page)
    assert page.url.endswith("?lesson=beyond")
    page.go_forward()
    page.get_by_role("heading", name="Is it the shape").wait_for()
    page.get_by_role("link", name="Claims").click()
    page.get_by_role("heading", name="The article's claims").wait_for()
    page.get_by_role("link", name="Lessons").click()
    page.get_by_role("heading", name="Is it the shape").wait_for()


def test_on_a_telephone_the_index_is_a_popover(server, open_page):
    page = lessons(open_page, server.address, "", viewport=NARROW)
    assert not page.locator(".st-key-lesson-index").is_visible()
    page.get_by_role("button", name="Lesson 1 of 11").click()
    page.get_by_role("button", name="Step decay: what a drop does").last.click()
    page.get_by_role("heading", name="Step decay: what a drop does").wait_for()
    page.get_by_role("button", name="Lesson 7 of 11").wait_for()
    assert page.locator(".st-key-lesson-bar").get_by_role("button", name="Next").is_visible()


def test_on_a_telephone_the_chart_stays_under_the_title(server, open_page):
    page = lessons(open_page, server.address, "?lesson=5", viewport=NARROW)
    title = page.get_by_role("heading", name="Time-based decay, as stated and as coded")
    chart = page.locator(".lrlab-chart").first
    below = page.get_by_text("The formula of time-based decay is")
    tops = [each.bounding_box()["y"] for each in (title, chart, below)]
    assert tops == sorted(tops), "title, chart, text"

    def in_view(place):
        box = page.locator(place).bounding_box()
        assert 40 < box["y"] < 90
        assert box["y"] + box["height"] < NARROW["height"] / 2 - 40

    slider = page.get_by_role("slider", name="Initial learning rate")
    slider.evaluate("slider => slider.scrollIntoView({ block: 'center' })")
    in_view(".lrlab-chart")
    answer(page, "It falls to the end, in every seed")
    page.locator(".st-key-lesson-result .plot-container").wait_for()
    page.get_by_text("Not what you said.").scroll_into_view_if_needed()
    in_view(".st-key-lesson-result .lrlab-chart")


def test_on_a_telephone_what_is_pressed_is_large(server, open_page):
    page = lessons(open_page, server.address, "", viewport=NARROW)
    pressed = "[data-testid=stMain] button, .st-key-lesson-bar button, [data-testid=stRadioOption]"
    small = """all => all.filter(each => each.offsetParent
      && !each.closest(".modebar, .stTooltipIcon, .stNumberInput, .stSelectbox, .lrlab-drawing")
      && each.getBoundingClientRect().height < 44).map(each => each.innerText)"""
    assert page.locator(pressed).count() > 8
    assert page.locator(pressed).evaluate_all(small) == []
    places = ("[data-testid=stNumberInputContainer]", ".stSelectbox [role=group]", ".stSlider [role=group]")
    parts = page.locator(", ".join(places))
    assert parts.count() >= 3
    assert (
        parts.evaluate_all("all => Math.min(...all.map(each => each.getBoundingClientRect().height))") >= 44
    )


def test_lesson_1_with_curves_drawn_by_pointer_and_by_keyboard(server, open_page):
    page = lessons(open_page, server.address, "")
    pad = page.locator(".lrlab-drawing .pad")
    pad.wait_for()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()

    def at(epoch, loss):
        return box["x"] + box["width"] * epoch / 20, box["y"] + box["height"] * (1 - loss / sketch.TOP)

    page.mouse.move(*at(1, 2.25))
    page.mouse.down()
    page.mouse.move(*at(20, 1.5), steps=6)
    page.mouse.up()
    page.get_by_text("1 of 3 curves drawn").wait_for()

    page.get_by_role("button", name="Rate 0.1", exact=True).press("Enter")
    page.wait_for_function("() => document.activeElement.getAttribute('class') === 'pad'")
    for key in ["Home", *["PageDown"] * 3, "End", "PageDown"]:
        page.keyboard.press(key)
    page.get_by_text("2 of 3 curves drawn").wait_for()
    assert pad.get_attribute("aria-valuetext") == "epoch 20, loss 0.30"
    settle(page)
    assert page.locator(".lrlab-drawing .measured").count() == 0, "nothing measured is on the page"
    settle(page)
    page.reload()
    page.get_by_text("2 of 3 curves drawn").wait_for()
    settle(page)

    answer(page, "It learns nothing: the loss overflows, or the network only guesses")
    cells = page.locator(".lrlab-drawing .scores > div")
    cells.nth(3).get_by_text("Not drawn").wait_for()
    score, slow, good = (float(cells.nth(at).locator("b").inner_text()) for at in range(3))
    lesson = LESSONS[0]
    found = evidence(lesson.recipes, [])
    drawn = sketch.whole((2.25, *[None] * 18, 1.5)), sketch.whole((0.8, *[None] * 18, 0.3))
    for shown, curve, recipe in zip((slow, good), drawn, lesson.recipes, strict=False):
        true = sketch.distance(curve, sketch.measured(found, recipe, lesson.panel))
        assert shown == pytest.approx(true, abs=0.02), "the pointer sets whole pixels"
    assert score == pytest.approx((slow + good) / 2, abs=0.01)
    assert page.locator(".lrlab-drawing .area").count() == 2
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("2 of 3 curves drawn").wait_for()
    assert page.locator(".lrlab-drawing .measured").count() == 0


def test_a_slider_is_followed_while_it_is_dragged(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=exponential")
    chart = page.locator(".lrlab-chart").first
    before = chart.evaluate("c => c.lines?.[0]?.[50] ?? c.data[0].y[50]")
    thumb = page.get_by_role("slider").nth(1)
    box = thumb.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + box["height"] / 2, steps=8)
    moved = "(before) => { const c = document.querySelector('.lrlab-chart');"
    page.wait_for_function(f"{moved} return (c.lines?.[0]?.[50] ?? c.data[0].y[50]) < before; }}", arg=before)
    page.mouse.up()
    settle(page)


def test_a_teachers_link_is_made_and_followed(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=step")
    page.get_by_role("button", name="For the teacher").click()
    page.get_by_text("Locked", exact=True).click()
    page.get_by_role("textbox", name="Your own text above the lesson").fill("Class 7b: think first.")
    page.get_by_role("textbox", name="Your own question").fill("What will the drop do?")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("textbox", name="Answers, one per line").fill("Nothing\nEverything")
    page.keyboard.press("Control+Enter")
    settle(page)
    link = page.locator("[data-testid=stCode]")
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stCode]').innerText.includes('option=Everything')"
    )
    address = link.inner_text().strip().replace("\n", "")

    student = open_page(address, viewport=NARROW)
    settle(student)
    student.get_by_text("Class 7b: think first.").wait_for()
    student.get_by_text("What will the drop do?").wait_for()
    assert student.get_by_role("slider").first.get_attribute("aria-disabled") == "true" or (
        student.get_by_role("slider").first.is_disabled()
    )
    answer(student, "Nothing")
    student.get_by_text("You said: Nothing.").wait_for()
    assert student.get_by_role("button", name="For the teacher").count() == 0


def test_the_presenter_layout_is_large_and_shows_one_chart(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=race")
    page.get_by_role("button", name="For the teacher").click()
    page.get_by_role("button", name="Presenter layout").click()
    settle(page)
    page.get_by_text("Curves", exact=True).click()
    large = "([chart, ...more]) => chart && !more.length && chart.layout?.font?.size === 20"
    page.wait_for_function(f"() => ({large})([...document.querySelectorAll('.lrlab-chart')])")
    size = page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert size >= 22
    page.get_by_role("button", name="close").click()
    settle(page)
    page.get_by_role("button", name="For the teacher").wait_for()
    page.wait_for_function("() => parseFloat(getComputedStyle(document.documentElement).fontSize) < 18")


def test_every_claim_is_held_against_numbers(server, open_page):
    address = server.address
    page = open_page(f"{address}/?p")
    page.goto(f"{address}/claims")
    settle(page)
    page.get_by_role("heading", name="The article's claims").wait_for()
    page.get_by_text("Recorded with LR Lab on Fashion-MNIST").nth(5).wait_for()
    page.get_by_text("does not hold").first.wait_for()
    pictures = "[...document.querySelectorAll('[data-testid=stImage] img')]"
    drawn = f"n => {pictures}.filter(picture => picture.naturalWidth).length === n"
    page.wait_for_function(drawn, arg=len(CLAIMS))
    page.get_by_text("Of 38 runs that start at 0.5").wait_for()
    page.get_by_role("link", name="See the lesson").first.click()
    page.get_by_role("heading", name="What the learning rate does").wait_for()
    settle(page)
