"""A teacher's link to a lesson: the lesson, what students may change, and the teacher's own words.

`?lesson=time-based&controls=locked&present=1&question=...&option=...&option=...`. A lesson can also be
given by its number, from 1 on. A link contains only what differs from the first lesson without changes.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from lrlab.errors import UserError
from lrlab.lessons.course import LESSONS
from lrlab.link import pairs
from lrlab.text import is_printable, tidied

CONTROLS = ("free", "locked", "hidden")
MAX_TEXT, MAX_QUESTION, MAX_OPTION = 600, 200, 80
MAX_OPTIONS = 6
LONGEST = 20_000
IDS = tuple(lesson.id for lesson in LESSONS)
PRESENT = {"0": False, "1": True}


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
        if self.lesson not in IDS:
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


def to_query(setup: Setup) -> str:
    """The query of the link with this setup: empty for the default setup, otherwise beginning with `?`."""
    start = Setup()
    given = [
        (name, value)
        for name in ("lesson", "controls", "text", "question")
        if (value := getattr(setup, name)) != getattr(start, name)
    ]
    given += [("present", "1")] if setup.present else []
    given += [("option", option) for option in setup.options]
    return f"?{urlencode(given)}" if given else ""


def from_query(query: str) -> Setup:
    """The setup that `to_query` wrote. Unknown names in the query are ignored.

    Raises UserError, which says what is wrong and what is allowed, for everything else.
    """
    given, values = pairs(query, LONGEST), {}
    for name, text in given:
        if name in values:
            raise UserError(f"The link contains {name}= more than once.")
        if name in ("lesson", "controls", "present", "text", "question"):
            values[name] = _read(name, text)
    return Setup(**values, options=tuple(text for name, text in given if name == "option"))


def _read(name, text):
    if name == "present":
        if text not in PRESENT:
            raise UserError(f"present must be 0 or 1, but the link says {text!r:.60}.")
        return PRESENT[text]
    if name == "lesson" and text.isascii() and text.isdecimal():
        if not (len(text) < 4 and 1 <= int(text) <= len(IDS)):
            raise UserError(f"The number of a lesson must be from 1 to {len(IDS)}, but it is {text:.60}.")
        return IDS[int(text) - 1]
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
