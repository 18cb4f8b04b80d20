"""Gradient descent, without and with momentum."""

from dataclasses import dataclass

from lrlab.optimizers.base import Optimizer
from lrlab.parameters.declare import share


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: subtract the gradient times the learning rate."""

    kind = "sgd"
    title = "SGD"
    keras_class = "SGD"

    def slots(self):
        return 0


@dataclass(frozen=True)
class Momentum(Optimizer):
    """SGD that adds a share of the last update to the next one. Polyak, 1964."""

    kind = "momentum"
    title = "SGD with momentum"
    keras_class = "SGD"

    momentum: float = share(0.9, r"\mu", "Share of the last update that is added to the next one.")

    def slots(self):
        return 1 if self.momentum else 0


@dataclass(frozen=True)
class Nesterov(Momentum):
    """SGD with Nesterov's form of momentum. Nesterov, 1983; Sutskever et al., 2013."""

    kind = "nesterov"
    title = "SGD with Nesterov momentum"

    def keras_arguments(self):
        return super().keras_arguments() | {"nesterov": True}
