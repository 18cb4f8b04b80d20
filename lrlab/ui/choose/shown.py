"""Which sweep is shown: one of the store, the recorded one, or none, which shows the form of a new one."""

import time

import streamlit as st

from lrlab.lessons.recorded_sweep import recorded_sweep
from lrlab.runs.swept import CONFIRM, SEARCH
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.choose.seen import Seen, read
from lrlab.ui.compare.choice import MOST_COMPARED
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain

NEW = "new"
WHICH, DELETED = "choose.which", "choose.deleted"


def shown(store: Store) -> Seen | None:
    """The sweep that is shown, read now; None for the form of a new one."""
    chosen = st.session_state[setup.SWEEP]
    if chosen is None:
        return None
    if chosen == setup.RECORDED:
        return _recorded()
    sweep = store.sweep_of(chosen)
    if sweep is None:
        st.warning(f"There is no sweep {plain(str(chosen))} here.")
        st.session_state[setup.SWEEP] = None
        return None
    st.session_state[setup.SWEEP] = sweep
    seen = read(store, sweep)
    if not seen.specs:
        st.warning(f"Sweep {sweep:d} was written by another version of LR Lab.")
        st.session_state[setup.SWEEP] = None
        return None
    return seen


@st.cache_resource
def _recorded():
    found = recorded_sweep()
    specs = {each.name: each.spec for each in found.sweep.candidates}
    return Seen(found.runs, specs, found.first_losses, recorded=found)


def choice(store: Store, seen: Seen | None) -> None:
    """Choose one of the sweeps, or a new one."""
    sweeps = store.sweeps()
    now = st.session_state[setup.SWEEP]
    labels = {NEW: "A new sweep", setup.RECORDED: "Recorded: eight schedules and Adam"} | {
        sweep: f"Sweep {sweep}: {count:,} runs, {time.strftime('%d %b %H:%M', time.localtime(created))}"
        for sweep, (count, created) in sweeps.items()
    }
    if now is not None and now not in labels:
        labels[now] = f"Sweep {now}"
    st.session_state[WHICH] = NEW if now is None else now
    with st.container(horizontal=True, vertical_alignment="center", key="choose_which"):
        st.selectbox(
            "Sweep",
            [*labels],
            format_func=labels.__getitem__,
            key=WHICH,
            on_change=_choose,
            label_visibility="collapsed",
            width=360,
        )
        if seen and not seen.recorded:
            st.page_link(
                "pages/lab/compare.py",
                label="The runs on Compare",
                icon=":material/table_rows:",
                query_params={"runs": ".".join(str(run.id) for run in seen.runs[:MOST_COMPARED])},
            )
            if seen.is_own and seen.is_over(SEARCH) and seen.is_over(CONFIRM):
                with st.popover("Delete", icon=":material/delete:", type="tertiary"):
                    st.button(
                        f"Delete all {len(seen.runs):,} runs of this sweep",
                        on_click=acting(_delete),
                        args=(store, *(run.id for run in seen.runs)),
                    )
        if deleted := st.session_state.get(DELETED):
            st.button(
                f"Undo: restore {len(deleted):,} runs",
                icon=":material/undo:",
                type="tertiary",
                on_click=acting(_restore),
                args=(store, *deleted),
            )


def _choose():
    chosen = st.session_state[WHICH]
    st.session_state[setup.SWEEP] = None if chosen == NEW else chosen


def _delete(store, *runs):
    st.session_state[DELETED] = store.delete(*runs)
    st.session_state[setup.SWEEP] = None


def _restore(store, *runs):
    store.restore(*runs)
    st.session_state[DELETED] = []
    st.session_state[setup.SWEEP] = store.sweep_of(runs[0])
