"""Lessons in a real browser: read, moved, answered, measured, and run here."""

import pytest

from tests.browser.conftest import settle

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
    page.get_by_text("What was measured").wait_for()
    settle(page)


def measured(page):
    """The lines of the lower chart that stand for a recipe in its uppermost panel, with their lengths."""
    chart = page.locator(".lrlab-chart").nth(1)
    chart.locator(".plot-container").wait_for(state="attached")
    script = "c => c.data.filter(t => t.yaxis === 'y4' && !t.meta.band).map(t => [t.name, t.x.length])"
    return chart.evaluate(script)


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
    page.get_by_role("heading", name="5. Time-based decay, as stated and as coded").wait_for()
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
    page.get_by_text(
        "You said: It falls to the end, in every seed. The right answer: It overflows"
    ).wait_for()
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


def test_lesson_8_from_start_to_verdict(server, open_page):
    address = server.address
    page = lessons(open_page, address, "?lesson=race")
    page.get_by_role("heading", name="8. A race of all schedules").wait_for()
    answer(page, "None of them: the seeds do not agree")
    assert len(measured(page)) == 6
    page.get_by_text("That is right. No winner: Exponential has the lowest final validation loss").wait_for()
    page.get_by_text("Seed by seed, the lowest final validation loss").wait_for()
    page.reload()
    settle(page)
    page.get_by_role("heading", name="8. A race of all schedules").wait_for()


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
    page.get_by_text("Of 38 runs that start at 0.5").wait_for()
