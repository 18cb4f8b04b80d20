"""Explore: every schedule of the article on one chart, moved by sliders."""

import streamlit as st

from lrlab.article import CURVES
from lrlab.figures import rates_figure
from lrlab.ui import state
from lrlab.ui.chart import chart
from lrlab.ui.controls import card, in_color, number
from lrlab.ui.in_numbers import in_numbers
from lrlab.ui.limits import EPOCHS, SHARED_RATE, STEPS_PER_EPOCH

state.fill()
st.title("Explore learning-rate schedules")
drawing, settings = st.columns([5, 3], gap="medium")

with drawing:
    st.pills(
        "Schedules shown",
        [curve.id for curve in CURVES],
        format_func={curve.id: in_color(curve, color) for color, curve in enumerate(CURVES)}.get,
        wrap=True,
        selection_mode="multi",
        key=state.SHOWN,
        persist_state="session",
    )
    st.multiselect(
        "More schedules",
        [curve.id for curve in state.BEYOND],
        format_func={curve.id: curve.name for curve in state.BEYOND}.get,
        key=state.MORE,
        persist_state="session",
        placeholder="Cosine, one cycle, warm-up and others",
    )
    log = st.toggle("Logarithmic rate axis", key=state.LOG_RATES, persist_state="session")
    plans, problems = state.plans_shown()
    for name, problem in problems.items():
        st.warning(f"{name}: {problem}")
    if plans:
        chart(rates_figure(plans, log), "rates", "Learning rate over epochs: " + ", ".join(plans))
        in_numbers(plans)
    elif not problems:
        st.info("No schedule is shown. Choose one above.", icon=":material/show_chart:")

with settings.container(height=690, border=False):
    with st.container(border=True):
        number(state.EPOCHS, "Epochs", EPOCHS, EPOCHS.help)
        number(state.STEPS_PER_EPOCH, "Steps an epoch", STEPS_PER_EPOCH, STEPS_PER_EPOCH.help)
        one_rate = st.toggle(
            "One initial rate for all", key=state.ONE_RATE, persist_state="session", help=SHARED_RATE.help
        )
        if one_rate:
            number(state.SHARED_RATE, r"Initial learning rate $\eta_0$", SHARED_RATE)
        st.button(
            "The article's values", on_click=state.reset, icon=":material/restart_alt:", width="stretch"
        )
    for color, curve in state.curves_shown().items():
        card(curve, color, without=("initial_lr",) if one_rate else ())
