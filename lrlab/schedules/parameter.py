"""What a schedule's parameter is: symbol, unit, allowed range and the scale of its slider."""

import math
from dataclasses import dataclass, field

from lrlab.errors import UserError


@dataclass(frozen=True)
class Parameter:
    """A kind of quantity: everything that formula, slider, check and help text need to know."""

    symbol: str
    help: str
    low: float
    high: float
    slider: tuple[float, float]
    log: bool = False
    integer: bool = False
    unit: str = ""
    optional: bool = False

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
            raise UserError(f"{wanted}, but it is {value!r}.")
        return int(number) if self.integer else number


def rate(default, symbol, help, low=1e-8, **kwargs):
    """A learning rate, on a logarithmic slider. No unit."""
    return _field(default, Parameter(symbol, help, low, 10.0, (1e-4, 1.0), log=True, **kwargs))


def floor_rate(default, symbol, help):
    """A learning rate that may be zero, on a linear slider. No unit."""
    return _field(default, Parameter(symbol, help, 0.0, 10.0, (0.0, 0.1)))


def decay_rate(default, symbol, help):
    """How much decay one unit of time brings, on a logarithmic slider."""
    kind = Parameter(symbol, help, 0.0, 10.0, (1e-4, 1.0), log=True, unit="per {unit}")
    return _field(default, kind)


def factor(default, symbol, help):
    """What the rate is multiplied by, above 0 and at most 1."""
    return _field(default, Parameter(symbol, help, 1e-6, 1.0, (0.05, 1.0)))


def exponent(default, symbol, help):
    """An exponent above 0."""
    return _field(default, Parameter(symbol, help, 0.01, 100.0, (0.1, 5.0)))


def interval(default, symbol, help):
    """A length of time, in units of time, at least 1."""
    kind = Parameter(symbol, help, 1.0, 1e7, (1.0, 100.0), integer=True, unit="{unit}s")
    return _field(default, kind)


def run_length(symbol, help):
    """A length of time, in units of time; None, the default, is the length of the run."""
    kind = Parameter(symbol, help, 1.0, 1e7, (1.0, 300.0), integer=True, unit="{unit}s", optional=True)
    return _field(None, kind)


def _field(default, kind):
    return field(default=default, metadata={"parameter": kind})
