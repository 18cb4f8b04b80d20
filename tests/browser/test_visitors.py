"""Visitors of a public server: each has own runs, a teacher sees and stops all, a class is collected."""

import os
import re

import pytest
from playwright.sync_api import expect

from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from lrlab.training.heartbeat import heartbeat
from lrlab.ui.shell.visitor import owner_of
from tests.browser.conftest import PATIENCE, serving, settle
from tests.conftest import shared_home

pytestmark = pytest.mark.browser
SECRET = "the teacher's own words + 1"
EPOCH = Epoch(0, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.1)
KEY = re.compile("[0-9a-f]{32}")


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """The address of a public server; its store is in LRLAB_HOME."""
    folder = tmp_path_factory.mktemp("public")
    with (
        shared_home(folder),
        serving(folder, LRLAB_PUBLIC="1", LRLAB_TEACHER=SECRET) as (address, _),
        heartbeat(Store(), "w", os.getpid()) as say,
    ):
        say("busy")
        yield address


@pytest.fixture
def visitor(chromium, public):
    """A function that opens a path in the browser of someone new."""
    opened, errors = [], []

    def visit(path, known=None):
        page = (known or chromium.new_context()).new_page()
        opened.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{public}/{path}")
        page.get_by_role("heading").first.wait_for()
        settle(page)
        return page

    yield visit
    for context in {page.context for page in opened}:
        context.close()
    assert errors == []


def key_of(page):
    page.wait_for_function("document.cookie.includes('lrlab_key=')")
    return next(each["value"] for each in page.context.cookies() if each["name"] == "lrlab_key")


def workspace(page, **options):
    """The store as the visitor of a page has it."""
    return Store(owner=owner_of(key_of(page)), **options)


def racing(store, name):
    """A race of two that trains as long as the test lasts."""
    race = store.add_race([[(f"{name} {lane}", RunSpec(epochs=9)) for lane in (1, 2)]], worker="w")
    for run in store.race(race):
        store.record(run, EPOCH)
    return race


def buttons(page):
    return {name for name in ("Pause", "Stop", "Go on") if page.get_by_role("button", name=name).count()}


@pytest.mark.proof
def test_a_visitor_is_the_same_after_a_reload_in_another_tab_and_by_the_private_link(visitor):
    page = visitor("train")
    key = key_of(page)
    assert KEY.fullmatch(key)
    racing(workspace(page), "Mine")
    for again in (page, visitor("train", page.context)):
        again.reload()
        again.get_by_text("Race of 2 lanes").wait_for()
        assert key_of(again) == key
    page.goto(page.url.split("/train")[0] + "/compare")
    page.get_by_role("button", name="Your runs").click()
    link = page.get_by_text("key=").inner_text()
    elsewhere = visitor(link.split("/", 3)[3])
    elsewhere.get_by_text("2 runs chosen").wait_for()
    assert key_of(elsewhere) == key
    elsewhere.wait_for_function("!location.search.includes('key=')")
    elsewhere.reload()
    elsewhere.get_by_text("2 runs chosen").wait_for()


def test_two_tabs_that_come_at_once_are_one_visitor(visitor):
    page = visitor("claims")
    other = visitor("claims", page.context)
    assert key_of(page) == key_of(other)
    page.context.clear_cookies()
    for each in (page, other):
        each.evaluate("sessionStorage.clear(); setTimeout(() => location.reload())")
    for each in (page, other):
        each.wait_for_load_state()
        each.get_by_role("heading").first.wait_for()
        settle(each)
    workspaces = set()
    for each in (page, other):
        each.goto(each.url.split("/claims")[0] + "/compare")
        each.get_by_role("button", name="Your runs").click()
        workspaces.add(each.get_by_text("key=").inner_text().split("key=")[1])
    assert len(workspaces) == 1


def test_a_wrong_key_opens_nothing(visitor):
    page = visitor("compare?key=guess")
    page.get_by_text("The key in the link opens no workspace here.").wait_for()
    assert KEY.fullmatch(key_of(page))


def test_none_of_three_visitors_can_touch_the_run_of_another(visitor):
    anna = visitor("train")
    hers = workspace(anna)
    race = racing(hers, "Hers")
    first, second = (run.id for run in hers.race(race))
    hers.write_note(first, "Her private note.")
    anna.reload()
    anna.get_by_role("button", name="Pause").wait_for()
    assert buttons(anna) == {"Pause", "Stop"}
    hers.finish(second, Outcome("stopped", "Stopped."), "w")
    before = hers.run(first), hers.run(second)

    for _ in ("ben", "carla"):
        page = visitor("train")
        page.get_by_text("Race of 2 lanes").wait_for(state="detached")
        page.goto(page.url.split("/train")[0] + f"/train?run={race}")
        page.get_by_text("Another visitor's").wait_for()
        settle(page)
        assert buttons(page) == set()
        assert page.get_by_text("Set the rate by hand").count() == 0
        page.goto(page.url.split("/train")[0] + "/compare")
        page.get_by_role("button", name="Import", exact=True).wait_for()
        assert page.get_by_text("Hers").count() == 0
        page.goto(page.url.split("/compare")[0] + f"/compare?runs={first}.{second}")
        page.get_by_text("2 runs chosen").wait_for()
        settle(page)
        assert page.get_by_text("Her private note").count() == 0
        assert page.get_by_role("button", name=re.compile("Actions for")).count() == 0
        expect(page.get_by_role("button", name="Delete")).to_be_disabled()
        workspace(page).request_stop(first)
        assert (hers.run(first), hers.run(second)) == before


def test_the_teacher_sees_and_stops_all(visitor):
    student = visitor("train")
    store = workspace(student)
    race = racing(store, "A student's")
    page = visitor(f"train?key={SECRET.replace('+', '%2B')}&run={race}")
    page.wait_for_function("!location.search.includes('key=')")
    page.get_by_text("Another visitor's").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop").and_(page.locator("[disabled]")).wait_for()
    assert all(run.stop_requested for run in store.race(race))
    page.reload()
    page.get_by_text("Another visitor's").wait_for()
    page.goto(page.url.split("/train")[0] + "/compare")
    page.get_by_role("button", name="Your runs").click()
    page.get_by_text("You are the teacher").wait_for()


def test_a_class_is_collected_without_files(visitor):
    secret = SECRET.replace("+", "%2B")
    teacher = visitor(f"lessons?key={secret}&class=7b")
    teacher.get_by_role("button", name="For the teacher").click()
    link = teacher.get_by_text("class=7b").inner_text()
    teacher.get_by_text("are on your Compare, tagged 7b").wait_for()
    student = visitor(link.split("/", 3)[3])
    student.get_by_role("link", name="Explore").click()
    student.get_by_role("button", name=re.compile("Race two")).first.click()
    student.get_by_text("Race of 2 lanes").wait_for()
    store = workspace(student)
    assert [run.tags for run in store.runs()] == [("7b",)] * 2
    student.get_by_role("button", name="Show the form").click()
    student.get_by_text("Class 7b: your teacher sees what you train.").wait_for()
    racing(workspace(visitor("claims")), "No class")
    teacher.keyboard.press("Escape")
    teacher.get_by_role("link", name="Compare").click()
    teacher.get_by_role("button", name="Filters: 1").wait_for()
    teacher.get_by_text("No class").wait_for(state="detached")
    ids = [run.id for run in store.runs()]
    teacher.goto(teacher.url.split("/compare")[0] + f"/compare?runs={'.'.join(map(str, ids))}")
    teacher.get_by_text("2 runs chosen").wait_for()
    store.request_stop(*ids)


def test_a_limit_is_said_where_it_bites(visitor):
    page = visitor("train?source=article&seeds=10")
    page.get_by_role("button", name=re.compile("^Race 60 runs")).click()
    page.get_by_text("A race has at most 36 runs here: lanes times seeds, but this would make 60.").wait_for()
    assert workspace(page).runs() == []
