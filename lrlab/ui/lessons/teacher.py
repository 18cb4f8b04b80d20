"""For the teacher: a link to a lesson with chosen settings, and the presenter layout."""

import streamlit as st

from lrlab.errors import UserError
from lrlab.links.lesson import CONTROLS, MAX_OPTION, MAX_OPTIONS, MAX_QUESTION, MAX_TEXT, Setup, to_query
from lrlab.links.query import Query
from lrlab.ui.lessons import progress
from lrlab.ui.shell import address, visitor
from lrlab.ui.widgets.markdown import plain

FILES = (
    "To collect the results of a class, use Compare. Each student exports runs as JSON there, and you import "
    "the files."
)
CONTROL_NAMES = {"free": "Free", "locked": "Locked", "hidden": "Hidden"}


def teacher() -> None:
    """Make a link to the open lesson, or open the presenter layout."""
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
            help="Large type, one part at a time: idea, curves, question, result.",
        )
        st.markdown("**A link to this lesson**")
        controls = st.segmented_control(
            "Controls", CONTROLS, format_func=CONTROL_NAMES.__getitem__, default="free", required=True
        )
        present = st.toggle("Open in the presenter layout")
        text = st.text_area("Your own text above the lesson", max_chars=MAX_TEXT)
        question = st.text_input("Your own question instead of the lesson's", max_chars=MAX_QUESTION)
        lines = st.text_area(
            "Answers, one per line",
            help=f"Up to {MAX_OPTIONS} answers. If you write none, students type their own answer. LR Lab "
            "does not mark the answer, but shows the measured results.",
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
        code = visitor.class_code() if visitor.is_teacher() else ""
        query = Query((*query.pairs, (address.CLASS_CODE, code))) if code else query
        st.code(f"{address.without_query()}{query}", language=None, wrap_lines=True)
        st.caption(
            f"Runs of students with this link are on your Compare, tagged {plain(code)}." if code else FILES
        )
