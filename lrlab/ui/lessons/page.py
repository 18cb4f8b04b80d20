"""The page of a lesson: text, live figure and question. After the answer, it shows the measured results."""

import streamlit as st

from lrlab.lessons.course import LESSONS
from lrlab.lessons.lesson import Lesson
from lrlab.links.lesson import Setup
from lrlab.store import Store
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.curves import curves
from lrlab.ui.lessons.measured import chosen_evidence, measured, run_here
from lrlab.ui.lessons.teacher import teacher
from lrlab.ui.shell import address
from lrlab.ui.widgets.markdown import plain

NUMBERS = {lesson.id: number for number, lesson in enumerate(LESSONS, 1)}


def lesson_page(store: Store) -> None:
    """Show the open lesson with the settings of the link."""
    lesson, setup = progress.lesson(), progress.setup()
    if lesson.id == st.session_state[progress.SETUP].lesson:  # only on the first lesson
        address.show_problems(st.session_state.get(progress.PROBLEMS, ()))
    (_presented if setup.present else _read)(store, lesson, setup)


def _read(store, lesson, setup):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(f"{NUMBERS[lesson.id]}. {lesson.title}", width="stretch")
        teacher()
    _navigation()
    words, figure = st.columns([2, 3], gap="large")
    with words:
        _text(lesson, setup)
        _question(lesson, setup)
    with figure:
        curves(lesson, setup, 360)
    if progress.answer() is None:
        return
    st.divider()
    st.header("What was measured")
    found = chosen_evidence(store, lesson)
    charts, verdict = st.columns([3, 2], gap="large")
    with charts:
        measured(lesson, found)
    with verdict:
        _verdict(lesson, setup, found)
        if setup.controls != "hidden":
            run_here(store, lesson)


def _navigation():
    with st.container(horizontal=True, vertical_alignment="center"):
        st.selectbox(
            "Lesson",
            [lesson.id for lesson in LESSONS],
            format_func=lambda id: f"{NUMBERS[id]}. {progress.BY_ID[id].title}",
            key=progress.LESSON,
            persist_state="session",
            label_visibility="collapsed",
        )
        st.button("Back", icon=":material/arrow_back:", on_click=progress.go, args=(-1,))
        st.button("Next", icon=":material/arrow_forward:", on_click=progress.go, args=(1,))


def _text(lesson: Lesson, setup: Setup):
    if setup.text:
        st.info(plain(setup.text), icon=":material/school:")
    st.markdown(lesson.text)
    if lesson.caution:
        st.caption(f":material/info: {lesson.caution}")


def _question(lesson: Lesson, setup: Setup):
    """Show the link's question if it has one, or the lesson's. An answer cannot be changed."""
    text = plain(setup.question) if setup.question else lesson.question.text
    options = setup.options if setup.question else lesson.question.options
    key = f"lessons.choice.{lesson.id}.{setup.question}"
    given = progress.answer()
    with st.container(border=True):
        st.markdown(f"**{text}**")
        if setup.question and not options:
            if given is not None:
                st.session_state[key] = given
            answer: object = st.text_input(
                "Your answer", key=key, disabled=given is not None, max_chars=200, persist_state="session"
            )
        else:
            answer = st.radio(
                "Your answer",
                range(len(options)),
                format_func=lambda at: plain(options[at]) if setup.question else options[at],
                index=given if isinstance(given, int) else None,
                key=key,
                disabled=given is not None,
                persist_state="session",
                label_visibility="collapsed",
            )
        if given is None:
            st.button(
                "Answer, and show the result",
                type="primary",
                disabled=answer in (None, ""),
                on_click=progress.give,
                args=(answer,),
                width="stretch",
            )


def _verdict(lesson, setup, found):
    given, right = progress.answer(), lesson.question.answer(found)
    if not setup.question:
        say = f"You said: {lesson.question.options[given]}."
        if right.option is None:
            st.info(f"{say} {right.sentence}", icon=":material/balance:")
        elif right.option == given:
            st.success(f"{say} That is right. {right.sentence}", icon=":material/check:")
        else:
            meant = lesson.question.options[right.option]
            st.warning(f"{say} The right answer: {meant}. {right.sentence}", icon=":material/close:")
    else:
        answer = setup.options[given] if setup.options else given
        st.info(f"You said: {plain(answer)}.", icon=":material/school:")
        st.markdown(right.sentence)
    st.markdown(lesson.conclusion(found))


def _presented(store, lesson, setup):
    """The presenter layout: one part at a time, in large type."""
    st.html("<style>html { font-size: 24px; }</style>")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {NUMBERS[lesson.id]}. {lesson.title}", width="stretch")
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
        curves(lesson, setup, 560)
    elif stage == "Question":
        _question(lesson, setup)
    elif progress.answer() is None:
        st.info("Answer the question first: what does the class say?", icon=":material/help:")
    else:
        found = chosen_evidence(store, lesson)
        measured(lesson, found, present=True)
        _verdict(lesson, setup, found)
