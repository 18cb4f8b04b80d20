"""Choose: find a rate, sweep schedules and rates, and confirm the best of each on fresh seeds."""

import streamlit as st

from lrlab import jobs
from lrlab.ui.choose import answer, find, setup, sweep
from lrlab.ui.choose.form import form
from lrlab.ui.choose.head import head, steps
from lrlab.ui.choose.shown import choice, shown
from lrlab.ui.explore import state
from lrlab.ui.shell import address, visitor
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.acting import attempt

state.fill()
race_setup.fill()
setup.fill()
store = visitor.store()
attempt(jobs.expect_runs, store)

seen = shown(store)
tests = find.tests_shown(store)
step = st.session_state[setup.STEP]
head(seen)
address.show_problems([*st.session_state[race_setup.LINK_PROBLEMS], *st.session_state[setup.LINK_PROBLEMS]])
steps(
    {
        setup.FIND: find.said_of(tests),
        setup.SEARCH: sweep.said_of(seen),
        setup.CONFIRM: answer.said_of(seen),
    }
)
if step == setup.FIND:
    find.find(store, tests)
else:
    choice(store, seen)
    if step == setup.CONFIRM:
        answer.answer(store, seen)
    elif seen:
        sweep.sweep(store, seen)
    else:
        form(store)
setup.keep_in_link()
