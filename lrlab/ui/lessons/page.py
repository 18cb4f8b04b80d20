"""The page of a lesson: text, live figure and question. After the answer, it shows the measured results."""

import streamlit as st

from lrlab.lessons.evidence import Evidence
from lrlab.lessons.lesson import Lesson
from lrlab.links.lesson import END, Setup
from lrlab.store import Store
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.curves import curves
from lrlab.ui.lessons.drawing import draw
from lrlab.ui.lessons.look import styled
from lrlab.ui.lessons.measured import chosen_evidence, measured, run_here
from lrlab.ui.lessons.question import question, room
from lrlab.ui.lessons.swept import shapes, shares, swept
from lrlab.ui.lessons.teacher import teacher
from lrlab.ui.lessons.way import bar, end, index, marks, where
from lrlab.ui.shell import address
from lrlab.ui.widgets.into_view import bring_into_view
from lrlab.ui.widgets.markdown import plain

BESIDE = [268, 1108]
WORDS, FIGURE = 440, 652
RESULT = ".st-key-lesson-result :is(.lrlab-chart, .lrlab-drawing, .lrlab-picture)"


def lesson_page(store: Store) -> None:
    """Show the open lesson with the settings of the link, or the end."""
    if progress.place() == st.session_state[progress.SETUP].lesson:  # only where the link led to
        address.show_problems(st.session_state.get(progress.PROBLEMS, ()))
    if progress.setup().present and progress.place() != END:
        styled(room(progress.lesson()))
        _presented(store, progress.lesson(), progress.setup())
    else:
        _beside_the_index(store)
    address.replace(progress.link())
    if progress.has_arrived():
        bring_into_view(RESULT, 200)


def _beside_the_index(store):
    lessons, page = st.columns(BESIDE, gap="medium")
    with page:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            menu = st.popover(where(), type="tertiary", on_change="rerun", key="lesson-where")
            with st.container(width="content", key="lesson-number"):
                st.caption(where())
            if progress.place() != END and progress.setup().controls == "free":
                teacher()
        if progress.place() == END:
            end()
        else:
            _read(store, progress.lesson(), progress.setup())
    # Last, when the verdict on the answer is known.
    with lessons.container(key="lesson-index"):
        index("beside")
    if menu.open:
        with menu:
            index("menu")
    bar()
    styled(marks(), "" if progress.place() == END else room(progress.lesson()))


def _read(store, lesson, setup):
    words, figure = st.columns([WORDS, FIGURE], gap="medium")
    found = None
    with figure.container(key="lesson-figure"):
        if progress.answer() is not None:
            found = _result(store, lesson)
            _concluded(lesson, found)
        elif lesson.is_drawn:
            with st.container(key="lesson-draw"):
                st.subheader("Draw the loss curves that you expect")
                draw(lesson)
        _curves(lesson, setup, 300)
        if found and lesson.recipes and setup.controls != "hidden":
            run_here(store, lesson)
    with words.container(key="lesson-words"):
        with st.container(key="lesson-title"):
            st.title(lesson.title)
        _text(lesson, setup)
        question(lesson, setup, found)


def _result(store: Store, lesson: Lesson, present: bool = False) -> Evidence:
    """Show what was measured, at the place where one looks."""
    with st.container(key="lesson-result"):
        if not present:
            st.subheader("What was measured")
        found = chosen_evidence(store, lesson)
        if found.sweep:
            swept(found.sweep)
        else:
            measured(store, lesson, found, present)
    return found


def _concluded(lesson: Lesson, found: Evidence) -> None:
    if found.sweep:
        shares(found.sweep)
    st.markdown(lesson.conclusion(found))


def _curves(lesson: Lesson, setup: Setup, height: int) -> None:
    """The live figure: the schedules of the lesson, or the shapes of the sweep."""
    if lesson.recipes:
        curves(lesson, setup, height)
    else:
        shapes(setup, height)


def _text(lesson: Lesson, setup: Setup):
    if setup.text:
        st.info(plain(setup.text), icon=":material/school:")
    st.markdown(lesson.text)
    if lesson.caution:
        st.caption(f":material/info: {lesson.caution}")


def _presented(store, lesson, setup):
    """The presenter layout: one part at a time, in large type."""
    st.html("<style>html { font-size: 24px; }</style>")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {where()}: {lesson.title}", width="stretch")
        st.button("", icon=":material/arrow_back:", on_click=progress.go, args=(-1,), help="Previous lesson")
        st.button("", icon=":material/arrow_forward:", on_click=progress.go, args=(1,), help="Next lesson")
        st.button(
            "", icon=":material/close:", on_click=progress.present, args=(False,), help="Close this layout"
        )
    st.session_state.setdefault(progress.stage_key(), progress.STAGES[0])
    stage = st.segmented_control(
        "Stage",
        progress.STAGES,
        key=progress.stage_key(),
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    if stage == "Idea":
        _text(lesson, setup)
    elif stage == "Curves":
        _curves(lesson, setup, 560)
    elif stage == "Question":
        found = None if progress.answer() is None else chosen_evidence(store, lesson)
        question(lesson, setup, found)
        if lesson.is_drawn and found is None:
            draw(lesson)
    elif progress.answer() is None:
        st.info("Answer the question first: what does the class say?", icon=":material/help:")
    else:
        found = _result(store, lesson, present=True)
        question(lesson, setup, found)
        _concluded(lesson, found)
