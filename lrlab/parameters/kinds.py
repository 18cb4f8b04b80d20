"""The kinds of parameters: each checks a value and reads it from text."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lrlab.errors import UserError
from lrlab.parameters.expression import parse


@dataclass(frozen=True)
class Parameter:
    """A parameter that is one number: its symbol, help text, range, slider and unit.

    `then` says what the rate does when that much time has passed, as in "restarts".
    """

    symbol: str
    help: str
    low: float
    high: float
    slider: tuple[float, float]
    log: bool = False
    integer: bool = False
    unit: str = ""
    optional: bool = False
    is_rate: bool = False
    then: str = ""

    def check(self, name: str, value: Any) -> Any:
        """Return `value` as float, int or None; raise UserError with the allowed range otherwise."""
        if value is None and self.optional:
            return None
        kind = "a whole number" if self.integer else "a number"
        low, high = (f"{int(end):,}" if self.integer else f"{end:g}" for end in (self.low, self.high))
        try:
            number = math.nan if isinstance(value, (bool, str)) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not self.low <= number <= self.high or (self.integer and number != int(number)):
            raise UserError(f"{name} must be {kind} from {low} to {high}, but it is {value!r:.60}.")
        return int(number) if self.integer else number

    def read(self, name: str, text: str) -> float:
        """`text` as a number; raises UserError if it is not a number."""
        try:
            return int(text) if self.integer and text.strip().isdecimal() else float(text)
        except ValueError as error:
            point = " Write a decimal point, not a comma." if "," in text else ""
            raise UserError(f"{name} must be a number, but it is {text!r:.60}.{point}") from error


@dataclass(frozen=True)
class Numbers:
    """A parameter that is a tuple of numbers of one kind."""

    each: Parameter
    symbol: str
    help: str
    optional: bool = False
    most: int = 20
    least: int = 1

    def check(self, name: str, value: Any) -> tuple[float, ...]:
        """Return `value` as a tuple; raise UserError for another type, a wrong length or a bad number."""
        if not isinstance(value, (tuple, list)) or not self.least <= len(value) <= self.most:
            raise UserError(f"{name} must be {self.least} to {self.most} numbers, but it is {value!r:.60}.")
        return tuple(self.each.check(f"each of {name}", number) for number in value)

    def read(self, name: str, text: str) -> tuple[float, ...]:
        """The numbers in `text`, which are separated by commas; raises UserError for decimal commas."""
        if re.search(r"(?<![\d.])0,\d+(?![\d.])|,\s*0\d", text):  # 0,5 and 1,05
            raise UserError(
                f"{name} must be numbers with decimal points, separated by commas, but it is {text!r:.60}. "
                "Write 0.5 for a half, and 0, 5 for two numbers."
            )
        return tuple(self.each.read(f"each of {name}", part) for part in text.split(","))


@dataclass(frozen=True)
class Choice:
    """A parameter that is one of several words."""

    choices: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name: str, value: Any) -> str:
        """Return `value`; raise UserError with the choices if it is not one of them."""
        if value not in self.choices:
            raise UserError(f"{name} must be one of {', '.join(self.choices)}, but it is {value!r:.60}.")
        return str(value)

    def read(self, name: str, text: str) -> str:
        """`text` itself."""
        return text


@dataclass(frozen=True)
class Switch:
    """A parameter that is true or false."""

    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name: str, value: Any) -> bool:
        """Return `value`; raise UserError if it is not a bool."""
        if not isinstance(value, bool):
            raise UserError(f"{name} must be true or false, but it is {value!r:.60}.")
        return value

    def read(self, name: str, text: str) -> bool | str:
        """True or False for the text "true" or "false"; other text unchanged, which `check` refuses."""
        return {"true": True, "false": False}.get(text.lower(), text)


@dataclass(frozen=True)
class Expression:
    """A parameter that is a formula over some variables, as text."""

    names: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name: str, value: Any) -> str:
        """Return `value` without surrounding spaces; raise UserError if it is not a formula."""
        if not isinstance(value, str):
            raise UserError(f"{name} must be a formula as text, but it is of type {type(value).__name__}.")
        parse(value, self.names)
        return value.strip()

    def read(self, name: str, text: str) -> str:
        """`text` itself."""
        return text


Kind = Parameter | Numbers | Choice | Switch | Expression


def _as_it_is(record: Any) -> Any:
    return record


@dataclass(frozen=True)
class Part:
    """A value with parameters of its own, such as the optimizer of a run.

    `from_record` makes the value from what its `to_dict` wrote.
    """

    cls: type[Any]
    from_record: Callable[[Any], Any] = _as_it_is
    optional: bool = False

    def check(self, name: str, value: Any) -> Any:
        """Return `value`; raise UserError if it is of another class."""
        if not isinstance(value, self.cls) and not (self.optional and value is None):
            article = "an" if self.cls.__name__[0] in "AEIOU" else "a"
            raise UserError(f"{name} must be {article} {self.cls.__name__}, but it is {value!r:.200}.")
        return value
