"""A run as it is now: status, time left, numbers and charts that grow while it trains."""

import math
from dataclasses import asdict
from statistics import median

import pandas as pd
import streamlit as st

from lrlab import jobs
from lrlab.errors import UserError
from lrlab.figures import run_figure
from lrlab.store import Run, Store
from lrlab.ui import state
from lrlab.ui.chart import chart

REFRESH_SECONDS = 1.0
BADGES = {
    "queued": ("gray", ":material/hourglass_empty:"),
    "running": ("blue", ":material/autorenew:"),
    "completed": ("green", ":material/check:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "diverged": ("orange", ":material/trending_up:"),
    "failed": ("red", ":material/error:"),
}


def live_run(run: Run) -> None:
    """Show a run, refreshed every second for as long as it is queued or running."""
    st.fragment(_panel, run_every=REFRESH_SECONDS if run.active else None)(run.id, run.active)


def run_label(run: Run) -> str:
    """A run in one line, in words that stay true while it trains."""
    spec = run.spec
    return f"{run.id} · {run.name} · {spec.optimizer.title} · {spec.epochs} epochs, seed {spec.seed}"


def _panel(run_id, was_active):
    try:
        store = Store()
        jobs.watch(store)
        run, epochs = store.run(run_id), store.epochs(run_id)
    except UserError as error:
        st.error(str(error))
        return
    if was_active and not run.active:
        st.rerun()  # draws the page once more, without the timer
    _header(store, run, epochs)
    _numbers(run, epochs)
    if epochs:
        log = st.session_state[state.LOG_RUN_RATE]
        figure = run_figure(epochs, run.spec.epochs, log)
        chart(figure, "run", f"Loss, accuracy and applied rate of {len(epochs)} epochs of {run.name}")
    if epochs and not run.active:
        with st.expander("Every epoch as a table", icon=":material/table:"):
            st.dataframe(pd.DataFrame(map(asdict, epochs)), hide_index=True)


def _header(store, run, epochs):
    color, icon = BADGES[run.status]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"#### {run.name} :{color}-badge[{icon} {run.status}]")
        if run.active:
            stopping = run.stop_requested is not None
            st.button(
                "Stopping" if stopping else "Stop",
                icon=":material/stop:",
                key="stop",
                disabled=stopping,
                on_click=store.request_stop,
                args=(run.id,),
            )
    if run.active:
        st.progress(len(epochs) / run.spec.epochs, text=_progress(store, run, epochs))
    if run.status == "failed":
        st.error(run.message, icon=":material/error:")
        if run.details:
            with st.expander("The last lines of the training process"):
                st.code(run.details, language=None)
    elif run.message:
        (st.warning if run.status == "diverged" else st.info)(run.message)
    if run.data == "synthetic":
        st.info(f"Not Fashion-MNIST: this run trains on {run.origin}.", icon=":material/info:")
    elif run.origin:
        st.caption(f"Data: {run.origin}.")


def _progress(store, run, epochs):
    if epochs:
        left = median(epoch.seconds for epoch in epochs) * (run.spec.epochs - len(epochs))
        return f"Epoch {len(epochs)} of {run.spec.epochs}, about {in_words(left)} left"
    if run.status == "running":
        return f"{run.stage or 'Beginning'} …"
    ahead = sum(other.id < run.id for other in store.runs(("queued", "running")))
    if ahead:
        return f"Waiting: {ahead} run{'s' if ahead > 1 else ''} ahead of this one"
    if jobs.worker_state(store) == "starting":
        return "Waiting for the training process: TensorFlow takes some seconds to load"
    return "Waiting for the training process"


def in_words(seconds: float) -> str:
    """A length of time as one says it."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _numbers(run, epochs):
    if not epochs:
        return
    last = epochs[-1]
    shown = {
        "Training loss": f"{last.loss:.4f}",
        "Validation loss": f"{last.val_loss:.4f}",
        "Validation accuracy": f"{last.val_accuracy:.2%}",
        "Rate applied": f"{last.lr_end:.4g}",
    }
    if run.test_accuracy is not None:
        shown["Test accuracy"] = f"{run.test_accuracy:.2%}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")
        st.toggle("Logarithmic rate axis", key=state.LOG_RUN_RATE, persist_state="session")
