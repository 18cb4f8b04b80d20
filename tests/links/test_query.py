"""Every link's query is read by one set of rules, and what is written comes back."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.links.query import LONGEST, MOST_TEXTS, Query, differences, read, switch, whole

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
QUERIES = st.builds(Query, st.lists(st.tuples(TEXTS, TEXTS), max_size=20).map(tuple))


@given(QUERIES)
def test_a_query_comes_back_from_its_text(query):
    assert read(str(query)) == read(str(query).removeprefix("?")) == query


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"?a={'x' * LONGEST}", f"at most {LONGEST:,} characters, but this one has {LONGEST + 3:,}"),
        ("&".join(["a="] * (MOST_TEXTS + 1)), "cannot be read"),
        ("a=%ff", "cannot be read"),
    ],
)
def test_a_text_that_is_no_query_is_refused_in_words(text, words):
    with pytest.raises(UserError, match=words):
        read(text)


def test_a_name_is_given_once_or_as_often_as_one_likes():
    query = read("?a=1&b=&a=2&c=3")
    assert query.texts("a") == ("1", "2")
    assert (query.one("b"), query.one("c"), query.one("d"), query.texts("d")) == ("", "3", None, ())
    with pytest.raises(UserError, match="a= more than once"):
        query.one("a")


def test_only_what_differs_is_written_in_the_order_of_the_names():
    @dataclass
    class Settings:
        rate: float = 0.1
        epochs: tuple = (1, 2)
        log: bool = False
        name: str | None = "x"

    names = {"n": "name", "l": "log", "e": "epochs", "r": "rate"}
    assert differences(Settings(), Settings(), names) == ()
    assert differences(Settings(3.0, (4, 0.5), True, None), Settings(), names) == (
        *(("n", ""), ("l", "1"), ("e", "4_0.5"), ("r", "3")),
    )


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1.0", "1_0", "0x1", "٣", "²", "9" * 16])
def test_what_is_no_whole_number_is_none(text):
    assert whole(text) is None
    assert whole("007") == 7


def test_a_switch_is_0_or_1():
    assert (switch("log", "0"), switch("log", "1")) == (False, True)
    with pytest.raises(UserError, match="log must be 0 or 1, but the link says 'yes'"):
        switch("log", "yes")
