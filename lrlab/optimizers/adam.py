"""Adam and its relatives: adaptive updates from the first and second moment of the gradient."""

from dataclasses import dataclass, replace

from lrlab.errors import UserError
from lrlab.optimizers.base import Call, Optimizer
from lrlab.parameters.declare import share, tiny


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive updates from the first and second moment. Kingma and Ba, 2015 (arXiv:1412.6980)."""

    kind = "adam"
    title = "Adam"
    keras_class = "Adam"
    usual_lr = 0.001
    momentum_name = "beta_1"

    beta_1: float = share(0.9, r"\beta_1", "Decay of the first moment.")
    beta_2: float = share(0.999, r"\beta_2", "Decay of the second moment.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")

    def pytorch(self):
        if max(self.beta_1, self.beta_2) == 1:
            raise UserError(
                f"PyTorch takes only values below 1 as beta_1 and beta_2, but they are {self.beta_1:g} and "
                f"{self.beta_2:g}. Make them smaller."
            )
        return Call(self.keras_class, {"betas": (self.beta_1, self.beta_2), "eps": self.epsilon})

    def optax(self):
        return Call(self.kind, {"b1": self.beta_1, "b2": self.beta_2, "eps": self.epsilon})

    def slots(self):
        return 2


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay. Loshchilov and Hutter, 2019 (arXiv:1711.05101)."""

    kind = "adamw"
    title = "AdamW"
    keras_class = "AdamW"

    weight_decay: float = share(
        0.004,
        r"\lambda",
        "Weight decay: the share of each weight that is removed per update, times the learning rate.",
    )

    def pytorch(self):
        return self._with_decay(super().pytorch())

    def optax(self):
        return self._with_decay(super().optax())

    def _with_decay(self, call):
        return replace(call, arguments={**call.arguments, "weight_decay": self.weight_decay})


@dataclass(frozen=True)
class Nadam(Adam):
    """Adam with Nesterov momentum. Dozat, 2016, "Incorporating Nesterov Momentum into Adam"."""

    kind = "nadam"
    title = "Nadam"
    keras_class = "Nadam"

    def pytorch(self):
        # With 1.0 the momentum grows as fast as in Keras; PyTorch's default is 0.004.
        return Call("NAdam", {**super().pytorch().arguments, "momentum_decay": 1.0})

    def optax(self):
        note = "In Keras and PyTorch the momentum of Nadam grows at first; in optax it is b1 from the start."
        return replace(super().optax(), note=note)
