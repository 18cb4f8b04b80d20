"""One lane of a race: a run and its current state. It advances a few updates at a time."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from lrlab.analysis.range_curve import END, Smoothed, smoothing
from lrlab.runs.records import Checkpoint, Control, Epoch, ManualRate, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.training.epoch import GRADIENT, HITS, LOG_COLUMNS, LOSS, MOVE, RATE, compiled_epoch, program_of

CHUNK_SECONDS = 0.25
FIRST_CHUNK = 25
MOST_BYTES = 500 * 10**6  # SQLite takes values of up to a gigabyte


@dataclass(frozen=True)
class Start:
    """A run to train: its spec, and its checkpoint if it was trained before.

    `epochs` are the finished epochs before the checkpoint. `manual_rates` are all recorded rates set by
    hand; those after the checkpoint are applied again at the same updates.
    """

    spec: RunSpec
    checkpoint: Checkpoint | None = None
    epochs: tuple[Epoch, ...] = ()
    manual_rates: tuple[ManualRate, ...] = ()


class Images(NamedTuple):
    """The images and labels of a data set as tensors, and the indices that a run uses, int32."""

    images: tf.Tensor
    labels: tf.Tensor
    fit: np.ndarray
    validation: np.ndarray
    test: np.ndarray


class Lane:
    """A run in training. `advance` returns records; after an Outcome, `ended` is true.

    The lane keeps its state, and copies it into a CompiledEpoch while it advances.
    """

    def __init__(self, start: Start, images: Images):
        self.spec = start.spec
        self.program = program_of(self.spec)
        self.ended = False
        self.step = 0
        self._images = images
        self._planned = self.spec.plan.rates()
        cycled = self.spec.plan.momentum
        self._momentum = cycled.rates().astype(np.float32) if cycled else None
        self._epochs = list(start.epochs)
        self._manual_rates = list(start.manual_rates)
        self._chunk = max(1, FIRST_CHUNK // self.spec.batches_per_update)
        self._best: list[np.ndarray] | None = None
        self._before_manual: list[Checkpoint] = []
        self._smoothed = smoothing(self._planned) if self.spec.range_test else None
        self._begin_epoch()
        if start.checkpoint:
            self._go_on_from(start.checkpoint)
        else:
            self._state = self._compiled(0).fresh(self.spec.seed)
        self._saved = time.monotonic()

    @property
    def epoch(self) -> int:
        """The epoch of the next update, counted from 0."""
        return self.step // self.spec.steps_per_epoch

    def apply(self, control: Control) -> Iterator[Checkpoint | ManualRate | Outcome]:
        """Apply the user's Control between two updates."""
        where = f"in epoch {self.epoch + 1} of {self.spec.epochs}"
        if control.stop or control.pause:
            kept = self.checkpoints()
            yield from kept
            status = "stopped" if control.stop else "paused"
            again = "" if kept else " Its network is too large for a checkpoint: it must start again."
            yield self._end(Outcome(status, f"{status.capitalize()} {where}.{again}"))
        elif control.rate != (self._manual_rates[-1].rate if self._manual_rates else None):
            # Not before an earlier manual rate that is still to be applied again after a crash.
            at = max([self.step, *(each.step for each in self._manual_rates)])
            if control.rate is None:
                self._before_manual = []
            elif not self._manual_rates or self._manual_rates[-1].rate is None:
                self._before_manual = self.checkpoints()
                yield from self._before_manual
            self._manual_rates.append(ManualRate(at, control.rate))
            yield self._manual_rates[-1]

    def advance(self, place: int, together: int) -> list[Steps | Epoch | Checkpoint | Outcome]:
        """Train for about a quarter of a second, or to the end of the epoch if that is near.

        `together` is the number of lanes that advance at the same time. Lanes with the same `program` need
        different places.
        """
        began = time.perf_counter()
        compiled = self._compiled(place)
        compiled.state = self._state
        size, epoch = self.spec.steps_per_epoch, self.epoch
        first = epoch * size
        start = self.step - first
        stop = size if size - start < 1.5 * self._chunk else start + self._chunk
        tensors, fit, validation = self._images[:2], self._images.fit, self._images.validation
        order = fit[batch_order(self.spec.seed, epoch, len(fit))]
        batches = epoch * self.spec.batches_per_epoch
        momentum = None if self._momentum is None else self._momentum[first : first + size]
        given = self._rates(epoch), start, stop, self.spec.seed, batches, momentum, self.spec.range_test
        rows = compiled.steps(*tensors, order, *given)
        seconds_a_step = (time.perf_counter() - began) / (stop - start)
        self._chunk = max(1, int(CHUNK_SECONDS / max(seconds_a_step, 1e-6)))
        rows = self._up_to_its_end(rows, start)
        stop = start + len(rows)
        self._log[start:stop] = rows
        self.step = first + stop
        over = stop == size or self._has_blown_up or not np.isfinite(rows[-1, LOSS])
        scores = compiled.score(*tensors, validation) if over else ()
        if self._has_blown_up:  # its weights are those of some updates later
            scores = np.nan, np.nan
        self._seconds += (time.perf_counter() - began) / together
        records = [self._steps(first, start, stop)]
        if over:
            records += self._end_epoch(compiled, epoch, stop, *scores)
        self._state = compiled.state
        return records

    def is_due(self, seconds: float) -> bool:
        """Whether a checkpoint was last taken more than `seconds` ago."""
        return time.monotonic() - self._saved > seconds

    def checkpoints(self) -> list[Checkpoint]:
        """The checkpoint to continue from here, bit for bit, in any process; none if it is too large."""
        self._saved = time.monotonic()
        if sum(array.nbytes for array in (*self._state, *(self._best or ()))) > MOST_BYTES:
            return []
        arrays = {f"state{number}": array for number, array in enumerate(self._state)}
        arrays |= {f"best{number}": array for number, array in enumerate(self._best or ())}
        file = io.BytesIO()
        if self._smoothed:
            arrays["smoothed"] = np.array(self._smoothed, float)
        np.savez(file, log=self._log, seconds=self._seconds, **arrays)
        return [Checkpoint(self.step, file.getvalue())]

    def _go_on_from(self, checkpoint):
        with np.load(io.BytesIO(checkpoint.state), allow_pickle=False) as arrays:
            self._state, best = (
                [arrays[name] for name in arrays.files if name.startswith(kind)] for kind in ("state", "best")
            )
            self._best = best or None
            self._log, self._seconds = arrays["log"], float(arrays["seconds"])
            if self._smoothed:
                self._smoothed = Smoothed.of(arrays["smoothed"])
        self.step = checkpoint.step

    def _compiled(self, place):
        return compiled_epoch(self.program, place)

    def _begin_epoch(self):
        self._log = np.zeros((self.spec.steps_per_epoch, len(LOG_COLUMNS)), np.float32)
        self._seconds = 0.0

    def _rates(self, epoch):
        """The rate of every update of an epoch, float32: from the schedule, a plateau, or set by hand."""
        size = self.spec.steps_per_epoch
        rates = self._planned[epoch * size : (epoch + 1) * size]
        if plateau := self.spec.plateau:
            values = [getattr(done, plateau.monitor) for done in self._epochs]
            begun = self._planned[: epoch * size : size].tolist()
            rates = plateau.applied(rates, plateau.scale(values, begun))
        applied = np.array(rates, np.float32)
        for each in self._manual_rates:
            at = max(each.step - epoch * size, 0)
            applied[at:] = rates[at:] if each.rate is None else each.rate
        return applied

    @property
    def _has_blown_up(self):
        """Whether this is a range test whose loss has ended it."""
        return self._smoothed is not None and self._smoothed.ended

    def _up_to_its_end(self, rows, start):
        """The rows of the updates from place `start` of the epoch on, but those after a range test's end."""
        if self._smoothed:
            for at, loss in enumerate(self._mean_losses(rows, start).tolist(), 1):
                self._smoothed = self._smoothed.after(loss)
                if self._smoothed.ended:
                    return rows[:at]
        return rows

    def _mean_losses(self, rows, start):
        """The mean losses of updates of an epoch, from place `start` on, float32."""
        each = self.spec.images_per_update
        counts = np.full(len(rows), each)
        counts[-1] = min(each, self.spec.fit_images - (start + len(rows) - 1) * each)
        return (rows[:, LOSS] / counts).astype(np.float32)

    def _steps(self, first, start, stop):
        rows = self._log[start:stop]
        gradients = rows[:, GRADIENT].copy() if self.spec.range_test else None
        return Steps(first + start, self._mean_losses(rows, start), rows[:, RATE].copy(), gradients)

    def _end_epoch(self, compiled, epoch, done, val_loss, val_accuracy):
        """The Epoch, and also the Outcome if the run ends with this epoch."""
        rows = self._log[:done].astype(float)
        seen = min(done * self.spec.images_per_update, self.spec.fit_images)
        record = Epoch(
            epoch,
            lr=float(rows[0, RATE]),
            lr_end=float(rows[-1, RATE]),
            loss=float(rows[:, LOSS].sum() / seen),
            accuracy=float(rows[:, HITS].sum() / seen),
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=self._seconds,
            grad_norm=float(rows[0, GRADIENT]),
            update_ratio=float(rows[0, MOVE]),
        )
        self._epochs.append(record)
        self._begin_epoch()
        loss = val_loss if np.isfinite(rows[-1, LOSS]) else rows[-1, LOSS]
        if self._has_blown_up:
            status = "completed"
            is_finite = np.isfinite(rows[-1, LOSS])
            why = (
                f"the smoothed loss was over {END} times its lowest"
                if is_finite
                else "its loss was not finite"
            )
            message = (
                f"The range test ended at update {self.step} of {self.spec.plan.steps}, at a rate of "
                f"{rows[-1, RATE]:.4g}: {why}."
            )
        elif np.isfinite(loss):
            message = self._in_time(compiled)
            status = None if message is None else "completed"
        else:
            status = "diverged"
            message = (
                f"The loss became {'infinite' if np.isinf(loss) else 'NaN'} in epoch {epoch + 1}, "
                f"step {done}, at a rate of {rows[-1, RATE]:.4g}: the steps were too large. Try a smaller "
                "initial learning rate."
            )
        if status:
            back = self._before_manual if status == "diverged" else []
            scores = () if self.spec.range_test else self._test(compiled)
            return [record, *back, self._end(Outcome(status, message, *scores))]
        return [record]

    def _test(self, compiled):
        return compiled.score(*self._images[:2], self._images.test)

    def _in_time(self, compiled):
        """The message of a run that has reached its last epoch or was stopped early; None before that."""
        stopping, message = self.spec.early_stopping, None
        if len(self._epochs) == self.spec.epochs:
            message = ""
        if stopping:
            values = [getattr(done, stopping.monitor) for done in self._epochs]
            best = stopping.best(values)
            if stopping.restore_best and best == len(values) - 1:
                self._best = compiled.state
            if stopping.stops(values):
                message = f"Stopped early: {stopping.monitor} was best in epoch {best + 1}."
            if message is not None and self._best:
                compiled.state = self._best
        return message

    def _end(self, outcome):
        self.ended = True
        return outcome


def batch_order(seed: int, epoch: int, count: int) -> np.ndarray:
    """The order of `count` images in an epoch: int32, depends only on the seed and the epoch."""
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)
