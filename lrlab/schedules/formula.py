"""A schedule whose formula the user writes."""

from dataclasses import dataclass, replace
from typing import Any, Self

from lrlab.parameters.declare import decay_rate, exponent, expression, floor_rate, rate, run_length
from lrlab.parameters.expression import parse
from lrlab.schedules.base import Schedule

NAMES = ("t", "T", "initial_lr", "decay", "power", "final_lr")
# The symbols on the labels of these numbers.
SYMBOLS = {"eta_0": "initial_lr", "k": "decay", "p": "power", "eta_T": "final_lr"}


@dataclass(frozen=True)
class Formula(Schedule):
    """Compute the rate from a formula that you write.

    The formula is parsed, never executed as Python. Its rates may be negative, infinite or NaN. Raises
    UserError for text that is not a formula, and, if the formula uses `T`, when called without a duration.

    >>> Formula("initial_lr / (1 + sqrt(t))", initial_lr=0.1)([0, 1, 9]).round(4).tolist()
    [0.1, 0.05, 0.025]
    """

    kind = "formula"
    title = "Your own formula"
    latex = r"\eta_t = f(t)"
    helps = "When no other schedule has the shape that you want."
    assumes = (
        "The formula gives a rate above 0 during the whole run. LR Lab trains with its values unchanged."
    )

    formula: str = expression(
        "initial_lr * (1 - t / T) ** power",
        (*NAMES, *SYMBOLS),
        "The rate at time t. T is the duration; initial_lr, decay, power and final_lr are the numbers below, "
        "or eta_0, k, p and eta_T for short.",
    )
    initial_lr: float = rate(0.1, r"\eta_0", "The value of initial_lr in the formula.")
    decay: float = decay_rate(0.1, "k", "The value of decay in the formula.")
    power: float = exponent(1.0, "p", "The value of power in the formula.")
    final_lr: float = floor_rate(0.0, r"\eta_T", "The value of final_lr in the formula.")
    duration: float | None = run_length(
        "T", "The value of T in the formula; leave it empty for the whole run.", then=""
    )

    def at(self, t: Any) -> Any:
        def value(name: str) -> Any:
            if name == "t":
                return t
            return self.length() if name == "T" else getattr(self, SYMBOLS.get(name, name))

        return parse(self.formula, (*NAMES, *SYMBOLS))(value)

    def scaled(self, factor: float) -> Self:
        """The same with the formula itself multiplied by `factor`; its numbers may not all be rates."""
        return replace(self, formula=f"{float(factor)!r} * ({self.formula})")
