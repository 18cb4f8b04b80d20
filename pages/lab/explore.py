"""Explore: schedules on one chart, to change with sliders and to export."""

import streamlit as st

from lrlab.ui.explore import state
from lrlab.ui.explore.curves import curves, run_settings
from lrlab.ui.explore.drawing import drawing, heading
from lrlab.ui.explore.panels import panels
from lrlab.ui.explore.welcome import STYLE, onward, welcome
from lrlab.ui.train import race_setup

state.fill()
st.html(STYLE)
head = st.container()
chart, settings = st.columns([856, 480], gap="medium")

# First, because it is what one waits for.
plans, problems = state.plans_shown()
with chart.container(key="explore.chart"):
    drawing(plans, problems)

with head:
    welcome(race_setup.start_short_race)
    heading()

with settings:
    run_settings(plans)
    curves(plans)
    onward(plans, race_setup.choose_schedules)

panels(plans)
