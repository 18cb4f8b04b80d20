"""A lesson's question: a card of the same height before and after the answer, which then has the verdict."""

from collections.abc import Sequence
from functools import cache
from math import ceil

import streamlit as st

from lrlab.lessons.evidence import Evidence, evidence
from lrlab.lessons.lesson import Lesson
from lrlab.links.lesson import Setup
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.progress import Outcome
from lrlab.ui.widgets.markdown import plain

YOU_SAID, SO_IT_IS = "You said", "So it is"
LINE = 34, 44  # letters of the verdict in a line that is always wide enough, and on a wide page


def question(lesson: Lesson, setup: Setup, found: Evidence | None) -> None:
    """Ask the link's question, or the lesson's. With `found`, show the verdict on the answer."""
    text = plain(setup.question) if setup.question else lesson.question.text
    options = [plain(option) for option in setup.options] if setup.question else lesson.question.options
    with st.container(border=True, key="lesson-question"):
        st.markdown(f"**{text}**")
        if found is None:
            _ask(options, key=f"lessons.choice.{lesson.id}.{setup.question}")
        else:
            _verdict(lesson, setup, options, found)


@cache
def room(lesson: Lesson) -> str:
    """The style that leaves room for the verdict: its place is as high before the answer as after it."""
    length = 30 + len(lesson.question.answer(evidence(lesson.recipes, [])).sentence)
    narrow, wide = (f".st-key-lesson-verdict {{ min-height: {1.6 * ceil(length / n)}em }}" for n in LINE)
    return f"{narrow} @media (min-width: 1300px) {{ {wide} }}"


def _ask(options: Sequence[str], key: str) -> None:
    if options:
        answer: object = st.radio(
            "Your answer",
            range(len(options)),
            format_func=options.__getitem__,
            index=None,
            key=key,
            persist_state="session",
            label_visibility="collapsed",
        )
    else:
        answer = st.text_input("Your answer", key=key, max_chars=200, persist_state="session")
    with st.container(key="lesson-verdict"):
        st.caption("Predict first: the results appear after your answer.")
    st.button(
        "Answer, and show the result",
        type="primary",
        disabled=answer in (None, ""),
        on_click=progress.give,
        args=(answer,),
        width="stretch",
        key="lesson-answer",
    )


def _verdict(lesson, setup, options, found):
    given, right = progress.answer(), lesson.question.answer(found)
    measured = right.option if not setup.question else None
    if options:
        _marked(options, given, measured)
    else:
        st.text_input("Your answer", given, disabled=True)
    said = options[given] if options else plain(given)
    if setup.question:
        words, is_right = f"You said: {said}.", None
    elif measured is None:
        words, is_right = "The numbers do not decide.", None
    else:
        is_right = measured == given
        words = "You said so, and that is right." if is_right else "Not what you said."
    progress.judged(Outcome(said, "" if measured is None else options[measured], is_right))
    with st.container(key="lesson-verdict"):
        st.markdown(f"**{words}** {right.sentence}")
    st.button("Try again", icon=":material/replay:", on_click=progress.take_back, key="lesson-again")


def _marked(options, given, measured):
    """The options at their places, with the two that count marked in words."""
    marks = {given: f":{'gray' if measured is None else 'red'}-badge[{YOU_SAID}]"}
    if measured is not None:
        marks[measured] = f":green-badge[{SO_IT_IS}]"

    st.radio(
        "Your answer",
        range(len(options)),
        format_func=lambda at: f"{options[at]} {marks.get(at, '')}",
        index=given,
        disabled=True,
        key="lesson-marked",
        label_visibility="collapsed",
    )
