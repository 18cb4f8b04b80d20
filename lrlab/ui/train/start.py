"""The form of a race, and the bar with the start button, which is always in view."""

import streamlit as st

from lrlab.errors import UserError
from lrlab.store import Store
from lrlab.ui.shell import visitor
from lrlab.ui.train import race_setup
from lrlab.ui.train.outlook import duration, outlook, sizes
from lrlab.ui.train.samples import samples
from lrlab.ui.train.settings import settings
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain


def form(store: Store, is_first: bool) -> None:
    """Choose a race, with its planned rates beside the form, and start it.

    Before the first race, sample images show what is learned.
    """
    controls, preview = st.columns([548, 780], gap="medium")
    with controls:
        settings()
    try:
        seed_groups, problem = race_setup.seed_groups(), ""
    except UserError as error:
        seed_groups, problem = [], str(error)
    with preview:
        if is_first:
            samples()
        if seed_groups:
            outlook(seed_groups)
    _start(store, seed_groups, problem)


def _start(store, seed_groups, problem):
    """Say what a race amounts to, or why it cannot be trained, beside the button that starts it.

    The bar stays at the bottom of the window.
    """
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="start.bar"):
        with st.container():
            if problem:
                st.error(plain(problem))
            visitor.say_class()
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
            acting(_begin)(store, seed_groups)


def _begin(store, seed_groups):
    race_setup.begin(store, seed_groups)
    st.rerun()


def _label(store, seed_groups):
    lanes, runs = len(seed_groups[0]), sum(map(len, seed_groups))
    what = f"Race {lanes} schedules" if runs == lanes else f"Race {runs} runs"
    what = "Train 1 schedule" if runs == 1 else what
    seconds = duration(store, seed_groups)
    return f"{what}, about {in_words(seconds)}" if seconds else what
