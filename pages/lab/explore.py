"""Explore: schedules on one chart, to change with sliders and to export."""

import streamlit as st

from lrlab.runs.plan import BATCHES_PER_EPOCH, BATCHES_PER_UPDATE, EPOCHS
from lrlab.scene import SHARED_RATE
from lrlab.ui.explore import state
from lrlab.ui.explore.card import card
from lrlab.ui.explore.drawing import drawing
from lrlab.ui.explore.panels import panels
from lrlab.ui.shell import address
from lrlab.ui.widgets.controls import field, number

state.fill()
st.title("Explore learning-rate schedules")
address.show_problems(st.session_state.get(state.LINK_PROBLEMS, ()))
chart, settings = st.columns([5, 3], gap="medium")

with chart:
    plans = drawing()

with settings.container(height=690, border=False):
    with st.container(border=True):
        number(state.EPOCHS, "Epochs", EPOCHS, EPOCHS.help)
        number(state.BATCHES_PER_EPOCH, "Batches per epoch", BATCHES_PER_EPOCH, BATCHES_PER_EPOCH.help)
        with st.popover("Gradient accumulation", width="stretch"), st.container(width=300):
            field(state.BATCHES_PER_UPDATE, "Batches per update", BATCHES_PER_UPDATE, "accumulation")
            st.caption(BATCHES_PER_UPDATE.help)
        for plan in [*plans.values()][:1]:  # all have the same times
            if plan.batches_per_update > 1:
                st.caption(
                    f"{plan.batches_per_update} batches per update: {plan.steps_per_epoch:,} steps per epoch."
                )
        one_rate = st.toggle(
            "Same initial rate for all", key=state.ONE_RATE, persist_state="session", help=SHARED_RATE.help
        )
        if one_rate:
            number(state.SHARED_RATE, r"Initial learning rate $\eta_0$", SHARED_RATE)
        st.button(
            "Reset to the article's values",
            on_click=state.reset,
            icon=":material/restart_alt:",
            width="stretch",
        )
    for curve in state.curves_shown():
        card(curve, without=("initial_lr",) if one_rate else ())

panels(plans)
