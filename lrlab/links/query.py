"""The query of a link, `?e=30&c=step`: read by the same rules for every page, and written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from lrlab.errors import UserError

LONGEST = 40_000  # longer than any link that LR Lab writes
MOST_TEXTS = 100
LONGEST_WHOLE = 15  # digits
T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """The names and texts of a query, in order. As `str`: empty, or the query with its `?`."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"?{urlencode(self.pairs)}" if self.pairs else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text with that name, in order."""
        return tuple(text for known, text in self.pairs if known == name)

    def one(self, name: str) -> str | None:
        """The text with that name, or None; raises UserError if there is more than one."""
        found = self.texts(name)
        if len(found) > 1:
            raise UserError(f"The link contains {name}= more than once.")
        return found[0] if found else None


@dataclass
class Reading:
    """Reads a link as far as it can be read: `problems` has a sentence or two for each wrong value.

    `where` is the beginning of these sentences.
    """

    problems: list[str] = field(default_factory=list)
    where: str = ""

    def value(self, otherwise: T, read: Callable[..., T], *args: object, instead: str = "") -> T:
        """What `read` returns for `args`; if it raises UserError, the value `otherwise`.

        `instead` is the sentence that says what is used; without it, the sentence names that value.
        """
        try:
            return read(*args)
        except UserError as error:
            self.add(str(error), instead or f"Instead, {_in_words(otherwise)} is used.")
            return otherwise

    def add(self, problem: str, instead: str) -> None:
        """Note a problem, and what is done about it."""
        self.problems.append(f"{self.where}{problem} {instead}")


def read(query: str) -> Query:
    """The query in a text, with or without its `?`; raises UserError if it is too long or cannot be read.

    >>> read("?e=30&c=step").one("e")
    '30'
    """
    if len(query) > LONGEST:
        raise UserError(f"A link can have at most {LONGEST:,} characters, but this one has {len(query):,}.")
    try:
        pairs = parse_qsl(
            query.removeprefix("?"), keep_blank_values=True, errors="strict", max_num_fields=MOST_TEXTS
        )
    except ValueError as error:
        raise UserError(f"The link cannot be read: {error}.") from error
    return Query(tuple(pairs))


def differences(value: object, start: object, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The fields of `value` that differ from those of `start`, as pairs of a query.

    `names` are the names in the query, in order, each with its field.
    """
    return tuple(
        (name, text_of(getattr(value, field)))
        for name, field in names.items()
        if getattr(value, field) != getattr(start, field)
    )


def text_of(value: object) -> str:
    """A value as a link writes it: 0 or 1 for a bool, `_` between several values, nothing for None."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return "_".join(map(text_of, value))
    return repr(value).removesuffix(".0") if isinstance(value, float) else "" if value is None else str(value)


def whole(text: str) -> int | None:
    """The whole number in a text; None if there is something else in it."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_WHOLE else None


def switch(name: str, text: str) -> bool:
    """True for 1 and False for 0; raises UserError for another text."""
    if text not in ("0", "1"):
        raise UserError(f"{name} must be 0 or 1, but the link says {text!r:.60}.")
    return text == "1"


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(text_of, value))
    return text_of(value) or "none"
