"""Set the rate of a running lane by hand, and save the rates of such a run as a schedule."""

from math import isfinite

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lrlab.analysis import manual_rate_schedule
from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.parameters.declare import MOST_PIECES, MOST_RATE
from lrlab.runs.records import Epoch
from lrlab.runs.samples import samples
from lrlab.schedules import Constant, PiecewiseConstant
from lrlab.store import Run, Store
from lrlab.ui.explore import state
from lrlab.ui.race import view
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain

RATES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-5, MOST_RATE, 281))


def manual_rate(store: Store, runs: list[Run], epochs: dict[int, list[Epoch]]) -> DeltaGenerator | None:
    """A slider for the rate of a running lane, and buttons that save its rates as a schedule.

    Returns the place for what `say_rate` writes, if a lane is running.
    """
    running = [run for run in runs if run.status == "running" and epochs[run.id]]
    place = _set_by_hand(store, running, epochs) if running else None
    for run in runs:
        if run.has_manual_rate:
            st.button(
                f"Save the rates of {plain(run.name)} as a schedule",
                icon=":material/bookmark_add:",
                key=f"keep.{run.id}",
                on_click=acting(_save),
                args=(store, run),
            )
    return place


def say_rate(runs: list[Run], epochs: dict[int, list[Epoch]]) -> None:
    """Write the rate of the lane whose rate can be set, and where it comes from."""
    running = {run.id: run for run in runs if run.status == "running" and epochs[run.id]}
    run = running.get(st.session_state.get(view.MANUAL_RATE_LANE, 0)) or next(iter(running.values()), None)
    if run is not None:
        by = (
            f"rate {run.manual_rate:.3g}, set by hand"
            if run.manual_rate
            else f"rate {epochs[run.id][-1].lr_end:.3g}, from its schedule"
        )
        st.markdown(f"{plain(run.name)}: {by}" if len(running) == 1 else by.capitalize())


def _set_by_hand(store, running, epochs):
    with st.container(horizontal=True, vertical_alignment="center"):
        run = _lane(running)
        place = st.container(width="stretch")
        label, icon, act = (
            ("Return to the schedule", "undo", lambda: store.set_rate(run.id, None))
            if run.manual_rate
            else (
                "Set the rate by hand",
                "search_hands_free",
                lambda: _take(store, run),
            )
        )
        st.button(label, icon=f":material/{icon}:", key=f"{label}.{run.id}", on_click=acting(act))
    if run.manual_rate:
        # The slider exists only while the rate is set by hand. If the server moved it along with a
        # schedule, a slow browser would send it back late, which would look like a move by the user.
        key = view.manual_rate_key(run.id)
        st.select_slider(
            "Learning rate",
            RATES,
            _nearest(run.manual_rate),
            format_func=lambda rate: f"{rate:.3g}",
            key=key,
            on_change=acting(_move),
            args=(store, run, key),
            help="The lane trains with this rate from its next updates on.",
        )
        own = samples(run.spec.plan)[1]
        stable = max(_rates_of_finite_epochs(epochs))
        _mark(own.min(), own.max(), stable)
        st.caption(
            f"Marked: its schedule's own rates, {own.min():.3g} to {own.max():.3g}. "
            f"Line: the largest rate that stayed stable in this race, {stable:.3g}."
        )
        if run.manual_rate > stable:
            st.warning("No lane of this race has stayed stable at this rate yet. It may diverge.")
    return place


def _mark(low, high, stable):
    """Mark rates on the slider, below its track."""
    places = [RATES.index(_nearest(rate)) / (len(RATES) - 1) for rate in (low, high, stable)]
    values = ";".join(
        f"--{name}:{at:.2%}" for name, at in zip(("low", "high", "stable"), places, strict=True)
    )
    st.html(f'<div class="rate-marks" style="{values}" aria-hidden="true"></div>')


def _rates_of_finite_epochs(epochs):
    return [
        max(epoch.lr, epoch.lr_end)
        for done in epochs.values()
        for epoch in done
        if isfinite(epoch.loss) and isfinite(epoch.val_loss)
    ] or [0.0]


def _take(store, run):
    """Go on with the rate of the moment of the click: the page was drawn some epochs before it."""
    store.set_rate(run.id, _nearest(store.epochs(run.id)[-1].lr_end))


def _move(store, run, key):
    """Set the slider's rate, unless a slow browser sends it after the rate was returned to the schedule."""
    if store.run(run.id).manual_rate:
        store.set_rate(run.id, st.session_state[key])


def _nearest(rate):
    return min(RATES, key=lambda known: abs(np.log(known / max(rate, RATES[0]))))


def _lane(running):
    """The lane whose rate is set: the only one, or the chosen one."""
    by_id = {run.id: run for run in running}
    if len(running) == 1:
        return running[0]
    if st.session_state.get(view.MANUAL_RATE_LANE) not in by_id:
        st.session_state[view.MANUAL_RATE_LANE] = running[0].id
    id = st.selectbox(
        "Lane",
        by_id,
        format_func=lambda id: by_id[id].name,
        key=view.MANUAL_RATE_LANE,
        label_visibility="collapsed",
        width=240,
    )
    return by_id[id]


def _save(store, run):
    rates, boundaries, off = manual_rate_schedule(store.steps(run.id).rates, MOST_PIECES)
    try:
        schedule = PiecewiseConstant(rates, boundaries) if boundaries else Constant(rates[0])
    except UserError as error:
        st.toast(f"These rates cannot be saved as a schedule: {plain(str(error))}")
        return
    curve = state.keep(Curve("", f"Rates of run {run.id}", schedule, "step"))
    if curve is None:
        st.toast("There is no room for another curve. Remove one on Explore first.")
        return
    race_setup.add_schedule(curve)
    exact = f" It differs from the applied rates by at most {off:.1%}." if off > 1e-6 else ""
    st.toast(f"Saved as a piecewise schedule. It is now on Explore and in the list of schedules here.{exact}")
