"""What the server does around every page: say what the user can mend, and keep Python quick."""

import gc
from functools import cache
from pathlib import Path
from threading import Lock

import streamlit as st

from lrlab.errors import UserError

ICON = str(Path(__file__).parent / "icon.svg")
_first = Lock()  # is taken by the first visitor


def show(page) -> None:
    """Run a page; what the user can mend is said on it instead of a traceback."""
    if _first.acquire(blocking=False) and page.url_path:
        # To each server's first visitor who comes by a link to a page, Streamlit says that there is none: it
        # looks into the folder pages before it knows ours. When that visitor comes again, it knows them.
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()
    try:
        page.run()
    except UserError as error:
        st.error(str(error))
    _settle_garbage()


@cache
def _settle_garbage():
    # Streamlit collects garbage after each run, holding the lock; what the first page has loaded
    # stays for good and need not be looked through each time.
    gc.collect()
    gc.freeze()
