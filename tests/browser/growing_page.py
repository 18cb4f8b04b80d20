"""A page with nothing but a race that grows: as many epochs as a file says, read again and again."""

import os
from pathlib import Path

import streamlit as st

from lrlab.figures import LaneCurves, race_figure
from lrlab.runs.records import Epoch
from lrlab.ui.chart import chart, forget_sent

LENGTH = 100
SETTING = "GROWING_PAGE_EPOCHS"


def figure(epochs):
    """Three lanes, the last under two seeds of which one is an epoch behind the other and then diverges."""
    runs = [_run(lane, epochs) for lane in range(4)]
    behind = [_run(3, epochs - 1)[: LENGTH // 2]]
    lanes = [
        LaneCurves("One", 0, (runs[0],)),
        LaneCurves("Two", 1, (runs[1],)),
        LaneCurves("Three", 2, (runs[2], *behind)),
    ]
    return race_figure(lanes, LENGTH)


def _run(lane, epochs):
    def at(n):
        loss = 1 / (n + 2) + lane / 50
        return Epoch(n, 0.5 * 0.97**n, 0.5 * 0.97 ** (n + 1), loss, 1 - loss, loss + 0.01, 0.9 - loss, 0.3)

    return [at(n) for n in range(epochs)]


def page():
    """The page's script."""
    st.button("Draw the whole page")
    forget_sent("race")
    _panel()


@st.fragment(run_every=0.25)
def _panel():
    epochs = Path(os.environ[SETTING]).read_text()
    chart(figure(int(epochs)), "race", f"A race of {epochs} epochs", grows=True)
