"""Explore: schedules on one chart, to change with sliders and to export."""

import streamlit as st

from lrlab.ui.explore import state
from lrlab.ui.explore.curves import curves, fill, run_settings
from lrlab.ui.explore.drawing import heading
from lrlab.ui.explore.moving import moving
from lrlab.ui.explore.panels import panels
from lrlab.ui.explore.welcome import STYLE, onward, welcome
from lrlab.ui.train import race_setup

state.fill()
st.html(STYLE)
head = st.container()
chart, settings = st.columns([856, 480], gap="medium")
with settings:
    run_settings()
    lines = curves()
with st.container(key="explore.panels"):
    panel = panels()
with chart.container(key="explore.chart"):
    plans = moving(lines, panel)

with head:
    welcome(race_setup.start_short_race)
    heading()

fill(lines)
with settings:
    onward(plans, race_setup.choose_schedules)
