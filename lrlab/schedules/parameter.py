"""What a schedule's parameter is: symbol, unit, what is allowed, and the scale of its slider."""

import math
from dataclasses import dataclass, field, fields
from typing import ClassVar

from lrlab.errors import UserError
from lrlab.schedules.expression import parse

MOST_PIECES = 50


@dataclass(frozen=True)
class Parameter:
    """A number of some kind: everything that formula, slider, check and help text need to know."""

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

    def check(self, name, value):
        """Return `value` as float, int or None; raise UserError with the allowed range otherwise."""
        if value is None and self.optional:
            return None
        kind = "a whole number" if self.integer else "a number"
        wanted = f"{name} must be {kind} from {self.low:g} to {self.high:g}"
        try:
            number = math.nan if isinstance(value, (bool, str)) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not self.low <= number <= self.high or (self.integer and number != int(number)):
            raise UserError(f"{wanted}, but it is {value!r:.60}.")
        return int(number) if self.integer else number

    def read(self, name, text):
        """The value that `text` writes; raises UserError where it writes none."""
        try:
            return float(text)
        except ValueError as error:
            raise UserError(f"{name} must be a number, but it is {text!r:.60}.") from error


@dataclass(frozen=True)
class Numbers:
    """Several numbers of one kind, as a tuple."""

    each: Parameter
    symbol: str
    help: str
    optional: bool = False
    most: int = 20

    def check(self, name, value):
        """Return `value` as a tuple; raise UserError where it is none, or has a bad number in it."""
        if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= self.most:
            raise UserError(f"{name} must be 1 to {self.most} numbers, but it is {value!r:.60}.")
        return tuple(self.each.check(f"each of {name}", number) for number in value)

    def read(self, name, text):
        """The numbers that `text` writes with commas between them."""
        return tuple(self.each.read(name, part) for part in text.split(","))


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    choices: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value`; raise UserError with the choices where it is none of them."""
        if value not in self.choices:
            raise UserError(f"{name} must be one of {', '.join(self.choices)}, but it is {value!r:.60}.")
        return value

    def read(self, name, text):
        """`text` itself."""
        return text


@dataclass(frozen=True)
class Switch:
    """On or off."""

    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value`; raise UserError where it is neither True nor False."""
        if not isinstance(value, bool):
            raise UserError(f"{name} must be true or false, but it is {value!r:.60}.")
        return value

    def read(self, name, text):
        """What `text`, "true" or "false", says; anything else is left to `check`."""
        return {"true": True, "false": False}.get(text.lower(), text)


@dataclass(frozen=True)
class Expression:
    """A formula over some names, as text."""

    names: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value` without blanks around it; raise UserError where it is no formula."""
        if not isinstance(value, str):
            raise UserError(f"{name} must be a formula as text, but it is of type {type(value).__name__}.")
        parse(value, self.names)
        return value.strip()

    def read(self, name, text):
        """`text` itself."""
        return text


class Parametrised:
    """A frozen dataclass of some `kind`, whose fields say what they may hold.

    Raises UserError for a value that is not of its field's kind or out of its range.
    """

    kind: ClassVar[str]

    def __post_init__(self):
        for name, parameter in self.parameters().items():
            object.__setattr__(self, name, parameter.check(name, getattr(self, name)))

    @classmethod
    def parameters(cls) -> dict[str, "Parameter | Numbers | Choice | Switch | Expression"]:
        """The parameters by name, in the order of declaration."""
        return {f.name: f.metadata["parameter"] for f in fields(cls) if f.metadata["parameter"]}

    def to_dict(self) -> dict:
        """The kind and every field, as JSON types."""
        return {"kind": self.kind} | {f.name: _json(getattr(self, f.name)) for f in fields(self)}


def _json(value):
    if isinstance(value, Parametrised):
        return value.to_dict()
    return list(value) if isinstance(value, tuple) else value


def rate(default, symbol, help, low=1e-8):
    """A learning rate, on a logarithmic slider. No unit."""
    return _declared(default, Parameter(symbol, help, low, 10.0, (1e-4, 1.0), log=True, is_rate=True))


def floor_rate(default, symbol, help):
    """A learning rate that may be zero, on a linear slider. No unit."""
    return _declared(default, Parameter(symbol, help, 0.0, 10.0, (0.0, 0.1), is_rate=True))


def decay_rate(default, symbol, help):
    """How much decay one unit of time brings, on a logarithmic slider."""
    return _declared(default, Parameter(symbol, help, 0.0, 10.0, (1e-4, 1.0), log=True, unit="per {unit}"))


def factor(default, symbol, help, low=1e-6, high=1.0, slider=(0.05, 1.0), log=False):
    """What something is multiplied by or divided by, or a share of it. No unit."""
    return _declared(default, Parameter(symbol, help, low, high, slider, log))


def exponent(default, symbol, help):
    """An exponent above 0."""
    return _declared(default, Parameter(symbol, help, 0.01, 100.0, (0.1, 5.0)))


def bound(default, symbol, help):
    """Where on the number line a curve begins or ends."""
    return _declared(default, Parameter(symbol, help, -100.0, 100.0, (-10.0, 10.0)))


def interval(default, symbol, help, low=1):
    """A length of time, in whole units of time."""
    return _declared(default, Parameter(symbol, help, low, 1e7, (low, 100), integer=True, unit="{unit}s"))


def span(default, symbol, help, low=0.0):
    """A length of time, in units of time; may be a fraction."""
    return _declared(default, Parameter(symbol, help, low, 1e7, (low, 100.0), unit="{unit}s"))


def run_length(symbol, help):
    """A length of time, in units of time; None, the default, is the length of the run."""
    kind = Parameter(symbol, help, 1.0, 1e7, (1, 300), unit="{unit}s", optional=True)
    return _declared(None, kind)


def rates(default, symbol, help):
    """Several learning rates."""
    each = Parameter("", "", 0.0, 10.0, (0.0, 1.0), is_rate=True)
    return _declared(default, Numbers(each, symbol, help, most=MOST_PIECES))


def times(default, symbol, help):
    """Several points in time, in units of time."""
    return _declared(default, Numbers(Parameter("", "", 0.0, 1e7, (0, 100)), symbol, help, most=MOST_PIECES))


def share(default, symbol, help):
    """A share, from 0 to 1. No unit."""
    return _declared(default, Parameter(symbol, help, 0.0, 1.0, (0.0, 1.0)))


def tiny(default, symbol, help):
    """A number close to 0 that keeps a divisor from it."""
    return _declared(default, Parameter(symbol, help, 1e-12, 1.0, (1e-10, 1e-2), log=True))


def choice(choices, help):
    """One of some words, by default the first."""
    return _declared(choices[0], Choice(choices, help))


def switch(help):
    """On or off, by default off."""
    return _declared(False, Switch(help))


def expression(default, names, help):
    """A formula over `names`."""
    return _declared(default, Expression(names, help))


def sizes(default, symbol, help, most, high):
    """How many of something there are in each of up to `most` layers: whole numbers from 1 to `high`."""
    each = Parameter("", "", 1, high, (1, high), integer=True)
    return _declared(default, Numbers(each, symbol, help, most=most))


def size(default, symbol, help, high):
    """How many of something there are: a whole number from 1 to `high`."""
    return _declared(default, Parameter(symbol, help, 1, high, (1, high), integer=True))


def epochs(default, help):
    """How many epochs, from none to 1000."""
    return _declared(default, Parameter("", help, 0, 1000, (0, 30), integer=True, unit="epochs"))


def margin(default, help):
    """A difference that is too small to count."""
    return _declared(default, Parameter("", help, 0.0, 10.0, (0.0, 0.1)))


def _declared(default, kind):
    return field(default=default, metadata={"parameter": kind})


def of_kind(what, classes, kind, parameters):
    """The value of the class among `classes` that has that kind, with these parameters by name.

    Raises UserError, in which `what` names such values, for an unknown kind or parameter name.
    """
    by_kind = {cls.kind: cls for cls in classes}
    if not isinstance(kind, str) or kind not in by_kind:
        raise UserError(f"{what} must be one of {', '.join(by_kind)}, but it is {kind!r:.60}.")
    known = by_kind[kind].parameters()
    for name in parameters:
        if name not in known:
            takes = f"It takes: {', '.join(known)}." if known else "It takes none."
            raise UserError(f"The {what} {kind} has no parameter {name!r:.60}. {takes}")
    return by_kind[kind](**parameters)


def from_record(what, classes, record):
    """The value that `to_dict` wrote, or that a kind alone names; raises UserError for others."""
    if isinstance(record, dict) and all(isinstance(name, str) for name in record):
        return of_kind(what, classes, record.get("kind"), {n: v for n, v in record.items() if n != "kind"})
    return of_kind(what, classes, record, {})
