"""A page with nothing but a picture of a sweep, in which more runs end with each press."""

import streamlit as st

from lrlab.figures.sensitivity import sensitivity
from lrlab.figures.swept_line import lines_of
from lrlab.ui.widgets.picture import picture
from tests.figures.sweeps import HOSTILE, PEAKS, search

NAMES = {"Cosine": 0, "Linear": 2, HOSTILE: 5}


def page():
    """The page's script."""
    st.session_state.setdefault("peaks", 2)
    if st.button("More"):
        st.session_state.peaks += 1
    runs = search([*NAMES], PEAKS[: st.session_state.peaks])
    picture(sensitivity(lines_of(runs, NAMES, "val_loss"), "val_loss"), "sweep")
    st.write(f"{len(runs)} runs")
