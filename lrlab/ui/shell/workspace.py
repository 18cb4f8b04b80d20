"""Whose runs these are, and how to come back to them from another browser."""

import streamlit as st

from lrlab.home import is_public
from lrlab.ui.shell import visitor


def workspace() -> None:
    """On a public server, a menu with the visitor's private link."""
    if not is_public():
        return
    menu = st.popover("Your runs", icon=":material/key:", on_change="rerun", key="workspace")
    if not menu.open:
        return
    with menu:
        if visitor.is_teacher():
            st.markdown("You are the **teacher**: you see and stop the runs of all visitors.")
        else:
            st.markdown(
                "Only you can stop, change and delete your runs. Who has the number of a run can look at it, "
                "but not read its note. This browser remembers you."
            )
        st.markdown("**A private link**, to come back from another browser. Keep it to yourself:")
        st.code(visitor.private_link(), language=None, wrap_lines=True)
        visitor.say_class()
