"""The optimizers that a run can train with: frozen values with Keras's parameters and defaults.

The rate is no parameter of theirs: it comes from the schedule, at every update.
"""

from dataclasses import dataclass
from typing import ClassVar

from lrlab.schedules.parameter import Parametrised, from_record, of_kind, share, tiny


@dataclass(frozen=True)
class Optimizer(Parametrised):
    """How a gradient and a rate become an update; equals the Keras optimizer of its parameters."""

    title: ClassVar[str]
    usual_lr: ClassVar[float] = 0.01  # Keras's default


@dataclass(frozen=True)
class SGD(Optimizer):
    """Step down the gradient, by the rate."""

    kind = "sgd"
    title = "SGD"


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Step along a running sum of gradients. Polyak, 1964."""

    kind = "momentum"
    title = "SGD with momentum"

    momentum: float = share(0.9, r"\mu", "How much of the last step goes into the next.")


@dataclass(frozen=True)
class Nesterov(Momentum):
    """Momentum that looks ahead. Nesterov, 1983; Sutskever et al., 2013."""

    kind = "nesterov"
    title = "SGD with Nesterov momentum"


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square. Kingma and Ba, 2015 (arXiv:1412.6980)."""

    kind = "adam"
    title = "Adam"
    usual_lr = 0.001

    beta_1: float = share(0.9, r"\beta_1", "How slowly the mean of the gradient forgets.")
    beta_2: float = share(0.999, r"\beta_2", "How slowly the mean of its square forgets.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Keeps the divisor from 0.")


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weights that shrink by themselves. Loshchilov and Hutter, 2019 (arXiv:1711.05101)."""

    kind = "adamw"
    title = "AdamW"

    weight_decay: float = share(0.004, r"\lambda", "How much of each weight goes, times the rate.")


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Divide by a running mean of the gradient's size. Hinton, 2012, lecture 6e."""

    kind = "rmsprop"
    title = "RMSprop"
    usual_lr = 0.001

    rho: float = share(0.9, r"\rho", "How slowly the mean of the square forgets.")
    momentum: float = share(0.0, r"\mu", "How much of the last step goes into the next.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Keeps the divisor from 0.")


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Divide by the size of all gradients so far. Duchi, Hazan and Singer, 2011."""

    kind = "adagrad"
    title = "Adagrad"

    initial_accumulator_value: float = share(0.1, "a_0", "What the sum of squares begins with.")
    epsilon: float = tiny(1e-7, r"\epsilon", "Keeps the divisor from 0.")


OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, Momentum, Nesterov, Adam, AdamW, RMSprop, Adagrad)


def optimizer_of_kind(kind, **parameters) -> Optimizer:
    """The optimizer of that kind; raises UserError for an unknown kind or parameter name."""
    return of_kind("optimizer", OPTIMIZERS, kind, parameters)


def optimizer_from_record(record) -> Optimizer:
    """The optimizer that `to_dict` wrote, or that a kind alone names; raises UserError for others."""
    return from_record("optimizer", OPTIMIZERS, record)
