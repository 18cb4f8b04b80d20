"""Early stopping and reducing the rate on a plateau, with the semantics of Keras's callbacks.

Both are pure functions of one monitored value per epoch, which may be NaN. Like Keras, they compare in
float32.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lrlab.parameters.declare import choice, epochs, factor, floor_rate, margin, switch
from lrlab.parameters.record import Parametrised, from_record

MONITORS = ("val_loss", "val_accuracy", "loss", "accuracy")


def improves(monitor: str, value: float, best: float | None, min_delta: float) -> bool:
    """Whether `value` is better than `best` by more than `min_delta`; every value is better than None.

    No value is better than NaN: a first value of NaN stays the best.
    """
    if best is None:
        return True
    if monitor.endswith("accuracy"):
        return bool(np.float32(value - min_delta) > np.float32(best))
    return bool(np.float32(value + min_delta) < np.float32(best))


@dataclass(frozen=True)
class EarlyStopping(Parametrised):
    """End a run when a metric has stopped improving; equals `keras.callbacks.EarlyStopping`.

    >>> EarlyStopping(patience=2).stops([0.5, 0.4, 0.41, 0.42])
    True
    """

    kind = "early-stopping"

    monitor: str = choice(MONITORS, "The metric to monitor.")
    patience: int = epochs(10, "Epochs without improvement before the run ends.")
    min_delta: float = margin(0.0, "The smallest change that counts as an improvement.")
    start_from_epoch: int = epochs(0, "Epochs at the start that are not monitored.")
    restore_best: bool = switch("Restore the weights of the best epoch at the end.")

    def stops(self, values: Sequence[float]) -> bool:
        """Whether the run ends after the last of `values`, one per epoch, beginning with the first."""
        return self._watch(values)[1] >= max(1, self.patience)

    def best(self, values: Sequence[float]) -> int:
        """The epoch, counted from 0, whose weights are restored at the end.

        Before `start_from_epoch` no epoch is monitored, and the weights stay those of the last epoch.
        """
        return self._watch(values)[0]

    def _watch(self, values: Sequence[float]) -> tuple[int, int]:
        """The best epoch, and the number of epochs since then."""
        epoch, wait, best = len(values) - 1, 0, None
        for number, value in enumerate(values[self.start_from_epoch :], self.start_from_epoch):
            wait += 1
            if improves(self.monitor, value, best, self.min_delta):
                epoch, wait, best = number, 0, value
        return epoch, wait


@dataclass(frozen=True)
class ReduceOnPlateau(Parametrised):
    """Reduce the rate when a metric has stopped improving.

    With a constant schedule it equals `keras.callbacks.ReduceLROnPlateau`. With any other schedule, each
    reduction multiplies all later rates of the schedule; Keras cannot combine its callback with a schedule.

    >>> ReduceOnPlateau(factor=0.5, patience=1).scale([0.5, 0.6], [0.1, 0.1])
    0.5
    """

    kind = "reduce-on-plateau"

    monitor: str = choice(MONITORS, "The metric to monitor.")
    factor: float = factor(
        0.1,
        "",
        "Factor that multiplies the rate at each reduction.",
        low=0.0,
        high=0.999999,
        slider=(0.05, 0.95),
    )
    patience: int = epochs(10, "Epochs without improvement before the rate is reduced.")
    min_delta: float = margin(1e-4, "The smallest change that counts as an improvement.")
    cooldown: int = epochs(0, "Epochs after a reduction that do not count.")
    min_lr: float = floor_rate(0.0, "", "Lower bound of the rate.")

    def scale(self, values: Sequence[float], rates: Sequence[float]) -> float:
        """The factor that multiplies the schedule's rate in the next epoch, before `min_lr` applies.

        `values` are the monitored values and `rates` the schedule's own rates, one per finished epoch.
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

    def _can_fall(self, rate: float, scale: float) -> bool:
        return bool(np.float32(self.applied(rate, scale)) > np.float32(self.min_lr))

    def applied(self, rates: npt.ArrayLike, scale: float) -> npt.NDArray[np.float64]:
        """The applied rates if the schedule gives `rates`, a number or an array of any shape."""
        return np.minimum(rates, np.maximum(np.multiply(rates, scale), self.min_lr))


CONTROLLERS: tuple[type[EarlyStopping], type[ReduceOnPlateau]] = (EarlyStopping, ReduceOnPlateau)


def controller_from_record(record: Any) -> Parametrised:
    """The controller that `to_dict` wrote, or the default one of a kind; raises UserError otherwise."""
    return from_record("controller", CONTROLLERS, record)
