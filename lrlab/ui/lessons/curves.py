"""The live figure of a lesson: its schedules, with sliders that affect only this lesson."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.figures.rates import in_numbers, rates_figure
from lrlab.lessons.lesson import Lesson
from lrlab.lessons.recipes import RECIPES
from lrlab.links.lesson import Setup
from lrlab.palette import colors_of
from lrlab.runs.plan import Plan
from lrlab.runs.spec import RunSpec
from lrlab.ui.chart import chart
from lrlab.ui.explore import state
from lrlab.ui.explore.card import parameters
from lrlab.ui.explore.preview import preview
from lrlab.ui.widgets.markdown import plain, swatch

MINE = ", mine"  # ends the name of a run with the reader's own values
LARGE = {"size": 20}  # font size of a chart in the presenter layout


def curves(lesson: Lesson, setup: Setup, height: int) -> None:
    """The rates of a lesson's schedules, and the controls that the link allows."""
    ids = {recipe: f"lesson.{lesson.id}.{recipe}" for recipe in lesson.recipes}
    for recipe, id in ids.items():
        if not state.is_held(id):
            _hold(id, recipe, colors(lesson.recipes)[recipe])
    plans, problems = {}, {}
    for recipe, id in ids.items():
        spec = RECIPES[recipe][1]
        try:
            plans[id] = Plan(
                state.curve_as_set(id, shared=False).schedule, spec.epochs, spec.steps_per_epoch, spec.clock
            )
        except UserError as error:
            problems[id] = str(error)
    for id, problem in problems.items():
        st.warning(f"{plain(state.curve_name(id))}: {plain(problem)}")
    if plans:
        figure = rates_figure(
            {state.curve_name(id): (state.curve_color(id), plan) for id, plan in plans.items()},
            lesson.log_rate,
            height,
        )
        if setup.present:
            figure = figure.with_layout(font=LARGE)
        chart(
            figure,
            "lesson.rates",
            f"Learning rate over epochs. {in_numbers(figure)}",
            live=preview(plans, "epoch", 1, state.parameter_key),
        )
    st.markdown("   ".join(_legend(id) for id in ids.values()))
    if setup.controls != "hidden":
        _sliders(lesson, ids, setup.controls == "locked")


def changed(lesson: Lesson) -> list[tuple[str, RunSpec]]:
    """The runs of the lesson's curves whose sliders were moved, with a name each."""
    found = []
    for recipe in lesson.recipes:
        name, spec = RECIPES[recipe]
        id = f"lesson.{lesson.id}.{recipe}"
        if state.is_held(id):
            with suppress(UserError):  # the chart says what is wrong
                own = state.curve_as_set(id, shared=False).schedule
                if own != spec.schedule:
                    found.append((f"{name}{MINE}", replace(spec, schedule=own)))
    return found


def colors(recipes: Collection[str]) -> dict[str, int]:
    """The number of the colour of each recipe, of those that are shown together."""
    specs = [RECIPES[recipe][1] for recipe in recipes]
    numbers = colors_of([(spec.schedule, spec.clock, spec.optimizer) for spec in specs])
    return dict(zip(recipes, numbers, strict=True))


def _legend(id):
    return f"{swatch(state.curve_color(id))} {plain(state.curve_name(id))}"


def _sliders(lesson, ids, locked):
    chosen = next(iter(ids.values()))
    if len(ids) > 1:
        chosen = st.selectbox(
            "Schedule to change",
            [*ids.values()],
            format_func={id: state.curve_name(id) for id in ids.values()}.get,
            key=f"lesson.{lesson.id}.changed",
            persist_state="session",
        )
    parameters(chosen, disabled=locked)
    if not locked:
        st.button(
            "Reset to the lesson's values",
            icon=":material/restart_alt:",
            on_click=lambda: [
                _hold(id, recipe, colors(lesson.recipes)[recipe]) for recipe, id in ids.items()
            ],
        )


def _hold(id, recipe, color):
    name, spec = RECIPES[recipe]
    state.hold(Curve(id, name, spec.schedule, spec.clock, color))
