"""A teacher's link to a lesson: the lesson, what students may change, and the teacher's own words.

`?lesson=time-based&controls=locked&present=1&question=...&option=...&option=...`. A lesson can also be
given by its number, from 1 on. A link contains only what differs from the first lesson without changes.
"""

from dataclasses import dataclass
from typing import Any

from lrlab.errors import UserError
from lrlab.lessons.course import LESSONS
from lrlab.links.query import Query, Reading, differences, switch, whole
from lrlab.text import is_printable, tidied

CONTROLS = ("free", "locked", "hidden")
MAX_TEXT, MAX_QUESTION, MAX_OPTION = 600, 200, 80
MAX_OPTIONS = 6
IDS = tuple(lesson.id for lesson in LESSONS)
END = "end"  # in place of a lesson: what was predicted in all of them
NAMES = ("lesson", "controls", "text", "question", "present")
LEFT_OUT = "It is left out."
INSTEAD = {"lesson": "Instead, you see the first lesson.", "controls": "Instead, they are free."}


@dataclass(frozen=True)
class Setup:
    """How a lesson opens.

    `controls` are free, locked (shown only) or hidden. `present` is the layout for a room. `text` comes
    above the lesson's own text; `question` and `options` replace the lesson's own. They are plain text, not
    Markdown, tidied and without surrounding spaces. Raises UserError for an unknown lesson, and for text
    that is too long or not printable.
    """

    lesson: str = IDS[0]
    controls: str = CONTROLS[0]
    present: bool = False
    text: str = ""
    question: str = ""
    options: tuple[str, ...] = ()

    def __post_init__(self):
        if self.lesson not in (*IDS, END):
            raise UserError(
                f"The lesson must be one of {', '.join(IDS)}, or its number, but it is {self.lesson!r:.60}."
            )
        if self.controls not in CONTROLS:
            raise UserError(
                f"controls must be one of {', '.join(CONTROLS)}, but it is {self.controls!r:.60}."
            )
        if not isinstance(self.present, bool):
            raise UserError(f"present must be true or false, but it is {self.present!r:.60}.")
        object.__setattr__(self, "text", _plain("text", self.text, MAX_TEXT, lines=True))
        object.__setattr__(self, "question", _plain("question", self.question, MAX_QUESTION))
        object.__setattr__(self, "options", _options(self.options, self.question))


def to_query(setup: Setup) -> Query:
    """The query of the link with this setup; empty for the default setup."""
    pairs = differences(setup, Setup(), {name: name for name in NAMES})
    return Query(pairs + tuple(("option", option) for option in setup.options))


def from_query(query: Query) -> tuple[Setup, tuple[str, ...]]:
    """The setup that `to_query` wrote, and in plain text what is wrong with the query.

    What is wrong is replaced by the default value or left out. Unknown names in the query are ignored.

    >>> setup, problems = from_query(Query((("lesson", "2"), ("controls", "bolted"))))
    >>> setup.lesson, setup.controls, len(problems)
    ('time-based', 'free', 1)
    """
    found = Reading()
    values: dict[str, Any] = {
        name: found.value(getattr(Setup, name), _field, name, query, instead=INSTEAD.get(name, LEFT_OUT))
        for name in NAMES
        if query.texts(name)
    }
    values["options"] = found.value((), _own_options, query, values.get("question", ""), instead=LEFT_OUT)
    return Setup(**values), tuple(found.problems)


def _field(name, query):
    """The checked value of one field."""
    return getattr(Setup(**{name: _read(name, query.one(name))}), name)


def _own_options(query, question):
    return Setup(question=question, options=query.texts("option")).options


def _read(name, text):
    if name == "present":
        return switch(name, text)
    if name == "lesson" and (number := whole(text)) is not None:
        if not 1 <= number <= len(IDS):
            raise UserError(f"The number of a lesson must be from 1 to {len(IDS)}, but it is {number}.")
        return IDS[number - 1]
    return text


def _options(options, question):
    if not isinstance(options, tuple) or len(options) > MAX_OPTIONS or len(options) == 1:
        raise UserError(f"A question needs 2 to {MAX_OPTIONS} options or none, but it has {_many(options)}.")
    if options and not question:
        raise UserError("Options need a question of your own: write one, or leave the options out.")
    options = tuple(_plain("each option", option, MAX_OPTION) for option in options)
    if "" in options or len(set(options)) < len(options):
        raise UserError("Each option must be different, but one is empty or appears twice.")
    return options


def _many(options):
    return str(len(options)) if isinstance(options, tuple) else f"{options!r:.60}"


def _plain(name, text, most, lines=False):
    if not isinstance(text, str):
        raise UserError(f"{name} must be text, but it is {text!r:.60}.")
    text = tidied(text).strip()
    if len(text) > most:
        raise UserError(f"{name} can have at most {most} characters, but this has {len(text):,}.")
    shown = text.replace("\r\n", "\n") if lines else text
    if not is_printable(shown.replace("\n", "") if lines else shown):
        raise UserError(f"{name} must have only printable characters, but it is {text!r:.60}.")
    return shown
