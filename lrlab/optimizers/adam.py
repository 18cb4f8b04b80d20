"""Adam and its relatives: adaptive updates from the first and second moment of the gradient."""

from dataclasses import dataclass

from lrlab.optimizers.base import Optimizer
from lrlab.parameters.declare import share, tiny


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive updates from the first and second moment. Kingma and Ba, 2015 (arXiv:1412.6980)."""

    kind = "adam"
    title = "Adam"
    keras_class = "Adam"
    usual_lr = 0.001

    beta_1: float = share(0.9, r"\beta_1", "Decay of the first moment.")
    beta_2: float = share(0.999, r"\beta_2", "Decay of the second moment.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")

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


@dataclass(frozen=True)
class Nadam(Adam):
    """Adam with Nesterov momentum. Dozat, 2016, "Incorporating Nesterov Momentum into Adam"."""

    kind = "nadam"
    title = "Nadam"
    keras_class = "Nadam"
