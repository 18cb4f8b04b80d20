"""RMSprop: updates divided by the recent size of the gradient."""

from dataclasses import dataclass

from lrlab.optimizers.base import Call, Optimizer
from lrlab.optimizers.sgd import WHOLE_MOMENTUM
from lrlab.parameters.declare import share, tiny


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Divide the gradient by its running root mean square. Hinton, 2012, lecture 6e."""

    kind = "rmsprop"
    title = "RMSprop"
    keras_class = "RMSprop"
    usual_lr = 0.001
    momentum_name = "momentum"

    rho: float = share(0.9, r"\rho", "Decay of the running mean of squared gradients.")
    momentum: float = share(0.0, r"\mu", "Share of the last update that is added to the next one.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")

    def pytorch(self):
        note = "PyTorch adds epsilon to the root; Keras adds it under the root."
        arguments = {"alpha": self.rho, "momentum": self.momentum, "eps": self.epsilon}
        return Call("RMSprop", arguments, f"{note} {WHOLE_MOMENTUM}" if self.momentum else note)

    def optax(self):
        arguments = {"decay": self.rho, "momentum": self.momentum or None, "eps": self.epsilon}
        return Call("rmsprop", arguments, WHOLE_MOMENTUM if self.momentum else "")

    def slots(self):
        return 2 if self.momentum else 1
