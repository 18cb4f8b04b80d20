"""The way through the lessons: their index, the bar with Back and Next, and the end with a summary."""

import streamlit as st

from lrlab.lessons.course import LESSONS
from lrlab.links.lesson import END
from lrlab.ui.lessons import progress
from lrlab.ui.widgets.markdown import plain

NUMBERS = {lesson.id: number for number, lesson in enumerate(LESSONS, 1)}
TITLES = {lesson.id: lesson.title for lesson in LESSONS} | {END: "What you predicted"}
MARKS = {True: "predicted rightly", False: "predicted otherwise", None: "answered"}


def where() -> str:
    """The place of the open lesson among all lessons, in words."""
    place = progress.place()
    return f"Lesson {NUMBERS[place]} of {len(LESSONS)}" if place in NUMBERS else f"All {len(LESSONS)} lessons"


def index(name: str) -> None:
    """All lessons, each with a mark: filled if predicted rightly, hollow if not. A click opens one."""
    outcomes = progress.outcomes()
    right = sum(outcome.is_right is True for outcome in outcomes.values())
    st.markdown(f"**{len(LESSONS)} lessons**")
    st.caption(f"{len(outcomes)} answered, {right} predicted rightly")
    for id, title in TITLES.items():
        st.button(
            title,
            type="tertiary",
            on_click=progress.open_lesson,
            args=(id,),
            width="stretch",
            key=f"lesson-to-{id}-{name}",
        )


def marks() -> str:
    """The style of the marks in the index."""
    outcomes, rules = progress.outcomes(), []
    for id in TITLES:
        button = f'[class*="st-key-lesson-to-{id}-"] button'
        shown = f'"{NUMBERS[id]}" / ""' if id in NUMBERS else '"\\2261" / ""'
        look = ""
        if id in outcomes:
            is_right = outcomes[id].is_right
            shown = f'"{"–" if is_right is None else "✓"}" / "{MARKS[is_right]}: "'
            if is_right:
                look = "background: var(--right); border-color: var(--right); color: var(--page);"
        rules.append(f"{button}::before {{ content: {shown}; {look} }}")
        if id == progress.place():
            here = "background: var(--page); border-left-color: var(--primary); font-weight: 600;"
            rules.append(f"{button} {{ {here} }}")
    return "\n".join(rules)


def bar() -> None:
    """Back and Next, always in view, and between them how far one is."""
    place, places = progress.place(), [*TITLES]
    at = places.index(place)
    with st.bottom.container(horizontal=True, vertical_alignment="center", key="lesson-bar"):
        st.button(
            "Back", icon=":material/arrow_back:", on_click=progress.go, args=(-1,), disabled=not at, width=130
        )
        st.html(f'<div class="lesson-bars" aria-hidden="true">{"".join(map(_part, NUMBERS))}</div>')
        following = places[at + 1 : at + 2]
        if following:
            with st.container(width="content", key="lesson-next-name"):
                st.caption(f"Next: {TITLES[following[0]]}")
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            icon_position="right",
            type="primary" if place in progress.outcomes() else "secondary",
            on_click=progress.go,
            args=(1,),
            disabled=not following,
            width=130,
        )


def _part(id):
    outcome = progress.outcomes().get(id)
    look = "" if outcome is None else "right" if outcome.is_right else "done"
    return f'<i class="{look} {"open" if id == progress.place() else ""}"></i>'


def end() -> None:
    """What was predicted in each lesson, and what was measured."""
    outcomes = progress.outcomes()
    judged = [outcome.is_right for outcome in outcomes.values() if outcome.is_right is not None]
    st.title(TITLES[END])
    if not outcomes:
        st.markdown("You have not answered a question yet. Each lesson asks one before it shows its results.")
        return
    st.markdown(
        f"You answered **{len(outcomes)} of {len(LESSONS)}** questions. Of {len(judged)} that the numbers "
        f"decide, you predicted **{sum(judged)}** rightly."
    )
    for id, outcome in outcomes.items():
        color, icon = {True: ("green", "check"), False: ("red", "close"), None: ("gray", "balance")}[
            outcome.is_right
        ]
        with st.container(border=True):
            st.markdown(
                f"**{NUMBERS[id]}. {TITLES[id]}** :{color}-badge[:material/{icon}: {MARKS[outcome.is_right]}]"
            )
            st.markdown(f"You said: {outcome.said}.")
            if outcome.is_right is False:
                st.markdown(f"So it is: {outcome.measured}.")
    if left := [TITLES[id] for id in NUMBERS if id not in outcomes]:
        st.caption(plain(f"Not answered yet: {', '.join(left)}."))
