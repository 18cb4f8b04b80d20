"""What controls a run by its metrics: when to stop early, and when to lower the rate; as Keras does it.

Both are pure functions of one monitored value an epoch, NaN included. Keras compares float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lrlab.schedules.parameter import (
    Parametrised,
    choice,
    epochs,
    factor,
    floor_rate,
    from_record,
    margin,
    switch,
)

MONITORS = ("val_loss", "val_accuracy", "loss", "accuracy")


def improves(monitor: str, value: float, best: float | None, min_delta: float) -> bool:
    """Whether `value` is better than `best` by more than `min_delta`; anything is better than None.

    Nothing is better than NaN: a first value that is NaN stays the best.
    """
    if best is None:
        return True
    if monitor.endswith("accuracy"):
        return bool(np.float32(value - min_delta) > np.float32(best))
    return bool(np.float32(value + min_delta) < np.float32(best))


@dataclass(frozen=True)
class EarlyStopping(Parametrised):
    """End a run when a metric has not improved for long; equals `keras.callbacks.EarlyStopping`."""

    kind = "early-stopping"

    monitor: str = choice(MONITORS, "The metric that should improve.")
    patience: int = epochs(10, "How many epochs in a row may pass without an improvement.")
    min_delta: float = margin(0.0, "What is no more than this is no improvement.")
    start_from_epoch: int = epochs(0, "How many epochs at the start do not count.")
    restore_best: bool = switch("End with the weights of the best epoch.")

    def stops(self, values: Sequence[float]) -> bool:
        """Whether the run ends after the last of `values`, one an epoch from the first on."""
        return self._watch(values)[1] >= max(1, self.patience)

    def best(self, values: Sequence[float]) -> int:
        """The epoch, from 0, whose weights the run would end with if they are restored.

        Before `start_from_epoch` no epoch counts, and the last weights stay.
        """
        return self._watch(values)[0]

    def _watch(self, values):
        """The best epoch, and how many epochs have gone by since."""
        epoch, wait, best = len(values) - 1, 0, None
        for number, value in enumerate(values[self.start_from_epoch :], self.start_from_epoch):
            wait += 1
            if improves(self.monitor, value, best, self.min_delta):
                epoch, wait, best = number, 0, value
        return epoch, wait


@dataclass(frozen=True)
class ReduceOnPlateau(Parametrised):
    """Lower the rate when a metric has not improved for long.

    On a constant schedule it equals `keras.callbacks.ReduceLROnPlateau`. On any other, each reduction
    multiplies all that is left of the schedule, where Keras's callback and a schedule cannot be combined.
    """

    kind = "reduce-on-plateau"

    monitor: str = choice(MONITORS, "The metric that should improve.")
    factor: float = factor(
        0.1, "", "What the rate is multiplied by.", low=0.0, high=0.999999, slider=(0.05, 0.95)
    )
    patience: int = epochs(10, "How many epochs in a row may pass without an improvement.")
    min_delta: float = margin(1e-4, "What is no more than this is no improvement.")
    cooldown: int = epochs(0, "How many epochs after a reduction do not count.")
    min_lr: float = floor_rate(0.0, "", "The rate is not lowered below this.")

    def scale(self, values: Sequence[float], rates: Sequence[float]) -> float:
        """What the schedule's rate of the next epoch is multiplied by, before `min_lr`.

        `values` are monitored, `rates` the schedule's own, both of the finished epochs from the first on.
        """
        scale, best, wait, cooling = 1.0, None, 0, 0
        for value, rate in zip(values, rates, strict=True):
            cooling = max(cooling - 1, 0)
            if improves(self.monitor, value, best, self.min_delta):
                best, wait = value, 0
            elif not cooling:
                wait += 1
                if wait >= self.patience and self._can_fall(rate, scale):
                    scale, wait, cooling = scale * self.factor, 0, self.cooldown
        return scale

    def _can_fall(self, rate, scale):
        return np.float32(self.applied(rate, scale)) > np.float32(self.min_lr)

    def applied(self, rates, scale: float):
        """The rates in force where the schedule says `rates`, a number or an array of any shape."""
        return np.minimum(rates, np.maximum(np.multiply(rates, scale), self.min_lr))


CONTROLLERS = EarlyStopping, ReduceOnPlateau


def controller_from_record(record) -> EarlyStopping | ReduceOnPlateau:
    """What `to_dict` wrote, or what a kind alone names; raises UserError for others."""
    return from_record("controller", CONTROLLERS, record)
