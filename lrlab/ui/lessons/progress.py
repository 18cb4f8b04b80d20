"""A visitor's progress in the lessons. Only this module uses these keys of the session state."""

from typing import NamedTuple

import streamlit as st

from lrlab import article
from lrlab.errors import UserError
from lrlab.lessons.course import LESSONS
from lrlab.lessons.lesson import Lesson
from lrlab.lessons.sketch import Drawing
from lrlab.links.lesson import END, Setup, from_query, to_query
from lrlab.links.query import Query
from lrlab.ui.shell import address

LESSON, SETUP, PROBLEMS = "lessons.lesson", "lessons.setup", "lessons.problems"
WRITTEN, ARRIVED = "lessons.written", "lessons.arrived"
ANSWERS, OUTCOMES, DRAWINGS, RACES, SEED, SEEDS, STAGE, SOURCE = (
    f"lessons.{what}"
    for what in ("answers", "outcomes", "drawings", "races", "seed", "seeds", "stage", "source")
)
STAGES = ("Idea", "Curves", "Question", "Result")
BY_ID = {lesson.id: lesson for lesson in LESSONS}


class Outcome(NamedTuple):
    """What the visitor predicted in a lesson, what was measured, and whether it is the same.

    `is_right` is None if the numbers do not decide, or if the question was the teacher's.
    """

    said: str
    measured: str
    is_right: bool | None


def fill() -> None:
    """Open the lesson that the link names, or the first one; later, the one that the browser goes back to."""
    state = st.session_state
    problems: tuple[str, ...]
    try:
        query = address.query()
        asked, problems = from_query(query)
    except UserError as error:
        query, asked, problems = Query(), Setup(), (f"{error} Instead, you see the first lesson.",)
    if SETUP not in state:
        state[SETUP], state[PROBLEMS] = asked, problems
        state[LESSON] = state[WRITTEN] = asked.lesson
    # A query without a lesson comes from the menu of pages: the open lesson stays open. If a button has
    # opened another lesson, the query is still that of the lesson before.
    elif query.texts("lesson") and state[LESSON] == state[WRITTEN]:
        state[LESSON] = asked.lesson
    for key, value in {
        ANSWERS: {},
        OUTCOMES: {},
        DRAWINGS: {},
        RACES: {},
        SEED: article.SEED,
        SEEDS: 1,
    }.items():
        state.setdefault(key, value)
    moved = state[LESSON] != state[WRITTEN] and query.texts("lesson") != (state[LESSON],)
    state[WRITTEN] = state[LESSON]
    if moved:  # each move between lessons is a step of the browser's history, and nothing else is
        address.write(link())


def link() -> Query:
    """The query of the link to what is open; it names the lesson even if it is the first."""
    pairs = to_query(setup()).pairs
    return Query(pairs if place() != Setup().lesson else (("lesson", place()), *pairs))


def place() -> str:
    """The id of the open lesson, or END."""
    return st.session_state[LESSON]


def lesson() -> Lesson:
    """The lesson that is open."""
    return BY_ID[place()]


def setup() -> Setup:
    """The settings of the link. Its text and question apply only to the lesson that the link names."""
    found = st.session_state[SETUP]
    if found.lesson == place():
        return found
    return Setup(place(), found.controls, found.present)


def go(by: int) -> None:
    """Move `by` lessons forward, or back if `by` is negative; after the last lesson comes the END."""
    places = [*BY_ID, END]
    at = places.index(place()) + by
    open_lesson(places[min(max(at, 0), len(places) - 1)])


def open_lesson(id: str) -> None:
    """Open the lesson with that id, or the END."""
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
    st.session_state[ARRIVED] = True
    if setup().present:
        st.session_state[stage_key()] = STAGES[-1]


def take_back() -> None:
    """Forget the answer to this lesson's question, to try again."""
    state = st.session_state
    state[ANSWERS] = {key: answer for key, answer in state[ANSWERS].items() if key != _answer_key()}
    state[OUTCOMES] = {id: outcome for id, outcome in state[OUTCOMES].items() if id != place()}
    if setup().present:
        state[stage_key()] = STAGES[-2]


def has_arrived() -> bool:
    """Whether the result is new on the page; only the first call after an answer says so."""
    return st.session_state.pop(ARRIVED, False)


def drawing() -> Drawing | None:
    """What the visitor has drawn in this lesson; None if there is nothing yet."""
    return st.session_state[DRAWINGS].get(place())


def keep_drawing(drawing: Drawing | None) -> None:
    """Keep what the visitor has drawn in this lesson."""
    st.session_state[DRAWINGS] = st.session_state[DRAWINGS] | {place(): drawing}


def judged(outcome: Outcome) -> None:
    """Store how the open lesson's answer compares with the results that are shown."""
    st.session_state[OUTCOMES] = st.session_state[OUTCOMES] | {place(): outcome}


def outcomes() -> dict[str, Outcome]:
    """The outcomes of the lessons that are answered, in the lessons' order."""
    found = st.session_state[OUTCOMES]
    return {id: found[id] for id in BY_ID if id in found}


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
