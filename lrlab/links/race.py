"""Write the form of Train as names of a query, and read it again: only what differs from the usual values."""

from collections.abc import Mapping
from typing import Any

from lrlab.links.query import Query, Reading, switch, text_of
from lrlab.parameters.kinds import Kind, Numbers, Switch


def to_query(values: Mapping[str, object], usual: Mapping[str, object]) -> Query:
    """The names and texts of the values that are not as usual; a list is written with `_` between its words.

    >>> str(to_query({"seed": 7, "schedules": ["step", "adam"]}, {"seed": 1, "schedules": ["step"]}))
    '?seed=7&schedules=step_adam'
    """
    pairs = ((name, tuple(value) if isinstance(value, list) else value) for name, value in values.items())
    return Query(tuple((name, text_of(value)) for name, value in pairs if values[name] != usual[name]))


def from_query(query: Query, usual: Mapping[str, Any], kinds: Mapping[str, Kind], found: Reading) -> dict:
    """The usual values with those of the query in their place; `found` notes what is wrong with the query.

    `kinds` says how each value is read and checked; for a list, each of its words. Other names are ignored.
    """
    return {
        name: found.value(value, _value, name, kinds[name], query, value) if query.texts(name) else value
        for name, value in usual.items()
    }


def _value(name, kind, query, usual):
    text = query.one(name)
    if isinstance(usual, list):
        return [kind.check(f"each of {name}", word) for word in text.split("_") if word]
    if isinstance(kind, Switch):
        return switch(name, text)
    return kind.check(name, kind.read(name, text.replace("_", ",") if isinstance(kind, Numbers) else text))
