"""What the server does around every page: say what the user can mend, and keep Python quick."""

import gc
from functools import cache
from pathlib import Path

import streamlit as st

from lrlab.errors import UserError

ICON = str(Path(__file__).parent / "icon.svg")


def show(page) -> None:
    """Run a page; what the user can mend is said on it instead of a traceback."""
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
