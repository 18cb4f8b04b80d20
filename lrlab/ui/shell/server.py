"""What the server does around every page: show errors that the user can fix, and have garbage collected."""

from pathlib import Path
from threading import Lock

import streamlit as st
from streamlit.delta_generator_singletons import context_dg_stack, get_default_dg_stack_value

from lrlab.errors import UserError
from lrlab.home import home
from lrlab.store import StoreRescued
from lrlab.store.keeper import keep
from lrlab.store.notices import notices
from lrlab.ui.shell.garbage import collect_later
from lrlab.ui.shell.notices import show_notices
from lrlab.ui.shell.uploads import forget_on_another_page
from lrlab.ui.shell.visitor import arrive
from lrlab.ui.widgets.markdown import plain

HERE = Path(__file__).parent
ICON = str(HERE / "icon.svg")
STYLE = HERE / "page.css"
COMMA = f"<script>{(HERE / 'comma.js').read_text(encoding='utf-8')}</script>"
_first = Lock()  # the first visitor takes it


def show(page) -> None:
    """Run a page; show an error that the user can fix as a message, not as a traceback."""
    if _first.acquire(blocking=False) and page.url_path:
        # If a server's first visitor opens a link to a page, Streamlit says that there is no such page: it
        # looks into the folder pages before it knows our pages. After a reload it knows them.
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()
    # Without runner.fastReruns, a run that follows a fragment's in the same thread would draw the whole page
    # in the fragment's container: Streamlit resets its stack after an interrupted run only.
    context_dg_stack.set(get_default_dg_stack_value())
    forget_on_another_page(page.url_path)
    folder = _home()
    try:
        st.html(STYLE)
        arrive()
        said = _look_after(folder)
        page.run()
        if folder and said != [*notices(folder)]:
            st.rerun()
    except StoreRescued:
        st.rerun()  # now with the notice that says what happened
    except UserError as error:
        st.error(plain(str(error)))
    st.html(COMMA, unsafe_allow_javascript=True)
    collect_later()


def _look_after(folder):
    """Returns the notices that the page shows of the store in a folder, if there is one."""
    if folder is None:
        return []
    keep(folder)
    return show_notices(folder)


def _home():
    try:
        return home()
    except UserError:  # a page that needs the folder says so, and others do without
        return None
