"""The bar with the start button: what a race amounts to, always in view."""

import streamlit as st

from lrlab import jobs
from lrlab.store import Store
from lrlab.ui.train import race_setup
from lrlab.ui.train.outlook import SeedGroups, duration, sizes
from lrlab.ui.widgets.in_words import in_words


def start_bar(store: Store, seed_groups: SeedGroups, problem: str) -> None:
    """Say what a race amounts to, or why it cannot be trained, beside the button that starts it.

    The bar stays at the bottom of the window.
    """
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="start.bar"):
        with st.container():
            if problem:
                st.error(problem)
            impossible = bool(problem) or sizes(store, seed_groups)
        # No callback: its arguments would not contain a number that was just typed.
        if st.button(
            "Train" if problem else _label(store, seed_groups),
            type="primary",
            icon=":material/play_arrow:",
            width=360,
            disabled=impossible,
            key="start",
        ):
            race_setup.choose_race(store.add_race(seed_groups))
            jobs.ensure_worker(store)
            st.rerun()


def _label(store, seed_groups):
    lanes, runs = len(seed_groups[0]), sum(map(len, seed_groups))
    what = f"Race {lanes} schedules" if runs == lanes else f"Race {runs} runs"
    what = "Train 1 schedule" if runs == 1 else what
    seconds = duration(store, seed_groups)
    return f"{what}, about {in_words(seconds)}" if seconds else what
