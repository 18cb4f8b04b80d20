"""A schedule whose formula the user writes."""

from dataclasses import dataclass, replace

from lrlab.schedules.expression import parse
from lrlab.schedules.parameter import decay_rate, exponent, expression, floor_rate, rate, run_length
from lrlab.schedules.schedule import Schedule

NAMES = ("t", "T", "initial_lr", "decay", "power", "final_lr")


@dataclass(frozen=True)
class Formula(Schedule):
    """Follow a formula of the user's own, which is read, not executed.

    It may give rates below zero, infinite or no number: it is the user's. Raises UserError for text that
    is no formula, and, where it has `T` in it, when called without a duration.
    """

    kind = "formula"
    title = "Your own formula"
    latex = r"\eta_t = f(t)"
    helps = "When none of the others is what you mean."
    assumes = "The formula gives a rate above 0 all through the run; what it gives is what is trained with."

    formula: str = expression(
        "initial_lr * (1 - t / T) ** power",
        NAMES,
        "The rate at time t. T is the duration; initial_lr, decay, power and final_lr are the numbers below.",
    )
    initial_lr: float = rate(0.1, r"\eta_0", "The number initial_lr in the formula.")
    decay: float = decay_rate(0.1, "k", "The number decay in the formula.")
    power: float = exponent(1.0, "p", "The number power in the formula.")
    final_lr: float = floor_rate(0.0, r"\eta_T", "The number final_lr in the formula.")
    duration: float | None = run_length("T", "The number T in the formula; empty is the whole run.")

    def at(self, t):
        def value(name):
            if name == "t":
                return t
            return self.length() if name == "T" else getattr(self, name)

        return parse(self.formula, NAMES)(value)

    def scaled(self, factor):
        """The same with what the formula gives multiplied by `factor`: its numbers may be anything."""
        return replace(self, formula=f"{float(factor)!r} * ({self.formula})")
