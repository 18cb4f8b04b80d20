"""LR Lab in the browser: `streamlit run app.py`."""

import streamlit as st

from lrlab.ui.shell.server import ICON, show

st.set_page_config(page_title="LR Lab", page_icon=ICON, layout="wide")
show(
    st.navigation(
        [
            st.Page("pages/lab/explore.py", title="Explore", icon=":material/tune:", default=True),
            st.Page("pages/lab/train.py", title="Train", icon=":material/play_arrow:"),
            st.Page("pages/lab/choose.py", title="Choose", icon=":material/target:"),
            st.Page("pages/lab/compare.py", title="Compare", icon=":material/table_rows:"),
            st.Page("pages/learn/lessons.py", title="Lessons", icon=":material/school:"),
            st.Page("pages/learn/claims.py", title="Claims", icon=":material/fact_check:"),
        ],
        position="top",
    )
)
