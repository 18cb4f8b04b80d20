"""A part of a page that is drawn again by a timer."""

from collections.abc import Callable

import streamlit as st


def refreshed(part: Callable[[], None], seconds: float | None) -> None:
    """Draw a part of the page, and again every so many seconds; None is only once.

    It draws in its own place, in a container of the page: what it would draw elsewhere is lost if the whole
    page is interrupted, and its place itself if it is refreshed before the browser has heard of the page.
    """
    with st.container():
        st.fragment(part, run_every=seconds)()
