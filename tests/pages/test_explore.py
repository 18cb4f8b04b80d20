"""Explore, run by Streamlit's AppTest: controls -> values -> figure."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lrlab.article import CURVES
from lrlab.export import source
from lrlab.palette import HUES
from lrlab.runs.plan import Plan
from lrlab.schedules import SCHEDULES
from lrlab.ui.explore.panels import MOST_ROWS, written
from lrlab.ui.widgets import controls
from tests.pages import TIMEOUT

pytestmark = pytest.mark.pages
SCHEDULE_LATEX = {schedule.kind: schedule.latex for schedule in SCHEDULES}
APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page(home, whole_page):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.session_state["explore.more"] = True
    return page.run()


@pytest.fixture
def whole_page(monkeypatch):
    """Have the whole page drawn after a move of a slider: AppTest forgets what is not drawn again."""
    monkeypatch.setattr(controls, "redraw", lambda *names: None)


def sent(page):
    """What the first chart was sent."""
    return json.loads(page.get("bidi_component")[0].proto.json)


def figure(page):
    return sent(page)["figure"]


def lines(page):
    return {trace["name"]: trace for trace in figure(page)["data"]}


def open_card(page, curve):
    """Take a curve in hand by its line in the list."""
    if page.session_state["in_hand"] != curve:
        page.button(key=f"{curve}.in_hand.button").click().run()


def unfold(page, curve):
    """Open the folded part of the card in hand."""
    page.session_state[f"open.{curve}.more"] = True
    page.run()


def menu(page, curve, action):
    """Click an action in a curve's menu."""
    page.session_state[f"{curve}.menu"] = True
    page.run()
    page.button(key=f"{curve}.{action}.button").click().run()


def add(page, *kinds):
    """Add schedules by the menu above the chart."""
    for kind in kinds:
        page.get("menu_button")[0].set_value(kind).run()


def test_opens_on_the_articles_values(page):
    assert not page.exception
    assert page.title[0].value == "Explore learning-rate schedules"
    assert list(lines(page)) == [curve.name for curve in CURVES]
    for curve in CURVES:
        first = Plan(curve.schedule, clock=curve.clock).rates()[0]
        assert lines(page)[curve.name]["y"][0] == pytest.approx(first, rel=1e-4)
    assert {"Initial learning rate", "Decay", "Epochs"} <= sliders(page)


def sliders(page):
    """The labels of the sliders, without symbol and unit."""
    return {slider.label.split("$")[0].strip() for slider in page.select_slider}


def test_decay_drop_rate_and_power_are_one_click_away(page):
    for curve, label in (
        *(("keras-decay", "Decay"), ("time-based", "Decay"), ("compounding", "Decay")),
        *(("step", "Drop rate"), ("step", "Drop every"), ("polynomial", "Power"), ("constant", "Initial")),
    ):
        open_card(page, curve)
        assert any(each.startswith(label) for each in sliders(page)), label
    assert "Drop rate" not in sliders(page), "only one card is open"


def test_every_slider_has_a_field_for_exact_values(page):
    for curve in CURVES:
        open_card(page, curve.id)
        keys = {slider.key.removesuffix(".slider") for slider in page.select_slider}
        fields = {
            field.key.removesuffix(".field") for field in page.number_input if field.key.endswith(".field")
        }
        assert keys == fields
        assert {
            f"{curve.id}.{name}" for name in ("initial_lr", "decay") if hasattr(curve.schedule, name)
        } <= keys


def test_the_formula_and_the_key_values_of_each_are_shown(page):
    text = " ".join(markdown.value for markdown in page.markdown)
    for curve in CURVES:
        assert f"${curve.schedule.brief}$" in text
        assert page.button(key=f"{curve.id}.in_hand.button").label.endswith(curve.name)
    shown = [markdown.value for markdown in page.markdown]
    at = shown.index(f"${CURVES[-1].schedule.brief}$")
    assert shown[at : at + 3] == [f"${CURVES[-1].schedule.brief}$", "0.5", "$d$ 0.8"]


def test_a_formula_that_has_no_short_form_is_whole_in_the_card(page):
    for kind in ("cosine", "wsd"):
        add(page, kind)
        assert any(SCHEDULE_LATEX[kind] in markdown.value for markdown in page.markdown)


def test_a_slider_moves_its_curve_and_its_field(page):
    page.select_slider(key="exponential.decay.slider").set_value(0.2).run()
    assert page.number_input(key="exponential.decay.field").value == 0.2
    assert lines(page)["Exponential"]["y"][20] == pytest.approx(0.5 * 2.718281828**-2, rel=1e-4)


def test_a_typed_value_is_taken_exactly_and_the_slider_follows(page):
    open_card(page, "step")
    page.number_input(key="step.initial_lr.field").set_value(0.123456).run()
    assert page.select_slider(key="step.initial_lr.slider").value == 0.123456
    assert lines(page)["Step"]["y"][0] == 0.12346


def test_the_articles_values_come_back_with_one_click(page):
    before = figure(page)
    open_card(page, "constant")
    page.number_input(key="constant.initial_lr.field").set_value(0.3).run()
    page.number_input(key="epochs.field").set_value(12).run()
    open_card(page, "keras-decay")
    unfold(page, "keras-decay")
    page.segmented_control(key="keras-decay.clock.clock").set_value("epoch").run()
    page.toggle(key="log").set_value(True).run()
    assert figure(page) != before
    next(button for button in page.button if button.label == "Reset to the article's values").click().run()
    assert figure(page) == before


def test_the_clock_is_one_switch_from_the_trap(page):
    assert lines(page)["Keras built-in decay"]["line"]["shape"] == "linear"
    open_card(page, "keras-decay")
    unfold(page, "keras-decay")
    page.segmented_control(key="keras-decay.clock.clock").set_value("epoch").run()
    assert lines(page)["Keras built-in decay"]["y"][2] == pytest.approx(0.1 / 1.01, rel=1e-4)


def test_one_initial_rate_for_all(page):
    page.toggle(key="one_rate").set_value(True).run()
    page.number_input(key="initial_lr.field").set_value(0.2).run()
    assert {line["y"][0] for line in lines(page).values()} == {0.2}
    page.toggle(key="one_rate").set_value(False).run()
    assert lines(page)["Constant"]["y"][0] == 0.01


def test_schedules_can_be_hidden_down_to_none(page):
    for curve in CURVES[:-1]:
        menu(page, curve.id, "Hide")
    assert list(lines(page)) == ["Step"]
    menu(page, "step", "Hide")
    assert not page.get("bidi_component")
    assert "No schedule is shown" in page.info[0].value


def test_what_is_set_is_there_again_after_another_page(page):
    open_card(page, "step")
    page.number_input(key="step.drop_rate.field").set_value(0.5).run()
    for curve in CURVES[1:-1]:
        menu(page, curve.id, "Hide")
    page.number_input(key="epochs.field").set_value(42).run()
    page.switch_page("pages/lab/train.py").run()
    assert page.number_input(key="epochs.train").value == 42
    page.number_input(key="epochs.train").set_value(43).run()
    page.switch_page("pages/lab/explore.py").run()
    assert page.number_input(key="step.drop_rate.field").value == 0.5
    assert sorted(lines(page)) == ["Constant", "Step"]
    assert figure(page)["layout"]["xaxis"]["range"] == [0, 43]


def test_every_kind_of_the_catalogue_can_be_shown_and_shaped(page):
    page.session_state["shown"] = []
    add(page, *(schedule.kind for schedule in SCHEDULES[6:]))
    assert not page.exception
    titles = {schedule.title for schedule in SCHEDULES[6:]}
    assert set(lines(page)) == titles - {"Linear"} | {"Linear (2)"}  # the article has one, too
    open_card(page, "one-cycle")
    page.segmented_control(key="one-cycle.curve.choice").set_value("linear").run()
    page.toggle(key="one-cycle.three_phases.switch").set_value(True).run()
    open_card(page, "cyclic")
    page.number_input(key="cyclic.half_cycle.field").set_value(4.0).run()
    assert not page.exception
    assert lines(page)["Cyclic triangles"]["y"][8] == pytest.approx(0.1, rel=1e-4)


def test_several_numbers_are_typed_and_what_cannot_be_read_is_said(page):
    add(page, "piecewise")
    page.text_input(key="piecewise.rates.text").set_value("0.2, 0.02, 0.002").run()
    assert lines(page)["Piecewise constant"]["y"][0] == 0.2
    page.text_input(key="piecewise.rates.text").set_value("0.2, fast").run()
    assert "must be a number, but it is ' fast'" in page.error[0].value
    assert lines(page)["Piecewise constant"]["y"][0] == 0.2
    page.text_input(key="piecewise.rates.text").set_value("0.3, 0.03").run()
    assert "one rate more than boundaries" in page.warning[0].value
    assert "Piecewise constant" not in lines(page)
    next(button for button in page.button if button.label == "Reset to the article's values").click().run()
    add(page, "piecewise")
    assert page.text_input(key="piecewise.rates.text").value == "0.1, 0.01, 0.001"


def test_a_schedule_that_never_acts_is_said_under_the_chart(page):
    open_card(page, "step")
    page.number_input(key="step.drop_every.field").set_value(200).run()
    said = "The rate never changes: drop_every = 200 epochs, but the run ends after 100."
    assert any(said in caption.value for caption in page.caption)
    page.number_input(key="epochs.field").set_value(300).run()
    assert not any("never" in caption.value for caption in page.caption)


def test_a_run_too_short_for_a_schedule_is_said_and_the_others_stay(page):
    add(page, "wsd")
    page.number_input(key="epochs.field").set_value(10).run()
    assert "take 25 units of time, but the schedule lasts 10" in page.warning[0].value
    assert list(lines(page)) == [curve.name for curve in CURVES]
    page.switch_page("pages/lab/train.py").run()
    page.button_group(key="schedules").set_value(["wsd"]).run()
    assert not page.exception
    assert "take 25 units of time" in page.error[0].value


def test_the_curves_in_numbers(page):
    table = page.dataframe[0].value.set_index("Schedule")
    assert table.loc["Time-based as coded", "Epoch 38"] == pytest.approx(0.0153, abs=5e-5)
    assert table.loc["Keras built-in decay", "Epoch 1"] == pytest.approx(0.0286, abs=5e-5)
    assert table.loc["Constant", ["Peak", "Final", "Mean", "Area"]].tolist() == pytest.approx(
        [0.01] * 3 + [1.0]
    )
    assert table.loc["Exponential", "Half-life"] == 7
    page.number_input(key="epochs.field").set_value(20).run()
    assert "Epoch 38" not in page.dataframe[0].value
    assert any("**Linear.** The rate should end at 0, but" in text.value for text in page.caption)
    page.text_input(key="at_epochs").set_value("3, x").run()
    assert "whole numbers from 0 to 19" in page.error[0].value


def test_a_warm_up_and_a_cool_down_go_around_any_curve(page):
    open_card(page, "step")
    unfold(page, "step")
    page.number_input(key="step.warm-up.warmup.length").set_value(4).run()
    page.number_input(key="step.cool-down.cooldown.length").set_value(10).run()
    drawn = lines(page)["Step"]["y"][::2]
    assert drawn[:5] == pytest.approx([0, 0.125, 0.25, 0.375, 0.5])
    assert drawn[14] == pytest.approx(0.4)
    assert drawn[95] == pytest.approx(drawn[90] / 2)
    page.switch_page("pages/lab/train.py").run()
    page.button_group(key="schedules").set_value(["step"]).run()
    assert not page.exception
    (words,) = [text.value for text in page.markdown if "with a warm-up" in text.value]
    assert words.endswith("with a cool-down: $c = 10$, $\\eta_T = 0$, at each epoch")
    assert CURVES[-1].schedule.latex in words


def test_a_link_opens_what_it_says(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.query_params["c"] = ["cosine~0.2~_w5~_nMine", "formula~0.1 * (t < 5)"]
    page.query_params["e"] = "30"
    page.run()
    assert not page.exception
    assert list(lines(page)) == ["Mine", "Your own formula"]
    assert figure(page)["layout"]["xaxis"]["range"] == [0, 30]
    assert lines(page)["Mine"]["y"][2] == pytest.approx(0.04)
    assert sent(page)["link"] == "?e=30&c=cosine~0.2~_w~_nMine&c=formula~0.1+%2A+%28t+%3C+5%29"


@pytest.mark.parametrize("query", [{"e": "0"}, {"c": "../../x"}, {"r": "nan"}, {"s": "1" * 41_000}])
def test_a_broken_link_opens_the_articles_values(home, whole_page, query):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.session_state["explore.more"] = True
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    assert list(lines(page)) == [curve.name for curve in CURVES]
    assert "Not everything in this link could be used" in page.warning[0].value
    page.number_input(key="epochs.field").set_value(12).run()
    next(button for button in page.button if button.label == "Reset to the article's values").click().run()
    assert not page.warning


def test_a_link_with_wrong_values_keeps_the_right_ones(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.query_params["e"] = "30"
    page.query_params["c"] = "step~7~70" + "~_zap" * 20 + "~_nMine"
    page.run()
    assert list(lines(page)) == ["Mine"]
    assert lines(page)["Mine"]["y"][0] == 7
    assert figure(page)["layout"]["xaxis"]["range"] == [0, 30]
    problems = page.warning[0].value.splitlines()[2:]
    assert problems[0].startswith("* Curve 1\\: drop rate must be a number from 1e-06 to 10, but it is 70.0.")
    assert (len(problems), problems[-1]) == (9, "* 13 more")


def test_a_broken_link_is_no_markdown(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.query_params["c"] = "[x](https://example.org)"
    page.run()
    assert "schedule must be one of" in page.warning[0].value
    assert "[x](" not in page.warning[0].value


def test_a_formula_is_typed_and_what_it_may_not_say_is_refused_with_the_place(page):
    add(page, "formula")
    page.text_input(key="formula.formula.text").set_value("initial_lr / (1 + t)").run()
    assert lines(page)["Your own formula"]["y"][2] == pytest.approx(0.05)
    page.text_input(key="formula.formula.text").set_value("t.__class__").run()
    assert "at character" in page.error[0].value
    assert lines(page)["Your own formula"]["y"][2] == pytest.approx(0.05)


def test_the_preview_names_the_slider_of_each_number(page):
    live = sent(page)["live"]
    named = {key for line in live["lines"] for key in line["sliders"].values()}
    shown = set()
    for curve in CURVES:
        open_card(page, curve.id)
        shown |= {f"st-key-{slider.key.replace('.', '-')}" for slider in page.select_slider}
    assert shown == named
    page.toggle(key="one_rate").set_value(True).run()
    live = sent(page)["live"]
    assert {line["sliders"]["initial_lr"] for line in live["lines"]} == {"st-key-initial_lr-slider"}


def test_the_time_axis_counts_steps_and_images(page):
    for axis, end in (("step", 25_000), ("image", 1_600_000), ("epoch", 100)):
        page.segmented_control(key="axis.axis").set_value(axis).run()
        assert figure(page)["layout"]["xaxis"]["range"] == [0, end]


def test_with_accumulated_gradients_steps_are_updates(page):
    assert not any("steps per epoch" in caption.value for caption in page.caption)
    page.segmented_control(key="axis.axis").set_value("step").run()
    page.number_input(key="batches_per_update.accumulation").set_value(4).run()
    assert "4 batches per update: 63 steps per epoch." in [caption.value for caption in page.caption]
    assert figure(page)["layout"]["xaxis"]["range"] == [0, 6_300]
    # Keras's decay of each step: after an epoch of 63 updates.
    numbers = sent(page)["live"]["lines"][1]["numbers"]
    assert (numbers["steps_per_epoch"], numbers["batches_per_epoch"]) == (63, 250)
    line = lines(page)["Keras built-in decay"]
    assert line["y"][-1] == pytest.approx(0.1 / (1 + 0.01 * 6_299), rel=1e-4)
    assert sent(page)["link"] == "?u=4&x=step"
    page.segmented_control(key="axis.axis").set_value("image").run()
    assert figure(page)["layout"]["xaxis"]["range"] == [0, 1_600_000]


@pytest.mark.parametrize("form", ["keras", "pytorch", "optax", "json", "csv"])
def test_what_is_taken_home(form):
    plan = Plan(CURVES[5].schedule, 3, 4)
    text, _ = written(plan, form, "Exponential")
    if form == "csv":
        assert text.splitlines()[:2] == ["epoch,lr", "0,0.5"]
    elif form == "json":
        assert json.loads(text)["schedule"]["decay"] == 0.1
    else:
        assert text == source(plan, form, "Exponential")


def test_a_long_table_is_shown_in_part_and_fetched_whole():
    plan = Plan(CURVES[5].schedule, 30, 50, "step")
    shown, whole = (written(plan, "csv", "Exponential", rows)[0].splitlines() for rows in (400, None))
    assert shown[:401] == whole[:401]
    assert shown[401:] == ["… The file contains all rows."]
    assert len(whole) == 1501


def test_a_table_of_a_very_long_run_has_evenly_spread_steps():
    plan = Plan(CURVES[5].schedule, 1000, 1000, "step")
    rows = [row.split(",") for row in written(plan, "csv", "Exponential", first=10)[0].splitlines()[1:]]
    assert len(rows) == 247_500 <= MOST_ROWS
    assert [row[0] for row in (rows[0], rows[1], rows[-1])] == ["10000", "10004", "999996"]
    assert [float(row[2]) for row in rows[:3]] == plan.at([10000, 10004, 10008]).tolist()


def test_no_more_curves_than_a_page_can_have(page):
    add(page, *["rex"] * 13)
    assert len(lines(page)) == 20
    assert page.get("menu_button")[0].disabled
    assert sent(page)["link"].count("c=") == 20


@pytest.mark.parametrize("epochs", ["3, 2000", ", ".join(map(str, range(21)))])
def test_epochs_that_no_run_has_or_too_many_are_refused_under_the_field(page, epochs):
    page.text_input(key="at_epochs").set_value(epochs).run()
    assert "Write at most 20 whole numbers from 0 to 99" in page.error[0].value


@pytest.mark.parametrize("panel", ["Export", "Stated and applied rates", "Conventions"])
def test_a_panel_opens(page, panel):
    tab = next(tab for tab in page.tabs if panel in tab.label)
    page.session_state["panel"] = tab.label
    page.run()
    assert not page.exception
    assert len(page.code) + len(page.get("bidi_component")) > 1


def test_code_is_exported_with_the_chosen_optimizer_from_the_chosen_epoch(page):
    page.session_state["panel"] = next(tab for tab in page.tabs if "Export" in tab.label).label
    page.run()
    page.segmented_control(key="home.form").set_value("pytorch").run()
    page.selectbox(key="home.optimizer").set_value("adamw").run()
    page.number_input(key="home.adamw.weight_decay.field").set_value(0.02).run()
    page.number_input(key="home.first.100").set_value(7).run()
    assert "torch.optim.AdamW(" in page.code[0].value
    assert "weight_decay=0.02" in page.code[0].value
    assert "for epoch in range(7, 100)" in page.code[0].value
    page.selectbox(key="home.optimizer").set_value("lion").run()
    assert "PyTorch has no optimizer Lion" in page.error[0].value
    page.segmented_control(key="home.form").set_value("python").run()
    assert not page.error
    assert "optimizer" not in page.code[0].value
    page.segmented_control(key="home.form").set_value("csv").run()
    assert page.code[0].value.startswith("epoch,lr\n7,")
    assert not page.exception


def test_a_browser_that_says_nothing_is_chosen_changes_nothing(page):
    unfold(page, "exponential")
    for key in ("axis.axis", "exponential.clock.clock"):
        page.segmented_control(key=key).set_value(None).run()
        assert not page.exception
    assert page.segmented_control(key="axis.axis").value == "epoch"
    assert page.segmented_control(key="exponential.clock.clock").value == "epoch"


def test_a_schedule_has_the_colour_of_explore_in_whatever_order_it_is_chosen(page):
    on_explore = {line["name"]: line["meta"]["color"] for line in sent(page)["figure"]["data"]}
    page.switch_page("pages/lab/train.py").run()
    for order in (["step", "constant", "exponential", "adam"], ["adam", "exponential", "step", "constant"]):
        page.session_state["schedules"] = order
        page.run()
        drawn = {line["name"]: line["meta"]["color"] for line in sent(page)["figure"]["data"]}
        assert drawn.pop("Adam") == HUES
        assert drawn == {name: on_explore[name] for name in ("Step", "Constant", "Exponential")}


def test_a_move_of_a_slider_draws_what_moves_and_not_the_whole_page(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    buttons, sent_before = len(page.button), sent(page)
    page.number_input(key="exponential.initial_lr.field").set_value(0.3).run()
    assert not page.exception
    moved = sent(page)["grows"]["traces"]
    names = [line["name"] for line in sent_before["figure"]["data"]]
    assert [name for name, news in zip(names, moved, strict=True) if news] == ["Exponential"]
    assert "exponential~0.3" in sent(page)["link"]
    assert page.dataframe[0].value["Peak"].max() == 0.5
    assert page.dataframe[0].value["Peak"].min() == pytest.approx(0.01)
    assert 0 < len(page.button) < buttons, "one line of the list, and its menu"
    page.run()
    assert len(page.button) == buttons
    assert page.number_input(key="exponential.initial_lr.field").value == 0.3


def test_a_move_that_changes_more_draws_the_whole_page(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.query_params["c"] = ["polynomial", "constant"]
    buttons = len(page.run().button)
    open_card(page, "polynomial")
    page.number_input(key="polynomial.power.field").set_value(1.0).run()
    assert not page.exception
    assert len(page.button) == buttons, "with the power the name has changed"
    assert "Linear" in " ".join(button.label for button in page.button)


def test_a_new_schedule_opens_at_once_and_only_its_card(page):
    add(page, "cosine")
    assert page.session_state["in_hand"] == "cosine"
    assert "k-decay" in sliders(page)
    assert "Decay" not in sliders(page)
    order = [button.key for button in page.button if button.key and button.key.endswith(".in_hand.button")]
    assert order == [f"{id}.in_hand.button" for id in (*(curve.id for curve in CURVES), "cosine")]
    page.button(key="cosine.in_hand.button").click().run()
    assert page.session_state["in_hand"] is None
    assert sliders(page) == {"Epochs", "Batches per epoch"}


def test_a_removed_curve_comes_back_with_its_values_at_its_place(page):
    open_card(page, "step")
    page.number_input(key="step.drop_rate.field").set_value(0.3).run()
    unfold(page, "step")
    page.number_input(key="step.warm-up.warmup.length").set_value(4).run()
    before = lines(page)
    menu(page, "step", "Remove")
    assert "Step" not in lines(page)
    assert "Step was removed." in [markdown.value for markdown in page.markdown]
    next(button for button in page.button if button.label == "Undo").click().run()
    assert lines(page) == before
    assert [*lines(page)] == [curve.name for curve in CURVES]
    menu(page, "constant", "Remove")
    open_card(page, "exponential")
    assert not any(button.label == "Undo" for button in page.button)


def test_a_polynomial_is_called_by_its_power(page):
    open_card(page, "polynomial")
    page.number_input(key="polynomial.power.field").set_value(2.0).run()
    assert "Polynomial, power 2" in lines(page)
    assert "Linear" not in lines(page)
    add(page, "linear")
    assert "Linear" in lines(page)


def test_another_curve_of_a_kind_is_another_depth_and_a_chosen_colour_is_kept(page):
    add(page, "exponential")
    first, second = (lines(page)[name]["meta"] for name in ("Exponential", "Exponential (2)"))
    assert (first["color"], second["color"]) == (5, 5)
    assert (first.get("deep"), second["deep"]) == (None, True)
    page.session_state["exponential.menu"] = True
    page.run()
    page.pills(key="exponential.color.color").set_value(21).run()
    assert lines(page)["Exponential"]["meta"]["color"] == 7
    assert "exponential~_k21" in sent(page)["link"]
    page.switch_page("pages/lab/train.py").run()
    assert lines(page)["Exponential"]["meta"]["color"] == 7


def test_the_introduction_shrinks_to_a_line_once_it_was_used_and_comes_back(page):
    def named(label):
        return [button for button in page.button if button.label == label]

    assert named("Race two schedules in 20 seconds")
    named("Play with curves")[0].click().run()
    assert not named("Lesson 1")
    named("About LR Lab")[0].click().run()
    assert "How to Choose a Learning Rate Scheduler for Neural Networks" in page.markdown[0].value


def test_train_gets_exactly_the_curves_that_are_shown(page):
    menu(page, "step", "Hide")
    menu(page, "constant", "Hide")
    shown = {name: line["meta"]["color"] for name, line in lines(page).items()}
    next(button for button in page.button if button.label == "Train these 5").click().run()
    assert page.title[0].value.startswith("Train on")
    assert page.button_group(key="schedules").value == [c.id for c in CURVES[1:-1]]
    assert {name: line["meta"]["color"] for name, line in lines(page).items()} == shown


def dragged():
    """Takes what a browser may send for a ring."""
    import streamlit as st

    from lrlab.ui.explore import state
    from lrlab.ui.explore.handles import drag

    state.fill()
    rings = (
        {"curve": "exponential", "name": "initial_lr", "value": 0.25},
        {"curve": "step", "name": "drop_every", "value": -3},
        {"curve": "step", "name": "drop_rate", "value": 0.1},
        {"curve": "step", "name": "initial_lr", "value": "<b>"},
        {"curve": "nobody", "name": "initial_lr", "value": 0.1},
        {"curve": "cosine"},
    )
    drag(rings)
    values = st.session_state
    st.text(f"{values['exponential.initial_lr']} {values['step.drop_every']} {values['step.initial_lr']}")


def test_a_ring_sets_a_value_in_its_range_and_nothing_else():
    page = AppTest.from_function(dragged, default_timeout=TIMEOUT).run()
    assert not page.exception
    assert page.text[0].value == "0.25 10 0.5"


@pytest.mark.parametrize(
    ("curve", "rings"),
    [
        ("wsd", ["warmup", "cooldown"]),
        ("wsd~0.1~5~20~0~1-sqrt~80", ["warmup"]),
        ("cosine~0.5~_d20", ["initial_lr", "cooldown"]),
        ("cosine~0.5~_d20_0_linear_80", ["initial_lr"]),
        ("step~0.5~0.8~95~_w10", ["warmup"]),
    ],
)
def test_a_ring_is_only_where_its_curve_has_its_value(home, curve, rings):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    page.query_params["c"] = curve
    page.run()
    (line,) = sent(page)["live"]["lines"]
    assert [ring["name"] for ring in line["rings"]] == rings
