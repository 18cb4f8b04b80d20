"""For the teacher: a link to a lesson as it is to be seen, and the layout for a room."""

import streamlit as st

from lrlab.errors import UserError
from lrlab.lessons.link import CONTROLS, MAX_OPTION, MAX_OPTIONS, MAX_QUESTION, MAX_TEXT, Setup, to_query
from lrlab.ui.controls import plain
from lrlab.ui.lessons import progress

CONTROL_NAMES = {"free": "Free", "locked": "Locked", "hidden": "Hidden"}


def teacher() -> None:
    """Make a link to the open lesson, or show it to a room."""
    menu = st.popover("For the teacher", icon=":material/school:", on_change="rerun", key="lessons.teacher")
    if not menu.open:
        return
    with menu:
        st.button(
            "Presenter layout",
            icon=":material/present_to_all:",
            on_click=progress.present,
            args=(True,),
            width="stretch",
            help="Large type, and one thing at a time: idea, curves, question, result.",
        )
        st.markdown("**A link to this lesson**")
        controls = st.segmented_control(
            "Controls", CONTROLS, format_func=CONTROL_NAMES.get, default="free", required=True
        )
        present = st.toggle("In the presenter layout")
        text = st.text_area("Your own words above the text", max_chars=MAX_TEXT)
        question = st.text_input("Your own question in the place of the lesson's", max_chars=MAX_QUESTION)
        lines = st.text_area(
            "Its answers, one a line",
            help=f"Up to {MAX_OPTIONS}; without any, the answer is free text. It is not marked: what was "
            "measured is shown instead.",
            disabled=not question,
            max_chars=MAX_OPTIONS * (MAX_OPTION + 1),
        )
        options = tuple(line.strip() for line in lines.splitlines() if line.strip()) if question else ()
        try:
            wanted = Setup(progress.lesson().id, controls, present, text.strip(), question.strip(), options)
            query = to_query(wanted)
        except UserError as error:
            st.error(plain(str(error)))
            return
        st.code(f"{_address()}{query}", language=None, wrap_lines=True)
        st.caption(
            "Results of a class come together on Compare: there everybody exports runs as JSON, and you "
            "import the files."
        )


def _address():
    return st.context.url.partition("?")[0]
