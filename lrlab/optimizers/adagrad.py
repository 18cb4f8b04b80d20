"""Adagrad: updates divided by the size of all gradients so far."""

from dataclasses import dataclass

from lrlab.optimizers.base import Call, Optimizer
from lrlab.parameters.declare import share, tiny


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares so far. Duchi, Hazan and Singer, 2011."""

    kind = "adagrad"
    title = "Adagrad"
    keras_class = "Adagrad"

    initial_accumulator_value: float = share(0.1, "a_0", "Initial value of the sum of squared gradients.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")

    def pytorch(self):
        note = "PyTorch adds epsilon to the root; Keras adds it under the root."
        return Call(
            "Adagrad",
            {"initial_accumulator_value": self.initial_accumulator_value, "eps": self.epsilon},
            note,
        )

    def optax(self):
        return Call(
            "adagrad", {"initial_accumulator_value": self.initial_accumulator_value, "eps": self.epsilon}
        )

    def slots(self):
        return 1
