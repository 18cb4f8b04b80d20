"""Lessons and Claims, run by AppTest: the result comes after the answer, and from stored numbers."""

import json
import math
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab.lessons.claims import CLAIMS
from lrlab.lessons.course import LESSONS
from lrlab.lessons.evidence import evidence, recipe_of
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import recorded
from lrlab.store import Store
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.measured import own_results
from tests.conftest import shared_home
from tests.pages import TIMEOUT
from tests.test_jobs import wait_for

pytestmark = pytest.mark.training  # the page starts a training process

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Opens Lessons, where a test has no home of its own in one that is shared: most tests only read."""
    with shared_home(tmp_path_factory.mktemp("lessons")):
        AppTest.from_file(APP, default_timeout=TIMEOUT).run()  # the server's first visitor
        yield open_lessons


def open_lessons(page="lessons", **query):
    app = AppTest.from_file(APP, default_timeout=TIMEOUT)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(f"pages/learn/{page}.py").run()
    assert not app.exception
    return app


def texts(page):
    kinds = (page.title, page.header, page.subheader, page.markdown, page.caption, page.info, page.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def labels(page):
    return [block.proto.popover.label for block in page.get("popover")]


def button(page, label):
    return next(button for button in page.button if button.label == label)


def answer(page, option):
    page.radio[0].set_value(option).run()
    return button(page, "Answer, and show the result").click().run()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_every_lesson_goes_from_text_to_verdict(opened, lesson):
    page = opened(lesson=lesson.id)
    assert lesson.title in texts(page)
    assert "What was measured" not in texts(page), "not before the answer"
    found = evidence(lesson.recipes, [])
    right = lesson.question.answer(found)
    page = answer(page, right.option or 0)
    assert not page.exception
    shown = texts(page)
    assert "What was measured" in shown
    assert right.sentence in shown
    assert ("You said so, and that is right." in shown) == (right.option is not None)
    assert lesson.conclusion(found) in shown
    assert "Recorded with LR Lab on Fashion-MNIST" in shown


def test_a_wrong_answer_is_told_the_right_one(opened):
    (lesson,) = [lesson for lesson in LESSONS if lesson.id == "built-in-decay"]
    right = lesson.question.answer(evidence(lesson.recipes, []))
    wrong = (right.option + 1) % len(lesson.question.options)
    before = opened(lesson=lesson.id)
    assert [*before.radio[0].options] == [*lesson.question.options]
    page = answer(before, wrong)
    assert "Not what you said." in texts(page)
    marked = [*lesson.question.options]
    marked[wrong] += " :red-badge[You said]"
    marked[right.option] += " :green-badge[So it is]"
    assert [option.strip() for option in page.radio[0].options] == marked, "the options keep their places"
    assert page.radio[0].disabled


def test_an_answer_can_be_tried_again(opened):
    page = answer(opened(lesson="built-in-decay"), 0)
    assert "1 answered" in texts(page)
    button(page, "Try again").click().run()
    assert "What was measured" not in texts(page)
    assert "0 answered" in texts(page)
    assert "What was measured" in texts(answer(page, 1))


def test_an_answer_stays_when_one_comes_back(opened):
    page = answer(opened(), 0)
    button(page, "Next").click().run()
    assert "What was measured" not in texts(page)
    button(page, "Back").click().run()
    assert "What was measured" in texts(page)


@pytest.mark.parametrize(("seeds", "at_first"), [((9126,), "recorded"), ((9125, 9126, 9127), "yours")])
def test_ones_own_runs_take_the_place_of_the_recorded_ones_if_they_are_as_many(opened, home, seeds, at_first):
    (lesson,) = [lesson for lesson in LESSONS if lesson.id == "built-in-decay"]
    wanted = {RECIPES[recipe][1].recipe for recipe in lesson.recipes}
    own = [r for r in recorded() if r.spec.recipe in wanted and r.spec.seed in seeds]
    Store().add_results([replace(result, created=1.0) for result in own])
    count = "one seed" if len(seeds) == 1 else "3 seeds"
    said = {
        "recorded": "Recorded with LR Lab",
        "yours": f"The runs of this LR Lab on Fashion-MNIST, {count} each",
    }
    page = answer(opened(lesson=lesson.id), 0)
    assert said[at_first] in texts(page)
    for source, words in said.items():
        page.segmented_control(key=f"{progress.SOURCE}.{lesson.id}").set_value(source).run()
        assert words in texts(page)


def test_one_run_of_ones_own_takes_no_verdict_from_the_claims(opened, home):
    before = [claim.judge(evidence(claim.recipes, [])).verdict for claim in CLAIMS]
    Store().add_results([replace(result, created=1.0) for result in recorded() if result.spec.seed == 9126])
    shown = texts(opened("claims"))
    assert [verdict for verdict in before if verdict not in shown] == []
    assert "The runs of this LR Lab" not in shown


def test_run_it_here_queues_the_lessons_own_recipes(opened, home):
    page = answer(opened(lesson="built-in-decay"), 0)
    button(page, "Run it here").click().run()
    runs = Store().runs()
    assert {run.spec.recipe for run in runs} == {
        RECIPES[recipe][1].recipe for recipe in ("keras-decay", "keras-decay-epochs")
    }
    assert button(page, "Run it here").disabled
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until and not any(run.status == "running" for run in Store().runs()):
        time.sleep(0.3)
    Store().request_stop(*(run.id for run in runs))


def test_run_mine_trains_the_curves_whose_sliders_were_moved(opened, home):
    page = answer(opened(lesson="exponential"), 0)
    assert button(page, "Run mine").disabled
    page.select_slider(key="lesson.exponential.exponential-slow.decay.slider").set_value(0.2).run()
    page.number_input(key="lessons.seeds.lesson").set_value(2).run()
    button(page, "Run mine").click().run()
    store = Store()
    name, spec = RECIPES["exponential-slow"]
    first, second = sorted(store.runs(), key=lambda run: run.id)
    assert {first.name, second.name} == {f"{name}, mine"}
    assert first.spec.with_seed(spec.seed) == replace(spec, schedule=replace(spec.schedule, decay=0.2))
    for id in (first.id, second.id):
        wait_for(lambda id=id: store.epochs(id))
        store.request_stop(id)
        wait_for(lambda id=id: store.run(id).status == "stopped")
    assert not page.run().exception
    drawn = [json.loads(part.proto.json).get("figure", {"data": []}) for part in page.get("bidi_component")]
    lines = [line for figure in drawn for line in figure["data"] if line.get("name") == f"{name}, mine"]
    assert sum(line.get("showlegend", True) for line in lines) == 1, "the median of the two seeds"


def test_a_value_that_makes_no_schedule_is_said_and_takes_nothing_else(opened):
    page = answer(opened(lesson="beyond"), 0)
    page.selectbox(key="lesson.beyond.changed").set_value("lesson.beyond.wsd").run()
    page.number_input(key="lesson.beyond.wsd.cooldown.field").set_value(99).run()
    assert [warning.value for warning in page.warning if warning.value.startswith("WSD: ")]
    assert button(page, "Run it here")


def test_a_claim_is_tested_with_three_seeds_on_train(opened, home):
    claim = CLAIMS[0]
    page = opened("claims")
    page.button(key=f"claims.test.{claim.id}").click().run()
    runs = Store().runs()
    Store().request_stop(*(run.id for run in runs))
    assert len(runs) == 3 * len(claim.recipes)
    assert {(run.spec.recipe, run.spec.seed) for run in runs} == {
        (RECIPES[recipe][1].recipe, seed) for recipe in claim.recipes for seed in (9125, 9126, 9127)
    }
    assert "Train on" in texts(page)


def test_sliders_change_the_figure_and_nothing_on_explore(opened):
    page = opened(lesson="exponential")
    before = page.session_state["exponential.decay"]
    slider = page.select_slider(key="lesson.exponential.exponential-slow.decay.slider")
    slider.set_value(0.2).run()
    assert page.session_state["lesson.exponential.exponential-slow.decay"] == 0.2
    assert page.session_state["exponential.decay"] == before
    button(page, "Reset to the lesson's values").click().run()
    assert page.session_state["lesson.exponential.exponential-slow.decay"] == 0.02


@pytest.mark.parametrize("controls", ["locked", "hidden"])
def test_a_link_locks_or_hides_the_controls(opened, controls):
    page = opened(lesson="step", controls=controls)
    if controls == "hidden":
        assert not page.select_slider
    else:
        assert all(slider.disabled for slider in page.select_slider)
    assert ("Run it here" in [button.label for button in answer(page, 0).button]) == (controls == "locked")


def test_a_link_carries_a_text_and_a_question(opened):
    page = opened(lesson="3", text="Think *first*.", question="What do you expect?", option=["A", "B [x](y)"])
    shown = texts(page)
    assert "Think \\*first\\*" in shown, "a link's text is never Markdown"
    assert "What do you expect?" in shown
    assert "You said: B" in texts(answer(page, 1))
    assert "For the teacher" in labels(page)


@pytest.mark.parametrize("controls", ["locked", "hidden"])
def test_a_locked_link_offers_nothing_for_the_teacher(opened, controls):
    assert "For the teacher" not in labels(opened(lesson="step", controls=controls))


def test_a_bad_link_says_so_and_opens_the_first_lesson(opened):
    page = opened(lesson="99")
    assert "Not everything in this link could be used" in texts(page)
    assert LESSONS[0].title in texts(page)


def test_the_presenter_layout_shows_one_thing_at_a_time(opened):
    page = opened(lesson="race", present="1")
    stage = page.segmented_control(key=f"{progress.STAGE}.race")
    assert len(page.radio) == 0
    stage.set_value("Result").run()
    assert "Answer the question first" in texts(page)
    page.segmented_control(key=f"{progress.STAGE}.race").set_value("Question").run()
    answer(page, 0)
    page.segmented_control(key=f"{progress.STAGE}.race").set_value("Result").run()
    assert "You said so, and" in texts(page) or "Not what you said" in texts(page)


def test_every_claim_has_a_verdict_from_stored_numbers(opened):
    shown = texts(opened("claims"))
    for claim in CLAIMS:
        judgement = claim.judge(evidence(claim.recipes, []))
        assert claim.text in shown
        assert judgement.sentence in shown
        assert judgement.verdict in shown


def test_every_claim_has_a_picture_and_leads_to_its_lesson(opened):
    page = opened("claims")
    links = [link.proto.query_string for link in page.get("page_link")]
    expected = [
        [f"lesson={claim.lesson}", *["sweep=recorded&choose.step=sweep"] * (not claim.recipes)]
        for claim in CLAIMS
    ]
    assert links == [*chain(*expected)]
    assert len(page.get("image")) == len(CLAIMS)


def test_an_answer_in_free_text_stays_when_one_comes_back(opened):
    page = opened(lesson="step", question="What do you expect?")
    page.text_input[0].set_value("A drop").run()
    button(page, "Answer, and show the result").click().run()
    assert "You said: A drop." in texts(page)
    button(page, "Next").click().run()
    button(page, "Back").click().run()
    assert page.text_input[0].value == "A drop"
    assert page.text_input[0].disabled


def test_a_bad_link_is_said_once_and_is_no_markdown(opened):
    page = opened(controls="[x](https://example.org)")
    assert "Not everything in this link could be used" in texts(page)
    assert "[x](" not in texts(page)
    assert "Not everything in this link could be used" not in texts(button(page, "Next").click().run())


def test_a_class_brings_a_seed_each(opened, home):
    (lesson,) = [lesson for lesson in LESSONS if lesson.id == "exponential"]
    store = Store()
    for student, seed in enumerate((9125, 9126, 9127)):
        own = [r for r in recorded() if recipe_of(r.spec) in lesson.recipes and r.spec.seed == seed]
        store.add_results([replace(result, created=float(student)) for result in own])
    page = answer(opened(lesson=lesson.id), 0)
    assert "The runs of this LR Lab on Fashion-MNIST, 3 seeds each" in texts(page)
    page.number_input(key=f"{progress.SEED}.lesson").set_value(7).run()
    button(page, "Run it here").click().run()
    assert {run.spec.seed for run in store.runs(("queued", "running"))} == {7}
    store.request_stop(*(run.id for run in store.runs()))


def test_a_free_answer_is_kept_between_the_stages_of_a_room(opened):
    page = opened(lesson="step", present="1", question="What will it do?")
    stages = page.segmented_control(key=f"{progress.STAGE}.step")
    stages.set_value("Question").run()
    page.text_input[0].set_value("Nothing").run()
    page.segmented_control(key=f"{progress.STAGE}.step").set_value("Curves").run()
    page.segmented_control(key=f"{progress.STAGE}.step").set_value("Question").run()
    assert page.text_input[0].value == "Nothing"


def test_of_many_runs_of_a_seed_the_newest_that_will_do_is_taken(home):
    store = Store()
    (first,) = [r for r in recorded() if recipe_of(r.spec) == "step" and r.spec.seed == 9125]
    last = replace(first.epochs[-1], val_loss=0.5)
    newer = replace(first, created=2.0, epochs=(*first.epochs[:-1], last))
    lacking = replace(first, created=3.0, epochs=(*first.epochs[:-1], replace(last, accuracy=math.nan)))
    store.add_results([newer, replace(first, created=1.0), lacking])
    (found,) = own_results(store, ["step"])
    assert found.epochs[-1].val_loss == 0.5
    assert own_results(store, ["constant"]) == []


def test_a_room_sees_the_result_when_it_has_answered(opened):
    page = opened(lesson="step", present="1")
    page.segmented_control(key=f"{progress.STAGE}.step").set_value("Question").run()
    answer(page, 0)
    assert not page.exception
    assert page.segmented_control(key=f"{progress.STAGE}.step").value == "Result"
    assert "Not what you said." in texts(page)


def test_the_way_leads_through_all_lessons_to_a_summary(opened):
    page = opened()
    lesson = LESSONS[0]
    right = lesson.question.answer(evidence(lesson.recipes, [])).option
    answer(page, right)
    for _ in LESSONS[:2]:
        button(page, "Next").click().run()
    answer(page, 0)
    missed = LESSONS[2].question.answer(evidence(LESSONS[2].recipes, [])).option != 0
    for at in range(3, len(LESSONS) + 1):
        button(page, "Next").click().run()
        assert at == len(LESSONS) or LESSONS[at].title in page.title[0].value
    assert page.title[0].value == "What you predicted"
    shown = texts(page)
    assert f"You answered **2 of {len(LESSONS)}** questions" in shown
    assert f"you predicted **{2 - missed}** rightly" in shown
    assert f"You said: {lesson.question.options[right]}." in shown
    assert button(page, "Next").disabled
    button(page, LESSONS[4].title).click().run()
    assert page.title[0].value == LESSONS[4].title


def test_the_browser_goes_back_one_lesson(opened):
    page = opened(lesson="step")
    button(page, "Next").click().run()
    assert page.query_params["lesson"] == "race"
    page.query_params["lesson"] = "step"  # what the browser does
    assert page.run().title[0].value == "Step decay: what a drop does"
    page.query_params.clear()  # the menu of pages
    assert page.run().title[0].value == "Step decay: what a drop does"
