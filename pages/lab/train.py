"""Train: races of schedules and optimizers on a data set, shown while they train."""

import streamlit as st

from lrlab import jobs
from lrlab.errors import UserError
from lrlab.store import Store
from lrlab.ui.explore import state
from lrlab.ui.race.live import live_race, race_label
from lrlab.ui.shell import address
from lrlab.ui.train import race_setup
from lrlab.ui.train.outlook import outlook
from lrlab.ui.train.settings import settings
from lrlab.ui.train.start import start_bar
from lrlab.ui.widgets.markdown import plain

state.fill()
race_setup.fill()
store = Store()
jobs.ensure_worker(store)

st.title(f"Train on {plain(race_setup.known_data().title)}")
address.show_problems(st.session_state[race_setup.LINK_PROBLEMS])
controls, result = st.columns([548, 780], gap="medium")

with controls:
    settings()
seed_groups, problem = [], ""
try:
    seed_groups = race_setup.seed_groups()
except UserError as error:
    problem = str(error)

with result:
    if seed_groups:
        outlook(seed_groups)
    races = store.races()
    chosen = race_setup.chosen_race(list(races), store.race_of)
    if chosen is None:
        st.info(
            "No run yet. Choose schedules and press the button below. Loss, accuracy and the applied "
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
start_bar(store, seed_groups, problem)
race_setup.keep_in_link()
