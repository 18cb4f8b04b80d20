"""Optimizers with Keras's parameters and defaults.

The learning rate is not a parameter: the schedule gives it at every update.
"""

from dataclasses import dataclass
from typing import ClassVar

from lrlab.parameters.declare import share, tiny
from lrlab.parameters.record import Parametrised, from_record, of_kind


@dataclass(frozen=True)
class Optimizer(Parametrised):
    """Base class: turns a gradient and a rate into an update, as the Keras optimizer does."""

    title: ClassVar[str]
    usual_lr: ClassVar[float] = 0.01  # Keras's default


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: subtract the gradient times the learning rate."""

    kind = "sgd"
    title = "SGD"


@dataclass(frozen=True)
class Momentum(Optimizer):
    """SGD that adds a share of the last update to the next one. Polyak, 1964."""

    kind = "momentum"
    title = "SGD with momentum"

    momentum: float = share(0.9, r"\mu", "Share of the last update that is added to the next one.")


@dataclass(frozen=True)
class Nesterov(Momentum):
    """SGD with Nesterov's form of momentum. Nesterov, 1983; Sutskever et al., 2013."""

    kind = "nesterov"
    title = "SGD with Nesterov momentum"


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive updates from the first and second moment. Kingma and Ba, 2015 (arXiv:1412.6980)."""

    kind = "adam"
    title = "Adam"
    usual_lr = 0.001

    beta_1: float = share(0.9, r"\beta_1", "Decay of the first moment.")
    beta_2: float = share(0.999, r"\beta_2", "Decay of the second moment.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay. Loshchilov and Hutter, 2019 (arXiv:1711.05101)."""

    kind = "adamw"
    title = "AdamW"

    weight_decay: float = share(
        0.004,
        r"\lambda",
        "Weight decay: the share of each weight that is removed per update, times the learning rate.",
    )


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Divide the gradient by its running root mean square. Hinton, 2012, lecture 6e."""

    kind = "rmsprop"
    title = "RMSprop"
    usual_lr = 0.001

    rho: float = share(0.9, r"\rho", "Decay of the running mean of squared gradients.")
    momentum: float = share(0.0, r"\mu", "Share of the last update that is added to the next one.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares so far. Duchi, Hazan and Singer, 2011."""

    kind = "adagrad"
    title = "Adagrad"

    initial_accumulator_value: float = share(0.1, "a_0", "Initial value of the sum of squared gradients.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Small number added to the denominator for numerical stability.")


OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, Momentum, Nesterov, Adam, AdamW, RMSprop, Adagrad)


def optimizer_of_kind(kind, **parameters) -> Optimizer:
    """The optimizer of that kind; raises UserError for an unknown kind or parameter name."""
    return of_kind("optimizer", OPTIMIZERS, kind, parameters)


def optimizer_from_record(record) -> Optimizer:
    """The optimizer that `to_dict` wrote, or the default one of a kind; raises UserError otherwise."""
    return from_record("optimizer", OPTIMIZERS, record)
