"""Compare, run by AppTest against a real store."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab import article, jobs
from lrlab.exchange import to_json
from lrlab.lessons.evidence import recipe_of
from lrlab.lessons.recipes import RACED
from lrlab.lessons.reference import recorded
from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, ExponentialDecay
from lrlab.store import CurvesOnly, Store
from lrlab.ui.compare import choice
from tests.datasets.npz import described
from tests.pages import TIMEOUT, as_read, link_of
from tests.store.test_runs import by_hand

pytestmark = pytest.mark.pages
APP = Path(__file__).parents[2] / "app.py"


def result(name, *losses, lr=0.1, seed=1, schedule=Constant, **kwargs):
    epochs = [
        Epoch(at, lr, lr, loss, 0.8, loss + 0.1, 0.9 - loss / 10, 0.2) for at, loss in enumerate(losses)
    ]
    spec = RunSpec(schedule(lr), seed=seed, data="fashion-mnist", epochs=10)
    made = Result(name, tuple(epochs), spec, data="fashion-mnist", created=float(seed))
    return replace(made, **kwargs)


@pytest.fixture
def store(home):
    store = Store()
    store.add_results(
        [
            result("Good", 0.9, 0.5, 0.4, seed=1),
            result("Good", 0.9, 0.5, 0.41, seed=2),
            result("Better", 0.8, 0.4, 0.2, lr=0.2, seed=3, schedule=ExponentialDecay, tags=("class 7",)),
            result("Mine", 0.8, 0.4, 0.3, spec=None, data=None),
        ]
    )
    return store


def open_page(query=None):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    for name, value in (query or {}).items():
        page.query_params[name] = value
    page.run()
    page.switch_page("pages/lab/compare.py").run()
    assert not page.exception
    return page


def texts(page):
    written = [element.value for kind in (page.markdown, page.caption) for element in kind]
    said = [
        as_read(element.value)
        for kind in (page.info, page.warning, page.error, page.success)
        for element in kind
    ]
    return "\n".join(written + said)


def button(page, label):
    return next(button for button in page.button if button.label == label)


def table(page):
    return page.dataframe[0].value


def ticked(page):
    """The numbers of the ticked rows of the table."""
    key = re.search(r"compare\.table\.\w+", page.dataframe[0].proto.id)[0]
    return page.session_state[key]["selection"]["rows"]


def choose(page, *runs):
    page.session_state[choice.CHOSEN] = [*runs]
    return page.run()


def test_an_empty_store_says_what_to_do(home):
    page = open_page()
    assert "No run yet" in texts(page)
    assert [link.proto.label for link in page.get("page_link")] == ["Start a race on Train"]


def test_an_empty_store_offers_the_recorded_results(home):
    page = open_page()
    button(page, f"Add {len(recorded())} recorded runs").click().run()
    assert not page.exception
    names = {recipe_of(result.spec): result.name for result in recorded()}
    chosen = [names[recipe] for recipe in RACED]
    assert [*table(page)["Run"]][: len(chosen)] == chosen, "the article's race is looked at first"
    assert {*table(page)["Seed"][: len(chosen)]} == {article.SEED}
    assert f"{len(chosen)} runs chosen" in texts(page)
    assert len(Store().listed()) == len(recorded())
    assert all(entry.run.tags == ("recorded",) for entry in Store().listed())


def test_every_run_is_a_row_with_its_scores(store):
    rows = table(open_page())
    assert list(rows["Run"]) == ["Mine", "Better", "Good", "Good"]
    assert list(rows["Best loss"]) == pytest.approx([0.4, 0.3, 0.51, 0.5])
    assert list(rows["Best epoch"]) == [3, 3, 3, 3]
    assert list(rows["Data"]) == ["not known", "Fashion-MNIST", "Fashion-MNIST", "Fashion-MNIST"]
    assert len(rows["Rate"][1]) == 40
    assert max(rows["Rate"][1]) == 1


def on_own(name, digest, title, **kwargs):
    made = result(name, 0.9, 0.5, **kwargs)
    data = replace(described(), digest=digest * 32, title=title)
    return replace(made, spec=replace(made.spec, data=data), data=data.name)


def test_ones_own_sets_are_told_apart_by_digest_and_shown_by_title(home):
    Store().add_results(
        [
            on_own("One", "ab", "di*gits.npz", seed=1),
            on_own("Again", "ab", "di*gits.npz", seed=2),
            on_own("Two", "ab", "renamed.npz", lr=0.2),
            on_own("Other", "cd", "di*gits.npz", lr=0.3),
        ]
    )
    page = choose(open_page(), 1, 2, 3, 4)
    assert not page.exception
    assert sorted(table(page)["Data"]) == [*["di*gits.npz"] * 3, "renamed.npz"]
    assert texts(page).count(r"**On di\*gits.npz, 16,000 + 4,000 images**") == 1
    assert texts(page).count(r":gray-badge[di\*gits.npz, 16,000 + 4,000 images]") == 2
    assert "Runs on different images or on unknown images are shown together but not ranked." in texts(page)


@pytest.mark.parametrize(
    ("search", "found"),
    [("", 4), ("better", 1), ("class exponential", 1), ("seed", 0), ("SGD", 3), ("good 2", 1), ("(", 0)],
)
def test_a_search_finds_every_word_anywhere(store, search, found):
    page = open_page()
    page.text_input(key=choice.SEARCH).set_value(search).run()
    assert len(table(page)) == found if found else "No run matches" in texts(page)


def test_filters_narrow_the_table(store):
    page = open_page()
    page.multiselect(key="compare.filter.Schedule").set_value(["Constant"]).run()
    assert list(table(page)["Run"]) == ["Good", "Good"]
    page.multiselect(key="compare.filter.Tag").set_value(["class 7"]).run()
    assert "No run matches" in texts(page)


def test_what_is_chosen_is_compared_and_ranked_on_the_same_images_only(store):
    page = choose(open_page(), 1, 2, 3, 4)
    shown = texts(page)
    assert "4 runs chosen" in shown
    assert "Better has the lowest final validation loss" in shown
    assert "not ranked" in shown, "the imported curves are on images that are not known"
    assert "Mine has" not in shown
    assert link_of(page)["runs"] == ["1.2.3.4"]


def test_seeds_are_one_line_or_several(store):
    page = choose(open_page(), 1, 2)
    assert sum("**Good" in text.value for text in page.markdown) == 1
    page.toggle(key=choice.JOIN_SEEDS).set_value(False).run()
    assert sum("**Good, seed" in text.value for text in page.markdown) == 2


def test_a_link_chooses_runs_and_says_which_are_not_here(store):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["runs"] = "3.77"
    page.switch_page("pages/lab/compare.py").run()
    assert "1 run chosen" in texts(page)
    assert "names runs that do not exist here: 77. They are left out." in texts(page)


def test_a_link_that_names_its_runs_twice_opens_the_newest_race(store):
    page = open_page({"runs": ["1", "2"]})
    assert "runs= more than once. The newest race is shown." in texts(page)
    assert link_of(page)["runs"] == ["4"]


def test_what_is_chosen_is_on_top_and_ticked_whatever_brought_one_here(store):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["runs"] = "2.1"
    page.switch_page("pages/lab/compare.py").run()
    assert [*table(page)["Number"]] == [2, 1, 4, 3]
    assert ticked(page) == [0, 1]
    page.query_params["runs"] = "3"  # a link of another page, followed in the same session
    page.run()
    assert [*table(page)["Number"]] == [3, 4, 2, 1]
    assert ticked(page) == [0]
    assert [*table(choose(page, 1, 4))["Number"]] == [1, 4, 3, 2]


def test_what_is_not_known_is_an_empty_cell(home):
    Store().add_results([result("Mine", spec=None, data=None)])
    page = open_page()
    assert page.dataframe[0].proto.placeholder == ""
    assert page.dataframe[0].proto.HasField("placeholder")
    row = table(page).iloc[0]
    unknown = (
        "Best loss",
        "Best epoch",
        "Final loss",
        "Final accuracy",
        "Test accuracy",
        "Seed",
        "Optimizer",
    )
    assert row[[*unknown]].isna().all()


def test_deleted_runs_come_back_on_undo(store):
    page = choose(open_page(), 3)
    button(page, "Delete").click().run()
    assert "1 run was deleted" in texts(page)
    assert list(table(page)["Run"]) == ["Mine", "Good", "Good"]
    button(page, "Undo").click().run()
    assert list(table(page)["Run"]) == ["Better", "Mine", "Good", "Good"], "it is chosen again, and so on top"
    assert "1 run chosen" in texts(page)


def test_a_run_that_trains_is_not_deleted(store):
    id = store.add(RunSpec(train_images=300), "Busy", "w")
    page = choose(open_page(), id)
    button(page, "Delete").click().run()
    assert "Busy" in list(table(page)["Run"])
    assert "1 of 1 not deleted: stop queued" in texts(page)
    store.finish(id, Outcome("stopped"))


def test_imported_files_are_chosen_and_tagged(store, tmp_path):
    page = open_page()
    new = result("From a student", 0.7, 0.6, seed=9)
    page.text_input(key="compare.import_tag").set_value("7b").run()
    page.file_uploader[0].set_value(("ours.json", to_json([new]).encode(), "application/json")).run()
    button(page, "Import").click().run()
    assert "1 run was imported" in texts(page)
    assert table(page)["Run"].iloc[0] == "From a student"
    assert store.listed()[0].run.tags == ("7b",)
    page.file_uploader[0].set_value(("ours.json", to_json([new]).encode(), "application/json")).run()
    button(page, "Import").click().run()
    assert "LR Lab already has all of its runs" in texts(page)


def test_a_file_that_is_none_is_said_and_leaves_the_store_alone(store):
    page = open_page()
    page.file_uploader[0].set_value(("photo.png", b"\x89PNG\r\n\x1a\n\x00", "image/png")).run()
    button(page, "Import").click().run()
    assert page.error[0].value
    assert len(store.listed()) == 4


def test_a_run_that_was_never_validated_has_a_card_and_did_not_diverge(home):
    epochs = tuple(Epoch(at, 0.1, 0.1, 0.9 - at / 10, 0.7, math.nan, math.nan, 1.0) for at in range(3))
    Store().add_results([Result("A log", epochs)])
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["runs"] = "1"
    page.switch_page("pages/lab/compare.py").run()
    assert not page.exception
    said = texts(page)
    assert "A log" in said
    assert "diverged" not in said


@pytest.mark.training
def test_train_shows_a_race_of_which_a_seed_was_deleted(home):
    store = Store()
    race = store.add_race(
        [
            [
                ("A", RunSpec(Constant(lr), seed=seed, epochs=1)),
                ("B", RunSpec(Constant(2 * lr), seed=seed, epochs=1)),
            ]
            for seed, lr in ((1, 0.1), (2, 0.1))
        ],
        "w",
    )
    for run in store.race(race):
        store.record(run, Epoch(0, 0.1, 0.1, 0.9, 0.7, 0.8, 0.75, 1.0))
        store.finish(run.id, Outcome("completed"))
    store.delete(race)
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run().switch_page("pages/lab/train.py").run()
    assert not page.exception
    assert "Race of 2 lanes" in texts(page)
    jobs.shut_down(store)


def ended_race(*seed_groups):
    """A race whose runs, by seed group and lane, are `RunSpec`s that were completed on Fashion-MNIST."""
    store = Store()
    race = store.add_race([[(name, spec) for name, spec in seed_group] for seed_group in seed_groups], "w")
    for at, run in enumerate(store.race(race)):
        store.set_data(run.id, "fashion-mnist", "here", {})
        store.record(run, Epoch(0, 0.1, 0.1, 0.9, 0.7, 0.8 + at / 10, 0.75, 1.0))
        store.finish(run.id, Outcome("completed"))
    return race


def open_train():
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run().switch_page("pages/lab/train.py").run()
    assert not page.exception
    return page


@pytest.mark.training
def test_train_works_beside_curves_that_were_imported(store):
    assert isinstance(store.runs()[0], CurvesOnly)
    page = open_train()
    assert "steps per epoch" in texts(page)


@pytest.mark.training
def test_lanes_on_different_images_are_not_ranked_in_a_race_either(home):
    few, many = (RunSpec(Constant(0.1), epochs=1, train_images=count) for count in (20_000, 25_000))
    ended_race([("Few", few), ("Many", many)], [("Few", few.with_seed(2)), ("Many", many.with_seed(2))])
    shown = texts(open_train())
    assert "not ranked" in shown
    assert "has the lowest" not in shown


@pytest.mark.training
def test_lanes_that_are_renamed_alike_stay_two(home):
    one, two = (RunSpec(Constant(lr), epochs=1) for lr in (0.1, 0.2))
    race = ended_race(*([("A", one.with_seed(seed)), ("B", two.with_seed(seed))] for seed in (1, 2, 3)))
    for run in Store().race(race):
        Store().rename(run.id, "Same")
    shown = texts(open_train())
    assert "Race of 2 lanes" in shown
    assert "over 6 seeds" not in shown
    assert "No winner" in shown


@pytest.mark.training
def test_a_race_that_another_tab_deleted_is_no_reason_to_fail(home):
    race = ended_race([("A", RunSpec(Constant(0.1), epochs=1)), ("B", RunSpec(Constant(0.2), epochs=1))])
    page = open_train()
    Store().delete(race, race + 1)
    page.run()
    assert not page.exception


def test_number_fields_do_not_depend_on_a_message_that_may_be_dropped(home):
    """What has not been sent when a script begins again is dropped; the newest run has to say everything."""
    store = Store()
    id = store.add(RunSpec(epochs=100, train_images=300), "Busy", "w")
    store.record(store.run(id), Epoch(0, 0.1, 0.1, 0.9, 0.7, 0.8, 0.75, 1.0))
    page = choose(open_page(), id)
    field = page.run().number_input(key=f"{choice.FIRST}.field")
    assert field.proto.default == field.value == choice.FIRST_EPOCHS
    field.set_value(30).run()
    field = page.run().number_input(key=f"{choice.FIRST}.field")
    assert field.proto.default == field.value == 30
    page.session_state[choice.FIRST] = 40  # another control of the same value
    assert page.run().number_input(key=f"{choice.FIRST}.field").value == 40
    store.finish(id, Outcome("stopped"))


def test_what_an_import_came_to_stays_while_the_page_is_drawn_by_its_timer(store):
    page = open_page()
    page.file_uploader[0].set_value(("a*b*.png", b"\x89PNG", "image/png")).run()
    button(page, "Import").click().run()
    shown = page.error[0].value
    assert "a*b*" not in shown, "a file's name is never Markdown"
    page.session_state[choice.BY_TIMER] = True
    assert page.run().error[0].value == shown
    assert not page.run().error
    page.session_state[choice.BY_TIMER] = True
    assert not page.run().error


def test_all_that_is_chosen_is_deleted_not_only_what_is_drawn(store):
    store.add_results([result(f"More {n}", 0.5, seed=100 + n) for n in range(20)])
    ids = [entry.run.id for entry in store.listed()]
    page = choose(open_page(), *ids)
    assert f"{len(ids)} runs chosen" in texts(page)
    button(page, "Delete").click().run()
    assert store.listed() == []
    button(page, "Undo").click().run()
    assert len(store.listed()) == len(ids)


def test_two_deletions_are_undone_together(store):
    page = choose(open_page(), 1)
    button(page, "Delete").click().run()
    choose(page, 2)
    button(page, "Delete").click().run()
    assert "2 runs were deleted" in texts(page)
    button(page, "Undo").click().run()
    assert len(store.listed()) == 4


def test_a_link_is_no_markdown(store):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.query_params["runs"] = "[x](https://example.org)"
    page.switch_page("pages/lab/compare.py").run()
    assert "names runs that do not exist here" in texts(page)
    assert all("[x](" not in message.value for message in page.warning)


def test_a_card_of_several_seeds_has_the_tags_notes_and_pin_of_all(store):
    store.tag(2, ["of the second"])
    store.write_note(2, "Look at epoch 2")
    store.pin(2, True)
    page = choose(open_page(), 1, 2)
    shown = texts(page)
    assert "of the second" in shown
    assert "Seed 2: Look at epoch 2" in shown
    assert ":material/keep: **Good" in shown


def test_all_that_is_imported_is_chosen(store):
    page = open_page()
    file = to_json([result(f"Student {n}", 0.7, 0.6, seed=100 + n) for n in range(20)]).encode()
    page.file_uploader[0].set_value(("class.json", file, "application/json")).run()
    button(page, "Import").click().run()
    assert "20 runs were imported and chosen" in texts(page)
    assert "21 runs chosen" in texts(page), "what was chosen before stays so"
    assert all(name.startswith("Student") for name in table(page)["Run"][:20])
    assert ticked(page) == [*range(21)]


@pytest.mark.training
@pytest.mark.parametrize("name", ["lab/compare", "lab/train", "learn/lessons", "learn/claims", "lab/explore"])
def test_a_run_that_a_later_version_wrote_breaks_no_page(home, name):
    ended_race([("Newer", RunSpec(Constant(0.1), epochs=1))])
    by_hand(Store(), "UPDATE runs SET spec = replace(spec, 'constant', 'brand-new')")
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run().switch_page(f"pages/{name}.py").run()
    if name == "learn/lessons":
        page.radio[0].set_value(0).run()
        button(page, "Answer, and show the result").click().run()
    assert not page.exception


def test_more_runs_than_an_import_takes_are_pointed_out(store):
    store.add_results([result(f"More {n}", 0.5, seed=100 + n) for n in range(500)])
    page = choose(open_page(), *(entry.run.id for entry in store.listed()))
    assert "LR Lab can import at most 500 runs" in texts(page)
    assert "LR Lab can import at most" not in texts(choose(page, 1))
