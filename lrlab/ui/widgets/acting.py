"""What a press does to the store."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from lrlab.errors import UserError
from lrlab.store import StoreError, StoreRescued
from lrlab.ui.widgets.markdown import plain


def acting(act: Callable[..., Any]) -> Callable[..., None]:
    """`act` as the callback of a control: if the store refuses, the page says so and stays as it is.

    A callback runs before the script of the page, so an error in it would take the place of the page.
    """

    @wraps(act)
    def callback(*args):
        try:
            act(*args)
        except UserError as error:
            refused(error)

    return callback


def attempt(act: Callable[..., Any], *args) -> None:
    """Do what the page can be shown without; if the store refuses, say so in its place."""
    try:
        act(*args)
    except StoreRescued:
        raise
    except StoreError as error:
        st.error(plain(str(error)))


def refused(error: UserError) -> None:
    """Say in a corner of the page why something was not done."""
    st.toast(f"That was not done. {plain(str(error))}", icon=":material/error:", duration="long")
