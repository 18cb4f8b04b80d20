"""Train: races of schedules and optimizers on a data set, shown while they train."""

import streamlit as st

from lrlab import jobs
from lrlab.ui.explore import state
from lrlab.ui.race.live import live_race, race_label
from lrlab.ui.shell import address, visitor
from lrlab.ui.shell.workspace import workspace
from lrlab.ui.train import race_setup
from lrlab.ui.train.samples import samples
from lrlab.ui.train.start import form
from lrlab.ui.widgets.acting import attempt
from lrlab.ui.widgets.markdown import plain

state.fill()
race_setup.fill()
store = visitor.store()
attempt(jobs.expect_runs, store)

races = store.races()
chosen = race_setup.chosen_race(list(races), store.race_of)
if chosen is not None and chosen not in races:  # a link to another visitor's
    races = {chosen: store.race(chosen), **races}
is_open = race_setup.form_is_open(chosen is not None and any(run.active for run in races[chosen]))

with st.container(horizontal=True, vertical_alignment="center"):
    st.title(f"Train on {plain(race_setup.known_data().title)}", width="content")
    if chosen is not None:
        st.selectbox(
            "Run",
            list(races),
            format_func=lambda race: race_label(races[race]),
            key=race_setup.RACE,
            label_visibility="collapsed",
        )
        workspace()
        st.button(
            "Hide the form" if is_open else "Show the form",
            icon=":material/tune:",
            key="form",
            on_click=race_setup.show_form,
            args=(not is_open,),
        )
address.show_problems(st.session_state[race_setup.LINK_PROBLEMS])
if is_open or chosen is None:
    form(store, chosen is None)
if chosen is not None:
    live_race(races[chosen], "pages/lab/compare.py")
    if len(races) == 1 and not is_open:
        samples()
race_setup.keep_in_link()
