"""Lion: every weight moves by the learning rate, and momentum sets the direction."""

from dataclasses import dataclass

from lrlab.optimizers.base import Call, Optimizer
from lrlab.parameters.declare import factor, share


@dataclass(frozen=True)
class Lion(Optimizer):
    """Move each weight by the rate, with the sign of its momentum. Chen et al., 2023 (arXiv:2302.06675)."""

    kind = "lion"
    title = "Lion"
    keras_class = "Lion"
    usual_lr = 0.0003  # "3-10x smaller than that for AdamW", section 5 of the paper

    # Keras does not take 0.
    beta_1: float = factor(0.9, r"\beta_1", "Share of the momentum in the direction of an update.")
    beta_2: float = share(0.99, r"\beta_2", "Decay of the momentum.")

    def optax(self):
        # optax's default is a weight decay of 0.001; Keras's is none.
        return Call("lion", {"b1": self.beta_1, "b2": self.beta_2, "weight_decay": 0.0})

    def slots(self):
        return 1
