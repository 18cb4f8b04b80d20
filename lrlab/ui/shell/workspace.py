"""Whose runs these are, and how to come back to them from another browser."""

from urllib.parse import quote, urlsplit

import segno
import streamlit as st

from lrlab.home import is_public
from lrlab.ui.shell import address, visitor


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
            _class()
        else:
            st.markdown(
                "Only you can stop, change and delete your runs. Who has the number of a run can look at it, "
                "but not read its note. This browser remembers you."
            )
        st.markdown("**A private link**, to come back from another browser. Keep it to yourself:")
        st.code(visitor.private_link(), language=None, wrap_lines=True)
        visitor.say_class()


def _class():
    """The address for the students of the class, to read or to take a picture of."""
    if code := visitor.class_code():
        link = f"{urlsplit(address.without_query())._replace(path='/lessons').geturl()}?class={quote(code)}"
        st.markdown("**For students**")
        st.code(link, language=None, wrap_lines=True)
        st.image(
            segno.make(link).svg_inline(scale=5, border=4, light="white"), width=220, alt=f"QR code: {link}"
        )
