"""Taking the wheel: the rate of a running lane set by hand, and the drive kept as a schedule."""

import numpy as np
import streamlit as st

from lrlab.analysis import drive_schedule
from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.records import Epoch
from lrlab.schedules import Constant, PiecewiseConstant
from lrlab.schedules.parameter import MOST_PIECES
from lrlab.store import Run, Store
from lrlab.ui import race_setup, state
from lrlab.ui.controls import plain

RATES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-5, 10, 241))


def wheel(store: Store, runs: list[Run], epochs: dict[int, list[Epoch]]) -> None:
    """A slider for the rate of a lane that trains, and what was driven as a schedule."""
    running = [run for run in runs if run.status == "running" and epochs[run.id]]
    driven = store.driven([run.id for run in runs])
    if running:
        _drive(store, running, epochs)
    for run in runs:
        if run.id in driven and st.button(
            f"Keep the drive of {plain(run.name)} as a schedule",
            icon=":material/bookmark_add:",
            key=f"keep.{run.id}",
            on_click=_keep,
            args=(store, run),
        ):
            st.rerun()  # the whole page: the schedule is among those to choose from now


def _drive(store, running, epochs):
    with st.container(horizontal=True, vertical_alignment="center"):
        run = _lane(running)
        now = run.wheel or epochs[run.id][-1].lr_end
        near = min(RATES, key=lambda rate: abs(np.log(rate / max(now, RATES[0]))))
        by = f"by hand: {run.wheel:.3g}" if run.wheel else f"by its schedule: {now:.3g}"
        st.markdown(f"{plain(run.name)} goes {by}" if len(running) == 1 else f"goes {by}", width="stretch")
        label, icon, rate = (
            ("Give it back to the schedule", "undo", None)
            if run.wheel
            else ("Take the wheel", "search_hands_free", near)
        )
        st.button(
            label,
            icon=f":material/{icon}:",
            key=f"{label}.{run.id}",
            on_click=store.steer,
            args=(run.id, rate),
        )
    if run.wheel:
        # Only while it is driven by hand: a slider that the server moves along with a schedule comes back
        # late from a slow browser, and would be taken for one that was moved.
        key = race_setup.wheel_key(run.id)
        st.select_slider(
            "Learning rate",
            RATES,
            near,
            format_func=lambda rate: f"{rate:.3g}",
            key=key,
            on_change=lambda: store.steer(run.id, st.session_state[key]),
            help="The lane trains with this rate from its next updates on.",
        )


def _lane(running):
    """The lane whose wheel it is: the only one, or the one that is chosen."""
    by_id = {run.id: run for run in running}
    if len(running) == 1:
        return running[0]
    if st.session_state.get(race_setup.WHEEL_LANE) not in by_id:
        st.session_state[race_setup.WHEEL_LANE] = running[0].id
    id = st.selectbox(
        "Lane",
        by_id,
        format_func=lambda id: by_id[id].name,
        key=race_setup.WHEEL_LANE,
        label_visibility="collapsed",
        width=240,
    )
    return by_id[id]


def _keep(store, run):
    rates, boundaries, off = drive_schedule(store.steps(run.id).rates, MOST_PIECES)
    try:
        schedule = PiecewiseConstant(rates, boundaries) if boundaries else Constant(rates[0])
    except UserError as error:
        st.toast(f"This drive is no schedule: {error}")
        return
    curve = state.keep(Curve("", f"Drive of run {run.id}", schedule, "step"))
    if curve is None:
        st.toast("There is no room for another curve: remove one on Explore first.")
        return
    st.session_state[race_setup.SCHEDULES] = [*st.session_state[race_setup.SCHEDULES], curve]
    exact = f" Its pieces are within {off:.1%} of what was driven." if off > 1e-6 else ""
    st.toast(f"Kept as a piecewise schedule, on Explore and among those to race.{exact}")
