"""Gradient descent, without and with momentum."""

from dataclasses import dataclass

from lrlab.optimizers.base import Call, Optimizer
from lrlab.parameters.declare import share

WHOLE_MOMENTUM = (
    "A new rate multiplies the whole momentum here; in Keras each gradient keeps the rate of its own update."
)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: subtract the gradient times the learning rate."""

    kind = "sgd"
    title = "SGD"
    keras_class = "SGD"

    def pytorch(self):
        return Call("SGD", {})

    def optax(self):
        return Call("sgd", {})

    def slots(self):
        return 0


@dataclass(frozen=True)
class Momentum(Optimizer):
    """SGD that adds a share of the last update to the next one. Polyak, 1964."""

    kind = "momentum"
    title = "SGD with momentum"
    keras_class = "SGD"
    momentum_name = "momentum"

    momentum: float = share(0.9, r"\mu", "Share of the last update that is added to the next one.")

    def pytorch(self):
        return self._call("SGD")

    def optax(self):
        return self._call("sgd")

    def _call(self, name):
        # Without momentum there is nothing to differ in, and PyTorch refuses `nesterov`.
        return Call(name, self.keras_arguments(), WHOLE_MOMENTUM) if self.momentum else Call(name, {})

    def slots(self):
        return 1 if self.momentum else 0


@dataclass(frozen=True)
class Nesterov(Momentum):
    """SGD with Nesterov's form of momentum. Nesterov, 1983; Sutskever et al., 2013."""

    kind = "nesterov"
    title = "SGD with Nesterov momentum"

    def keras_arguments(self):
        return super().keras_arguments() | {"nesterov": True}
