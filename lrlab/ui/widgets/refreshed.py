"""Parts of a page that are drawn alone: again by a timer, or because a control was used."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException, StreamlitInvalidLayoutContextError

Drawn = TypeVar("Drawn")


def refreshed(part: Callable[[], Drawn], seconds: float | None = None, name: str | None = None) -> Drawn:
    """Draw a part of the page, and again every so many seconds, or when its `name` is given to `redraw`.

    It draws in a container of the page, because its place is lost if it is refreshed before the browser has
    heard of the page; and in other places that the page has made before it, and in which it always draws. If
    the whole page was interrupted before it had made these, it is drawn again. Returns what `part` returns.
    """

    def drawn():
        try:
            return part()
        except StreamlitInvalidLayoutContextError:
            st.rerun()

    with st.container():
        return st.fragment(drawn, run_every=seconds, key=name)()


def redraw(*names: str) -> None:
    """In the callback of a control: draw only these parts, and not the whole page.

    The whole page is drawn if it does not have all of them now.
    """
    with suppress(StreamlitAPIException):
        st.rerun(names)
