"""Compare: all runs in a table, and some of them side by side."""

import streamlit as st

from lrlab import jobs
from lrlab.ui.compare import choice
from lrlab.ui.compare.comparison import comparison
from lrlab.ui.compare.files import import_runs
from lrlab.ui.compare.start import start
from lrlab.ui.compare.table import runs_table, search
from lrlab.ui.shell import visitor
from lrlab.ui.shell.workspace import workspace
from lrlab.ui.widgets.acting import attempt

store = visitor.store()
attempt(jobs.watch, store)
listed = store.listed(also=choice.runs_of_link())
if visitor.is_teacher():
    choice.choose_class(visitor.class_code())
choice.fill(listed)

with st.container(horizontal=True, vertical_alignment="center", key="compare-head"):
    st.title("Compare runs", width="content" if listed else "stretch")
    if listed:
        search(listed)
    import_runs(store)
    workspace()
choice.show_messages()
choice.undo(store)
if listed:
    runs_table(listed)
    comparison(store, {entry.run.id: entry for entry in listed})
else:
    start(store)
choice.keep_in_link()
