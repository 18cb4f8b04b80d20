"""What an optimizer is: its parameters, how each framework calls it, and what Keras keeps for each weight."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from lrlab.errors import UserError
from lrlab.parameters.record import Parametrised


@dataclass(frozen=True)
class Call:
    """How a framework creates an optimizer: a name in it, and the arguments besides the learning rate.

    `note` says in what the optimizer differs from Keras's there; empty if it computes the same.
    """

    name: str
    arguments: Mapping[str, object]
    note: str = ""


@dataclass(frozen=True)
class Optimizer(Parametrised):
    """Base class: turns a gradient and a rate into an update, as the Keras optimizer does.

    The learning rate is not a parameter: the schedule gives it at every update.
    """

    title: ClassVar[str]
    keras_class: ClassVar[str]  # in keras.optimizers
    usual_lr: ClassVar[float] = 0.01  # Keras's default
    momentum_name: ClassVar[str] = ""  # the parameter that a schedule's momentum replaces

    def with_momentum(self, momentum: float) -> Self:
        """The same with another momentum, or beta_1; raises UserError if it has none to cycle.

        >>> from lrlab.optimizers import Adam
        >>> Adam().with_momentum(0.95).beta_1
        0.95
        """
        if not self.momentum_name:
            raise UserError(
                f"The schedule cycles the momentum, but {self.title} has none to cycle. Choose SGD with "
                "momentum, Nesterov, RMSprop, Adam, AdamW or Nadam, or switch cycle_momentum off."
            )
        return replace(self, **{self.momentum_name: momentum})

    def keras_arguments(self) -> dict[str, float | bool]:
        """The arguments of the Keras class by name, without the learning rate."""
        return {name: getattr(self, name) for name in self.parameters()}

    def pytorch(self) -> Call:
        """How PyTorch calls it, in `torch.optim`; raises UserError if it is not there."""
        raise self._missing("PyTorch")

    def optax(self) -> Call:
        """How optax calls it; raises UserError if it is not there."""
        raise self._missing("optax")

    def slots(self) -> int:
        """How many numbers (slots) Keras keeps for each weight."""
        raise NotImplementedError

    def _missing(self, framework: str) -> UserError:
        return UserError(
            f"{framework} has no optimizer {self.title}. Choose another optimizer, or another framework."
        )
