"""What is exported, and what the code of all targets has in common."""

import textwrap
from dataclasses import dataclass, field

import numpy as np

from lrlab.optimizers import SGD, Optimizer
from lrlab.runs.plan import Plan
from lrlab.schedules import Wrapper

LONG = 88  # of a call on one line
WIDE = 108  # of a comment


@dataclass(frozen=True)
class Export:
    """A plan, the optimizer that has its rates, and the epoch from which the code goes on.

    Raises UserError if the run has no such epoch.

    >>> from lrlab.schedules import CosineDecay
    >>> export = Export(Plan(CosineDecay(), epochs=10, clock="step"), from_epoch=7)
    >>> export.first, export.settings
    (1750, 2500)
    """

    plan: Plan
    optimizer: Optimizer = field(default_factory=SGD)
    from_epoch: int = 0

    def __post_init__(self) -> None:
        self.plan.first_step(self.from_epoch)  # raises UserError if there is no such epoch

    @property
    def unit(self) -> int:
        """How often the rate is set in one unit of the schedule's time."""
        return self.plan.steps_per_epoch if self.plan.clock == "smooth" else 1

    @property
    def settings(self) -> int:
        """How often the rate is set in the run: once per epoch, or at every step."""
        return self.plan.epochs if self.plan.clock == "epoch" else self.plan.steps

    @property
    def first(self) -> int:
        """The number of the first epoch or step, depending on how often the rate is set."""
        return self.from_epoch if self.plan.clock == "epoch" else self.plan.first_step(self.from_epoch)

    @property
    def built(self) -> Optimizer:
        """The optimizer as it is created: with the first value of a momentum that the schedule cycles.

        It is above 0, so that a framework keeps what momentum needs; each update sets the true one before.
        """
        momentum = self.plan.momentum
        if not momentum:
            return self.optimizer
        return self.optimizer.with_momentum(float(momentum.at(0)) or 0.5)

    @property
    def together(self) -> int:
        """How many batches an update has: those of an epoch at most."""
        return min(self.plan.batches_per_update, self.plan.batches_per_epoch)

    @property
    def left_over(self) -> int:
        """How many batches the last update of an epoch has if these are fewer, else 0."""
        return self.plan.batches_per_epoch % self.together

    @property
    def afterwards(self) -> str:
        """A sentence that says what the schedule itself does after the run."""
        later = self.plan.steps * np.array([1, 1.37, 2.11, 10.3])  # not whole cycles
        late = self.plan.at(later.astype(np.int64))
        if np.isfinite(late[0]) and (late == late[0]).all():
            return f"After the run the rate stays at {late[0]:.6g}."
        return "After the run the rate continues along the same formula."


def described(plan: Plan) -> str:
    """The title of the schedule with what is around it: "Cosine decay after a warm-up of 5 epochs"."""
    unit = "step" if plan.clock == "step" else "epoch"
    phrases = []
    for layer in plan.schedule.layers():
        if isinstance(layer, Wrapper):
            length = getattr(layer, next(iter(layer.parameters())))
            phrases.append(f"{layer.phrase} {length:g} {unit}{'s' * (length != 1)}")
    return " ".join([plan.schedule.core.title, ", ".join(phrases)]).strip()


def comment(*sentences: str) -> str:
    """The sentences as lines of comments; each sentence begins a line. Empty ones are left out."""
    lines = [line for sentence in sentences for line in textwrap.wrap(sentence, WIDE)]
    return "".join(f"# {line}\n" for line in lines)


def call(name: str, *values: object, **named: object) -> str:
    """Source of a call with these values: on one line if it is short."""
    return call_of(name, *map(repr, values), **{key: repr(value) for key, value in named.items()})


def call_of(name: str, *values: str, **named: str) -> str:
    """Source of a call with the source of its arguments."""
    given = [*values, *(f"{key}={value}" for key, value in named.items())]
    line = f"{name}({', '.join(given)})"
    if len(line) <= LONG and "\n" not in line:
        return line
    return f"{name}(\n" + "".join(textwrap.indent(f"{each},\n", "    ") for each in given) + ")"


def whole(value: float) -> int | None:
    """A length as a whole number of settings, except for rounding; None if it is not one."""
    nearest = round(value)
    return nearest if abs(value - nearest) <= 1e-9 * max(1, nearest) else None
