"""Parameters of schedules, optimizers, networks and controllers: symbol, unit, range, slider and help."""

import math
from dataclasses import dataclass, field, fields
from typing import ClassVar

from lrlab.errors import UserError
from lrlab.schedules.expression import parse

MOST_PIECES = 50


@dataclass(frozen=True)
class Parameter:
    """A parameter that is one number: its symbol, help text, range, slider and unit."""

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
        """`text` as a number; raises UserError if it is not a number."""
        try:
            return float(text)
        except ValueError as error:
            raise UserError(f"{name} must be a number, but it is {text!r:.60}.") from error


@dataclass(frozen=True)
class Numbers:
    """A parameter that is a tuple of numbers of one kind."""

    each: Parameter
    symbol: str
    help: str
    optional: bool = False
    most: int = 20

    def check(self, name, value):
        """Return `value` as a tuple; raise UserError for another type, a wrong length or a bad number."""
        if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= self.most:
            raise UserError(f"{name} must be 1 to {self.most} numbers, but it is {value!r:.60}.")
        return tuple(self.each.check(f"each of {name}", number) for number in value)

    def read(self, name, text):
        """The numbers in `text`, which are separated by commas."""
        return tuple(self.each.read(name, part) for part in text.split(","))


@dataclass(frozen=True)
class Choice:
    """A parameter that is one of several words."""

    choices: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value`; raise UserError with the choices if it is not one of them."""
        if value not in self.choices:
            raise UserError(f"{name} must be one of {', '.join(self.choices)}, but it is {value!r:.60}.")
        return value

    def read(self, name, text):
        """`text` itself."""
        return text


@dataclass(frozen=True)
class Switch:
    """A parameter that is true or false."""

    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value`; raise UserError if it is not a bool."""
        if not isinstance(value, bool):
            raise UserError(f"{name} must be true or false, but it is {value!r:.60}.")
        return value

    def read(self, name, text):
        """True or False for the text "true" or "false"; other text unchanged, which `check` refuses."""
        return {"true": True, "false": False}.get(text.lower(), text)


@dataclass(frozen=True)
class Expression:
    """A parameter that is a formula over some variables, as text."""

    names: tuple[str, ...]
    help: str
    symbol: str = ""
    optional: bool = False

    def check(self, name, value):
        """Return `value` without surrounding spaces; raise UserError if it is not a formula."""
        if not isinstance(value, str):
            raise UserError(f"{name} must be a formula as text, but it is of type {type(value).__name__}.")
        parse(value, self.names)
        return value.strip()

    def read(self, name, text):
        """`text` itself."""
        return text


class Parametrised:
    """A frozen dataclass with a `kind`, whose fields declare the values that they allow.

    Raises UserError for a value of the wrong type or out of range.
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
    """A decay rate per unit of time, on a logarithmic slider."""
    return _declared(default, Parameter(symbol, help, 0.0, 10.0, (1e-4, 1.0), log=True, unit="per {unit}"))


def factor(default, symbol, help, low=1e-6, high=1.0, slider=(0.05, 1.0), log=False):
    """A factor, a divisor or a share. No unit."""
    return _declared(default, Parameter(symbol, help, low, high, slider, log))


def exponent(default, symbol, help):
    """An exponent above 0."""
    return _declared(default, Parameter(symbol, help, 0.01, 100.0, (0.1, 5.0)))


def bound(default, symbol, help):
    """A point on the number line at which a curve begins or ends."""
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
    """A small number that is added to a denominator for numerical stability."""
    return _declared(default, Parameter(symbol, help, 1e-12, 1.0, (1e-10, 1e-2), log=True))


def choice(choices, help):
    """One of several words; the default is the first."""
    return _declared(choices[0], Choice(choices, help))


def switch(help):
    """True or false; the default is false."""
    return _declared(False, Switch(help))


def expression(default, names, help):
    """A formula over `names`."""
    return _declared(default, Expression(names, help))


def sizes(default, symbol, help, most, high):
    """The sizes of up to `most` layers: whole numbers from 1 to `high`."""
    each = Parameter("", "", 1, high, (1, high), integer=True)
    return _declared(default, Numbers(each, symbol, help, most=most))


def size(default, symbol, help, high):
    """The size of a layer: a whole number from 1 to `high`."""
    return _declared(default, Parameter(symbol, help, 1, high, (1, high), integer=True))


def epochs(default, help):
    """A number of epochs, from 0 to 1000."""
    return _declared(default, Parameter("", help, 0, 1000, (0, 30), integer=True, unit="epochs"))


def margin(default, help):
    """The smallest difference that counts."""
    return _declared(default, Parameter("", help, 0.0, 10.0, (0.0, 0.1)))


def _declared(default, kind):
    return field(default=default, metadata={"parameter": kind})


def of_kind(what, classes, kind, parameters):
    """Create a value of the class in `classes` that has this kind; `parameters` maps names to values.

    Raises UserError for an unknown kind or parameter name; `what` is the word for such values in its message.
    """
    by_kind = {cls.kind: cls for cls in classes}
    if not isinstance(kind, str) or kind not in by_kind:
        raise UserError(f"{what} must be one of {', '.join(by_kind)}, but it is {kind!r:.60}.")
    known = by_kind[kind].parameters()
    for name in parameters:
        if name not in known:
            takes = f"It takes: {', '.join(known)}." if known else "It takes no parameters."
            raise UserError(f"The {what} {kind} has no parameter {name!r:.60}. {takes}")
    return by_kind[kind](**parameters)


def from_record(what, classes, record):
    """The value that `to_dict` wrote, or the default value of a kind; raises UserError otherwise."""
    if isinstance(record, dict) and all(isinstance(name, str) for name in record):
        return of_kind(what, classes, record.get("kind"), {n: v for n, v in record.items() if n != "kind"})
    return of_kind(what, classes, record, {})
