"""A teacher's link: what goes in comes out, and what is wrong with one is said."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.lessons.course import LESSONS
from lrlab.links.lesson import (
    CONTROLS,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_QUESTION,
    MAX_TEXT,
    Setup,
    from_query,
    to_query,
)
from lrlab.links.query import read
from lrlab.text import one_line

IDS = [lesson.id for lesson in LESSONS]
WORDS = st.text(min_size=1).map(one_line).filter(bool)
SETUPS = st.builds(
    lambda options, **given: Setup(
        **given, options=tuple(options) if given["question"] and len(options) > 1 else ()
    ),
    lesson=st.sampled_from(IDS),
    controls=st.sampled_from(CONTROLS),
    present=st.booleans(),
    text=WORDS.map(lambda text: text[:MAX_TEXT].strip()) | st.just(""),
    question=WORDS.map(lambda text: text[:MAX_QUESTION].strip()) | st.just(""),
    options=st.lists(WORDS.map(lambda text: text[:MAX_OPTION].strip()), max_size=MAX_OPTIONS, unique=True),
)


def opened(query):
    """The setup that a query opens, given as text, if nothing in it is wrong."""
    setup, problems = from_query(read(query))
    assert problems == ()
    return setup


@given(SETUPS)
def test_a_setup_comes_back_from_its_link(setup):
    assert opened(str(to_query(setup))) == setup


def test_the_longest_setup_comes_back_from_its_link():
    smile = "\N{GRINNING FACE}"
    options = tuple(smile * (MAX_OPTION - 1) + str(n) for n in range(MAX_OPTIONS))
    setup = Setup("exponential", "hidden", True, smile * MAX_TEXT, smile * MAX_QUESTION, options)
    assert opened(str(to_query(setup))) == setup


@given(st.text(max_size=200) | st.text("lesson=controlspresent&?%15", max_size=60))
def test_any_query_is_a_setup_or_cannot_be_read(query):
    with suppress(UserError):
        assert isinstance(from_query(read(query))[0], Setup)


def test_no_query_is_the_first_lesson_as_it_is():
    assert opened("") == Setup()
    assert Setup().lesson == IDS[0]


@pytest.mark.parametrize("number", range(1, len(IDS) + 1))
def test_a_lesson_has_a_number(number):
    assert opened(f"?lesson={number}").lesson == IDS[number - 1]


def test_names_of_other_links_are_left_alone():
    assert opened("?e=30&c=cosine&lesson=2").lesson == IDS[1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("lesson=12", "must be from 1 to 11, but it is 12. Instead, you see the first lesson."),
        ("lesson=x", "The lesson must be one of learning-rate, constant"),
        ("text=%1b", "must have only printable characters"),
        ("question=a%0ab", "must have only printable characters"),
        ("question=%c2%ad&option=A&option=B", "Options need a question of your own"),
        ("question=Q&option=A&option=A%c2%ad", "one is empty or appears twice"),
        ("controls=open", "one of free, locked, hidden, but it is 'open'. Instead, they are free."),
        ("lesson=1&lesson=2", "more than once"),
        (f"text={'x' * 601}", "text can have at most 600 characters, but this has 601. It is left out."),
        ("option=A&option=B", "Options need a question of your own"),
        ("question=Q&option=A&option=A", "one is empty or appears twice"),
    ],
)
def test_what_is_wrong_with_a_link_is_said_and_the_rest_is_used(query, words):
    setup, (problem,) = from_query(read(f"?{query}&present=1"))
    assert words in problem
    assert setup.present
    assert setup.lesson == Setup().lesson
    assert (setup.question == "Q") == ("question=Q" in query)


def test_a_wrong_layout_leaves_the_lesson_as_it_is():
    setup, (problem,) = from_query(read("?lesson=2&present=yes"))
    assert setup == Setup(IDS[1])
    assert "present must be 0 or 1" in problem
