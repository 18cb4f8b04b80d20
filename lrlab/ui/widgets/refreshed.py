"""A part of a page that is drawn again by a timer."""

from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError


def refreshed(part: Callable[[], None], seconds: float | None) -> None:
    """Draw a part of the page, and again every so many seconds; None is only once.

    It draws in a container of the page, because its place is lost if it is refreshed before the browser has
    heard of the page; and in other places that the page has made before it, and in which it always draws. If
    the whole page was interrupted before it had made these, it is drawn again.
    """

    def drawn():
        try:
            part()
        except StreamlitInvalidLayoutContextError:
            st.rerun()

    with st.container():
        st.fragment(drawn, run_every=seconds)()
