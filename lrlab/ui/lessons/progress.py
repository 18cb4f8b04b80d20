"""A visitor's progress in the lessons. Only this module uses these keys of the session state."""

import streamlit as st

from lrlab import article
from lrlab.errors import UserError
from lrlab.lessons.course import LESSONS
from lrlab.lessons.lesson import Lesson
from lrlab.links.lesson import Setup, from_query, to_query
from lrlab.ui.shell import address

LESSON, SETUP, PROBLEMS = "lessons.lesson", "lessons.setup", "lessons.problems"
ANSWERS, RACES, SEED, SEEDS, STAGE, SOURCE = (
    f"lessons.{what}" for what in ("answers", "races", "seed", "seeds", "stage", "source")
)
STAGES = ("Idea", "Curves", "Question", "Result")
BY_ID = {lesson.id: lesson for lesson in LESSONS}


def fill() -> None:
    """Open the lesson that the link names, or the first lesson."""
    state = st.session_state
    if SETUP not in state:
        try:
            state[SETUP], state[PROBLEMS] = from_query(address.query())
        except UserError as error:
            state[SETUP], state[PROBLEMS] = Setup(), (f"{error} Instead, you see the first lesson.",)
        state[LESSON] = state[SETUP].lesson
    for key, value in {ANSWERS: {}, RACES: {}, SEED: article.SEED, SEEDS: 1}.items():
        state.setdefault(key, value)
    address.write(to_query(setup()))


def lesson() -> Lesson:
    """The lesson that is open."""
    return BY_ID[st.session_state[LESSON]]


def setup() -> Setup:
    """The settings of the link. Its text and question apply only to the lesson that the link names."""
    found = st.session_state[SETUP]
    if found.lesson == st.session_state[LESSON]:
        return found
    return Setup(st.session_state[LESSON], found.controls, found.present)


def go(by: int) -> None:
    """Move `by` lessons forward, or back if `by` is negative; the last leads to the first."""
    ids = [*BY_ID]
    open_lesson(ids[(ids.index(st.session_state[LESSON]) + by) % len(ids)])


def open_lesson(id: str) -> None:
    """Open the lesson with that id."""
    st.session_state[LESSON] = id


def present(on: bool) -> None:
    """Switch the presenter layout on or off."""
    found = st.session_state[SETUP]
    st.session_state[SETUP] = Setup(
        found.lesson, found.controls, on, found.text, found.question, found.options
    )


def answer() -> object | None:
    """The visitor's answer in this lesson; None if there is none yet."""
    return st.session_state[ANSWERS].get(_answer_key())


def give(answer: object) -> None:
    """Store the answer to this lesson's question. The presenter layout then shows the result."""
    st.session_state[ANSWERS] = st.session_state[ANSWERS] | {_answer_key(): answer}
    if setup().present:
        st.session_state[stage_key()] = STAGES[-1]


def stage_key() -> str:
    """The session-state key of the stage in the presenter layout; its value is one of STAGES."""
    return f"{STAGE}.{st.session_state[LESSON]}"


def race() -> int | None:
    """The race that was started in this lesson; None if there is none."""
    return st.session_state[RACES].get(st.session_state[LESSON])


def started(race: int) -> None:
    """Remember the race that was started in this lesson."""
    st.session_state[RACES] = st.session_state[RACES] | {st.session_state[LESSON]: race}


def _answer_key():
    return st.session_state[LESSON], setup().question
