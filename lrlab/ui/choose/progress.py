"""How far a sweep is: a cell for each run, the time left, and the buttons that stop it."""

from functools import partial
from statistics import median

import streamlit as st

from lrlab import jobs
from lrlab.runs.records import ACTIVE
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.choose.seen import Seen, glance
from lrlab.ui.shell import visitor
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 1.0
MOST_CELLS = 150
GO_ON = ("paused", "stopped", "failed")


def bar(store: Store, seen: Seen, role: str) -> None:
    """The progress of the runs with that role, and its buttons, at the end of the window while they train."""
    if seen.is_over(role) and not any(run.status in GO_ON for run in seen.of(role)):
        return
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="choose_progress"):
        with st.container():
            if any(run.status in ACTIVE for run in seen.of(role)):
                refreshed(partial(_refresh, st.session_state[setup.SWEEP], role), REFRESH_SECONDS)
            else:
                progress(seen, role)
        buttons(store, seen, role)


def _refresh(sweep, role):
    progress(glance(visitor.store(), sweep), role)


def progress(seen: Seen, role: str) -> None:
    """The runs with that role: how many are done, and how long the others take."""
    runs = seen.of(role)
    done = sum(run.status not in (*ACTIVE, "paused") for run in runs)
    now = [run for run in runs if run.status == "running"]
    said = [f"**{done} of {len(runs)} runs done**"]
    length = seen.spec.epochs
    if now:
        said.append(
            f"{len(now)} training, epoch {min(min(run.epochs for run in now) + 1, length)} of {length}"
        )
    if waiting := sum(run.status == "queued" for run in runs):
        said.append(f"{waiting} waiting")
    if paused := sum(run.status == "paused" for run in runs):
        said.append(f"{paused} paused")
    if left := _seconds_left(seen, runs, length):
        said.append(f"about {in_words(left)} left")
    st.markdown(" · ".join(said))
    if len(runs) <= MOST_CELLS:
        looks = {"running": "now", "queued": "", "paused": ""}
        cells = "".join(f'<i class="{looks.get(run.status, "done")}"></i>' for run in runs)
        st.html(f'<div class="choose-cells" aria-hidden="true">{cells}</div>')
    else:
        st.progress(done / len(runs))


def _seconds_left(seen, runs, length):
    """Estimated from the newest epochs; None while there is none."""
    known = [run.seconds for run in runs if run.seconds]
    left = sum(length - run.epochs for run in runs if run.status in ACTIVE)
    return median(known) * left if known else None


def buttons(store: Store, seen: Seen, role: str) -> None:
    """Pause, go on and stop, for all runs with that role."""
    runs = seen.of(role)
    if not (seen.is_own or store.sees_all):
        st.markdown(":gray-badge[:material/visibility: Another visitor's]", width="content")
        return
    ids = [run.id for run in runs]
    with st.container(horizontal=True, width="content"):
        if any(run.status in ACTIVE for run in runs):
            st.button("Pause", icon=":material/pause:", on_click=acting(store.request_pause), args=ids)
        elif any(run.status in GO_ON for run in runs):
            st.button("Go on", icon=":material/play_arrow:", on_click=acting(_go_on), args=(store, *ids))
        if not seen.is_over(role):
            st.button("Stop", icon=":material/stop:", on_click=acting(store.request_stop), args=ids)


def _go_on(store, *runs):
    store.go_on(*runs)
    jobs.ensure_worker(store)
