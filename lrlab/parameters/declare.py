"""Fields of a Parametrised class: each declares a default, symbol, unit, range, slider and help."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

from lrlab.parameters.kinds import Choice, Expression, Kind, Numbers, Parameter, Part, Switch

MOST_PIECES = 50
LEAST_RATE, MOST_RATE = 1e-8, 100.0
TIME = "{unit}s"  # the unit of a length of time: epochs or steps, as the clock counts


def declared(default: Any, kind: Kind | Part) -> Any:
    """A field with that default whose values are of that kind."""
    return field(default=default, metadata={"parameter": kind})


def part(default: Any, cls: type, from_record: Callable[[Any], Any], optional: bool = False) -> Any:
    """A field for a value of class `cls`; `from_record` makes it from what its `to_dict` wrote."""
    return declared(default, Part(cls, from_record, optional))


def later(declaration: Any) -> Any:
    """A field newer than the first records. These stay as they are: its default is not written."""
    return field(default=declaration.default, metadata={**declaration.metadata, "later": True})


def rate(default: float, symbol: str, help: str, low: float = LEAST_RATE) -> Any:
    """A learning rate, on a logarithmic slider. No unit."""
    return declared(default, Parameter(symbol, help, low, MOST_RATE, (1e-4, 1.0), log=True, is_rate=True))


def floor_rate(default: float, symbol: str, help: str) -> Any:
    """A learning rate that may be zero, on a linear slider. No unit."""
    return declared(default, Parameter(symbol, help, 0.0, MOST_RATE, (0.0, 0.1), is_rate=True))


def decay_rate(default: float, symbol: str, help: str, low: float = 0.0) -> Any:
    """A decay rate per unit of time, on a logarithmic slider."""
    return declared(default, Parameter(symbol, help, low, 10.0, (1e-4, 1.0), log=True, unit="per {unit}"))


def factor(
    default: float,
    symbol: str,
    help: str,
    low: float = 1e-6,
    high: float = 1.0,
    slider: tuple[float, float] = (0.05, 1.0),
    log: bool = False,
) -> Any:
    """A factor, a divisor or a share. No unit."""
    return declared(default, Parameter(symbol, help, low, high, slider, log))


def exponent(default: float, symbol: str, help: str) -> Any:
    """An exponent above 0."""
    return declared(default, Parameter(symbol, help, 0.01, 100.0, (0.1, 5.0)))


def bound(default: float, symbol: str, help: str) -> Any:
    """A point on the number line at which a curve begins or ends."""
    return declared(default, Parameter(symbol, help, -100.0, 100.0, (-10.0, 10.0)))


def interval(default: int, symbol: str, help: str, low: int = 1, then: str = "") -> Any:
    """A length of time, in whole units of time; after it the rate does `then`, as in "restarts"."""
    kind = Parameter(symbol, help, low, 1e7, (low, 100), integer=True, unit=TIME, then=then)
    return declared(default, kind)


def span(default: float, symbol: str, help: str, low: float = 0.0, then: str = "") -> Any:
    """A length of time, in units of time; may be a fraction. After it the rate does `then`."""
    return declared(default, Parameter(symbol, help, low, 1e7, (low, 100.0), unit=TIME, then=then))


def run_length(symbol: str, help: str, then: str = "reaches its end") -> Any:
    """A length of time, in units of time; None, the default, is the length of the run."""
    return declared(None, Parameter(symbol, help, 1.0, 1e7, (1, 300), unit=TIME, optional=True, then=then))


def rates(default: tuple[float, ...], symbol: str, help: str) -> Any:
    """Several learning rates."""
    each = Parameter("", "", 0.0, MOST_RATE, (0.0, 1.0), is_rate=True)
    return declared(default, Numbers(each, symbol, help, most=MOST_PIECES))


def times(default: tuple[float, ...], symbol: str, help: str) -> Any:
    """Several points in time at which the rate changes, in units of time."""
    each = Parameter("", "", 0.0, 1e7, (0, 100), unit=TIME, then="changes there")
    return declared(default, Numbers(each, symbol, help, most=MOST_PIECES))


def share(default: float, symbol: str, help: str) -> Any:
    """A share, from 0 to 1. No unit."""
    return declared(default, Parameter(symbol, help, 0.0, 1.0, (0.0, 1.0)))


def tiny(default: float, symbol: str, help: str) -> Any:
    """A small number that is added to a denominator for numerical stability."""
    return declared(default, Parameter(symbol, help, 1e-12, 1.0, (1e-10, 1e-2), log=True))


def choice(choices: tuple[str, ...], help: str) -> Any:
    """One of several words; the default is the first."""
    return declared(choices[0], Choice(choices, help))


def switch(help: str) -> Any:
    """True or false; the default is false."""
    return declared(False, Switch(help))


def expression(default: str, names: tuple[str, ...], help: str) -> Any:
    """A formula over `names`."""
    return declared(default, Expression(names, help))


def sizes(default: tuple[int, ...], symbol: str, help: str, most: int, high: int) -> Any:
    """The sizes of up to `most` layers: whole numbers from 1 to `high`."""
    each = Parameter("", "", 1, high, (1, high), integer=True)
    return declared(default, Numbers(each, symbol, help, most=most))


def size(default: int, symbol: str, help: str, high: int) -> Any:
    """The size of a layer: a whole number from 1 to `high`."""
    return declared(default, Parameter(symbol, help, 1, high, (1, high), integer=True))


def epochs(default: int, help: str) -> Any:
    """A number of epochs, from 0 to 1000."""
    return declared(default, Parameter("", help, 0, 1000, (0, 30), integer=True, unit="epochs"))


def margin(default: float, help: str) -> Any:
    """The smallest difference that counts."""
    return declared(default, Parameter("", help, 0.0, 10.0, (0.0, 0.1)))
