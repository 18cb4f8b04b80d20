"""Compare: all runs in a table, and some of them side by side."""

import streamlit as st

from lrlab import jobs
from lrlab.store import Store
from lrlab.ui.compare import choice
from lrlab.ui.compare.comparison import comparison
from lrlab.ui.compare.files import import_runs
from lrlab.ui.compare.start import start
from lrlab.ui.compare.table import runs_table, search
from lrlab.ui.widgets.acting import attempt

store = Store()
attempt(jobs.watch, store)
listed = store.listed()
choice.fill(listed)

with st.container(horizontal=True, vertical_alignment="center", key="compare-head"):
    st.title("Compare runs", width="content" if listed else "stretch")
    if listed:
        search(listed)
    import_runs(store)
choice.show_messages()
choice.undo(store)
if listed:
    runs_table(listed)
    comparison(store, {entry.run.id: entry for entry in listed})
else:
    start(store)
choice.keep_in_link()
