"""Train: one run of a schedule on Fashion-MNIST, seen while it trains."""

import streamlit as st

from lrlab import jobs
from lrlab.store import Store
from lrlab.ui import state
from lrlab.ui.live import live_run, run_label
from lrlab.ui.training import settings

state.fill()
store = Store()
jobs.ensure_worker(store)

st.title("Train on Fashion-MNIST")
controls, result = st.columns([3, 5], gap="medium")

with controls.container(border=True):
    settings(store)

with result:
    runs = {run.id: run for run in store.runs()}
    chosen = state.chosen_run(list(runs))
    if chosen is None:
        st.info(
            "No run yet. Choose a schedule and press **Train**: loss, accuracy and the applied rate "
            "appear here, epoch by epoch.",
            icon=":material/show_chart:",
        )
    else:
        st.selectbox(
            "Run",
            list(runs),
            format_func=lambda id: run_label(runs[id]),
            key=state.RUN,
        )
        live_run(runs[chosen])
