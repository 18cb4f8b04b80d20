"""The chart of Explore, its settings, and what is wrong or likely a mistake in its curves."""

import streamlit as st

from lrlab.figures import rates_figure
from lrlab.runs.plan import Plan
from lrlab.runs.summary import summary
from lrlab.scene import AXES
from lrlab.schedules import SCHEDULES, class_of_kind
from lrlab.ui.chart import chart
from lrlab.ui.explore import state
from lrlab.ui.explore.card import in_color
from lrlab.ui.explore.preview import preview
from lrlab.ui.widgets.controls import following
from lrlab.ui.widgets.markdown import plain

AXIS_NAMES = {"epoch": "Epochs", "step": "Steps", "image": "Images"}


def drawing() -> dict[str, Plan]:
    """Draw all shown curves on one chart, which follows the sliders while they are dragged.

    Returns the drawn plans by curve.
    """
    labels = {curve: in_color(curve) for curve in state.names()}
    st.pills(
        "Schedules shown",
        list(labels),
        format_func=lambda curve: labels.get(curve, ""),
        wrap=True,
        selection_mode="multi",
        key=state.SHOWN,
        persist_state="session",
    )
    plans, problems = state.plans_shown()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.menu_button(
            "Add a schedule",
            [schedule.kind for schedule in SCHEDULES],
            format_func=lambda kind: class_of_kind(kind).title,
            icon=":material/add:",
            key=state.ADD,
            on_click=_add,
            disabled=state.is_full(),
        )
        st.segmented_control(
            "Time axis",
            AXES,
            format_func=AXIS_NAMES.__getitem__,
            required=True,
            label_visibility="collapsed",
            **following(state.AXIS, "axis", default="default"),
        )
        log = st.toggle("Logarithmic rate axis", key=state.LOG_RATES, persist_state="session")
    for curve, problem in problems.items():
        st.warning(f"{plain(state.curve_name(curve))}: {problem}")
    if plans:
        axis, batch_size = st.session_state[state.AXIS], st.session_state[state.BATCH_SIZE]
        named = {state.curve_name(curve): (state.curve_color(curve), plan) for curve, plan in plans.items()}
        figure = rates_figure(named, log, axis=axis, batch_size=batch_size)
        alt = f"Learning rate over {AXIS_NAMES[axis].lower()}: {', '.join(named)}"
        chart(figure, "rates", alt, live=preview(plans, axis, batch_size), link=state.link())
        _warnings(plans)
    elif not problems:
        st.info("No schedule is shown. Choose one above.", icon=":material/show_chart:")
    return plans


def _warnings(plans):
    for curve, plan in plans.items():
        if found := summary(plan).warnings:
            st.caption(f":material/info: **{plain(state.curve_name(curve))}.** {' '.join(found)}")


def _add():
    state.add(st.session_state[state.ADD])
