"""What an optimizer is: its parameters, how Keras calls it, and what Keras keeps for each weight."""

from dataclasses import dataclass
from typing import ClassVar

from lrlab.parameters.record import Parametrised


@dataclass(frozen=True)
class Optimizer(Parametrised):
    """Base class: turns a gradient and a rate into an update, as the Keras optimizer does.

    The learning rate is not a parameter: the schedule gives it at every update.
    """

    title: ClassVar[str]
    keras_class: ClassVar[str]  # in keras.optimizers
    usual_lr: ClassVar[float] = 0.01  # Keras's default

    def keras_arguments(self) -> dict[str, float | bool]:
        """The arguments of the Keras class by name, without the learning rate."""
        return {name: getattr(self, name) for name in self.parameters()}

    def slots(self) -> int:
        """How many numbers (slots) Keras keeps for each weight."""
        raise NotImplementedError
