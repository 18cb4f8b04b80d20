"""A step whose runs still train: drawn again each second, with their progress at the end of the window."""

from collections.abc import Callable
from functools import partial
from statistics import median

import streamlit as st

from lrlab import jobs
from lrlab.errors import UserError
from lrlab.runs.records import ACTIVE
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.choose.seen import Seen, glance
from lrlab.ui.shell import visitor
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 1.0
MOST_CELLS = 150
GO_ON = ("paused", "stopped", "failed")


def live(store: Store, seen: Seen, role: str, draw: Callable[[Store, Seen], None]) -> None:
    """Draw a step of a sweep, and again each second while its runs with that role train.

    Buttons are drawn with the whole page only, which is drawn again when there is something else to press: a
    refresh replaces no button under the pointer.
    """
    runs = seen.of(role)
    if seen.recorded or not any(run.status in (*ACTIVE, *GO_ON) for run in runs):
        draw(store, seen)
        return
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="choose_progress"):
        place = st.container()
        _buttons(store, seen, role)
    if any(run.status in ACTIVE for run in runs):
        part = partial(_refresh, st.session_state[setup.SWEEP], _buttons_for(seen), role, draw, place)
        refreshed(part, REFRESH_SECONDS)
    else:
        _progress(seen, role, place)
        draw(store, seen)


def _refresh(sweep, buttons, role, draw, place):
    store = visitor.store()
    try:
        seen = glance(store, sweep)
    except UserError as error:
        st.error(plain(str(error)))
        return
    if not seen.runs or buttons != _buttons_for(seen):
        st.rerun()
    _progress(seen, role, place)
    draw(store, seen)


def _buttons_for(seen):
    """Everything that decides which buttons and messages the page has."""
    found = {(run.role, run.status) for run in seen.runs}
    shown = [(role, status) in found for role in (SEARCH, CONFIRM) for status in (*ACTIVE, *GO_ON)]
    return seen.problem, shown, [seen.is_over(role) for role in (SEARCH, CONFIRM)]


def _progress(seen: Seen, role: str, place) -> None:
    """The runs with that role: how many are done, and how long the others take."""
    runs, length = seen.of(role), seen.spec.epochs
    done = sum(run.status not in (*ACTIVE, "paused") for run in runs)
    said = [f"**{done} of {len(runs)} runs done**"]
    if now := [run for run in runs if run.status == "running"]:
        at = min(min(run.epochs for run in now) + 1, length)
        said.append(f"{len(now)} training, epoch {at} of {length}")
    for status, words in (("queued", "waiting"), ("paused", "paused")):
        if count := sum(run.status == status for run in runs):
            said.append(f"{count} {words}")
    if left := _seconds_left(runs, length):
        said.append(f"about {in_words(left)} left")
    with place:
        st.markdown(" · ".join(said))
        if len(runs) <= MOST_CELLS:
            looks = {"running": "now", "queued": "", "paused": ""}
            cells = "".join(f'<i class="{looks.get(run.status, "done")}"></i>' for run in runs)
            st.html(f'<div class="choose-cells" aria-hidden="true">{cells}</div>')
        else:
            st.progress(done / len(runs))


def _seconds_left(runs: list[SweptRun], length: int) -> float | None:
    """Estimated from the newest epochs; None while there is none."""
    known = [run.seconds for run in runs if run.seconds]
    left = sum(length - run.epochs for run in runs if run.status in ACTIVE)
    return median(known) * left if known else None


def _buttons(store, seen, role):
    """Pause, go on and stop, for all runs with that role."""
    runs = seen.of(role)
    if not (seen.is_own or store.sees_all):
        st.markdown(":gray-badge[:material/visibility: Another visitor's]", width="content")
        return
    ids = [run.id for run in runs]
    with st.container(horizontal=True, width="content"):
        if any(run.status in ACTIVE for run in runs):
            st.button("Pause", icon=":material/pause:", on_click=acting(store.request_pause), args=ids)
        else:
            st.button("Go on", icon=":material/play_arrow:", on_click=acting(_go_on), args=(store, *ids))
        if not seen.is_over(role):
            st.button("Stop", icon=":material/stop:", on_click=acting(store.request_stop), args=ids)


def _go_on(store, *runs):
    store.go_on(*runs)
    jobs.ensure_worker(store)
