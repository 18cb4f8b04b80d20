"""Train: races of schedules and optimizers on a data set, shown while they train."""

import streamlit as st

from lrlab import jobs
from lrlab.store import Store
from lrlab.ui.explore import state
from lrlab.ui.race.live import live_race, race_label
from lrlab.ui.train import race_setup
from lrlab.ui.train.settings import settings
from lrlab.ui.widgets.markdown import plain

state.fill()
race_setup.fill()
store = Store()
jobs.ensure_worker(store)

st.title(f"Train on {plain(race_setup.known_data().title)}")
controls, result = st.columns([3, 5], gap="medium")

with controls.container(border=True):
    settings(store)

with result:
    races = store.races()
    chosen = race_setup.chosen_race(list(races), store.race_of)
    if chosen is None:
        st.info(
            "No run yet. Choose schedules and press the Train button. Loss, accuracy and the applied "
            "rate then appear here after each epoch.",
            icon=":material/show_chart:",
        )
    else:
        st.selectbox(
            "Run",
            list(races),
            format_func=lambda race: race_label(races[race]),
            key=race_setup.RACE,
        )
        live_race(races[chosen])
