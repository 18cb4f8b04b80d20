"""What a first visitor reads above the curves, with three ways in; and the way from Explore to Train."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from lrlab import article
from lrlab.runs.plan import Plan
from lrlab.ui.explore import state
from lrlab.ui.explore.panels import EXPORT
from lrlab.ui.shell import address
from lrlab.ui.widgets.acting import acting

STYLE = Path(__file__).parent / "explore.css"
TRAIN, LESSONS = "pages/lab/train.py", "pages/learn/lessons.py"
ABOUT = (
    "LR Lab shows what a learning-rate schedule does to training. It starts from Katherine (Yi) Li's article "
    f"{article.LINK}."
)


def welcome(start_race: Callable[[], None]) -> None:
    """What LR Lab is, and three ways in; a line once one of them was taken."""
    if st.session_state.get(state.WELCOMED):
        with st.container(key="explore.about"):
            st.button(
                "About LR Lab", type="tertiary", icon=":material/info:", on_click=_welcomed, args=(False,)
            )
        return
    with st.container(key="explore.welcome", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(ABOUT, width="stretch")
        with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
            st.button("Play with curves", icon=":material/gesture:", on_click=_welcomed)
            if st.button("Race two schedules in 20 seconds", icon=":material/directions_run:"):
                acting(_race)(start_race)
            if st.button("Lesson 1", icon=":material/school:"):
                _leave(LESSONS)
            st.button(
                "",
                icon=":material/close:",
                type="tertiary",
                help="Close this introduction",
                on_click=_welcomed,
            )


def _race(start_race):
    start_race()
    _leave(TRAIN)


def _leave(page):
    _welcomed()
    address.leave_for(page)


def _welcomed(done=True):
    st.session_state[state.WELCOMED] = done


def onward(plans: dict[str, Plan], choose: Callable[[Sequence[str]], None]) -> None:
    """A button that takes the shown curves to Train, and one that shows their code."""
    with st.container(key="explore.actions", horizontal=True):
        label = "Train this curve" if len(plans) == 1 else f"Train these {len(plans)}"
        if st.button(
            label, type="primary", icon=":material/play_arrow:", width="stretch", disabled=not plans
        ):
            choose(list(plans))
            address.leave_for(TRAIN)
        st.button("Export", icon=EXPORT.split()[0], on_click=_export, disabled=not plans)


def _export():
    st.session_state[state.PANEL] = EXPORT
    st.session_state[state.EXPORTED] = True
