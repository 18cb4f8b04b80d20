"""The page's address: the only place that reads and writes it. `lrlab.links` knows what it says.

Explore's address is written by its chart in the browser, because it changes with every slider.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from lrlab.links.query import Query, read
from lrlab.ui.widgets.markdown import plain

MOST_PROBLEMS = 8
KEY, CLASS_CODE = "key", "class"  # say who visits, and belong to no page


def query() -> Query:
    """The query of the page's address; raises UserError if it is too long."""
    return read(str(now()))  # Streamlit has split the text already, but without our limits


def write(query: Query) -> None:
    """Make this the query of the page's address, as a step that the browser can take back."""
    wanted = {name: [*query.texts(name)] for name, _ in query.pairs}
    if wanted != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(wanted)


def get(name: str) -> str | None:
    """The last text that the query has for a name, unchecked; None if it has none."""
    return st.query_params.get(name)


def replace(query: Query) -> None:
    """Make this the query of the page's address, in place of the one before."""
    if str(query) != str(now()):
        new = json.dumps(str(query) or "?")  # "." would be the address of the first page
        script = f"history.replaceState(history.state, '', {new})"
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def leave_for(page: str) -> NoReturn:
    """Go to another page, given by its file: one step that the browser can take back.

    `st.switch_page` would make two steps of it, because it takes the query off the address first.
    """
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        raise RuntimeError("There is no page to leave.")
    pages = context.pages_manager.get_pages().values()
    (code,) = [known["page_script_hash"] for known in pages if Path(known["script_path"]).match(page)]
    context.script_requests.request_rerun(
        RerunData(
            page_script_hash=code,
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
    )
    st.empty()  # with it the request is served
    st.stop()


def without_query() -> str:
    """The page's address without its query."""
    return (st.context.url or "").partition("?")[0]


def show_problems(problems: Sequence[str]) -> None:
    """Say what is wrong with the link that opened this page, if anything is."""
    if not problems:
        return
    lines = [f"* {plain(problem)}" for problem in problems[:MOST_PROBLEMS]]
    if more := len(problems) - len(lines):
        lines.append(f"* {more:,} more")
    st.warning("\n".join(["Not everything in this link could be used.", "", *lines]))


def now() -> Query:
    """The query of the page's address, unchecked, without what says who visits."""
    names = [name for name in st.query_params if name not in (KEY, CLASS_CODE)]
    return Query(tuple((name, text) for name in names for text in st.query_params.get_all(name)))
