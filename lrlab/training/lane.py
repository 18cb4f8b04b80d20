"""One lane of a race: a run with all that it is made of at this moment, advanced a few updates at a time."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from lrlab.records import Checkpoint, Drive, Epoch, Outcome, Steps, Wish
from lrlab.spec import RunSpec
from lrlab.training.epoch import COLUMNS, GRADIENT, HITS, LOSS, MOVE, RATE, compiled_epoch

CHUNK_SECONDS = 0.25
FIRST_CHUNK = 25


@dataclass(frozen=True)
class Start:
    """A run to train: its spec, and where it was left, if it was trained before.

    `epochs` are the finished epochs before the checkpoint, `drives` all that were ever recorded: those
    after the checkpoint are driven again at the same updates.
    """

    spec: RunSpec
    checkpoint: Checkpoint | None = None
    epochs: tuple[Epoch, ...] = ()
    drives: tuple[Drive, ...] = ()


@dataclass(frozen=True)
class Images:
    """One choice of images as tensors: (images, labels) to train on, to validate with and to test with."""

    fit: tuple
    validation: tuple
    test: tuple


class Lane:
    """A run under way. Advancing it yields records; after an Outcome it has `ended`.

    Lanes of the same network, optimizer and batch size share one CompiledEpoch: each puts its own state
    into it when its turn comes.
    """

    def __init__(self, start: Start, images: Images):
        self.spec = spec = start.spec
        self.ended = False
        self._images = images
        self._compiled = compiled_epoch(spec.network, spec.optimizer, spec.batch_size)
        self._planned = spec.plan.rates()
        self._epochs = list(start.epochs)
        self._drives = list(start.drives)
        self._chunk = FIRST_CHUNK
        self._best = None
        self.step, self._seconds = 0, 0.0
        self._begin_epoch()
        if start.checkpoint:
            self._go_on_from(start.checkpoint)
        else:
            self._held = self._compiled.fresh(spec.seed)
        self._saved = time.monotonic()

    @property
    def epoch(self) -> int:
        """The epoch that the next update belongs to, from 0."""
        return self.step // self.spec.steps_per_epoch

    def heed(self, wish: Wish) -> Iterator[Checkpoint | Drive | Outcome]:
        """Do what the owner asks for, between two updates."""
        where = f"in epoch {self.epoch + 1} of {self.spec.epochs}"
        if wish.stop or wish.pause:
            yield self.checkpoint()
            status = "stopped" if wish.stop else "paused"
            yield self._end(Outcome(status, f"{status.capitalize()} {where}."))
        elif wish.rate != (self._drives[-1].rate if self._drives else None):
            # Not before a drive that is to be driven again after a crash.
            at = max([self.step, *(drive.step for drive in self._drives)])
            self._drives.append(Drive(at, wish.rate))
            yield self._drives[-1]

    def advance(self) -> Iterator[Steps | Epoch | Outcome]:
        """Train for about a quarter of a second, or to the end of the epoch if that comes first."""
        began = time.perf_counter()
        self._take_hold()
        size, epoch = self.spec.steps_per_epoch, self.epoch
        first = epoch * size
        start, stop = self.step - first, min(self.step - first + self._chunk, size)
        order = tf.constant(batch_order(self.spec.seed, epoch, self.spec.fit_images))
        rates = tf.constant(self._rates(epoch))
        log = self._compiled.steps(
            *self._images.fit, order, rates, tf.constant(self._log), start, stop, self.spec.seed, first
        )
        self._log = log.numpy()
        seconds_a_step = (time.perf_counter() - began) / (stop - start)
        self._chunk = max(1, int(CHUNK_SECONDS / max(seconds_a_step, 1e-6)))
        finite = np.isfinite(self._log[start:stop, LOSS])
        if not finite.all():
            stop = start + int(np.argmin(finite)) + 1
        self.step = first + stop
        self._seconds += time.perf_counter() - began
        yield self._steps(first, start, stop)
        if stop == size or not finite.all():
            yield from self._end_epoch(epoch, stop, finite.all())

    def is_due(self, seconds: float) -> bool:
        """Whether a checkpoint was last taken more than `seconds` ago."""
        return time.monotonic() - self._saved > seconds

    def checkpoint(self) -> Checkpoint:
        """All that it takes to go on from here, bit for bit, in another process."""
        arrays = {f"state{number}": array for number, array in enumerate(self._state())}
        arrays |= {f"best{number}": array for number, array in enumerate(self._best or ())}
        file = io.BytesIO()
        np.savez(file, log=self._log, seconds=self._seconds, **arrays)
        self._saved = time.monotonic()
        return Checkpoint(self.step, file.getvalue())

    def _go_on_from(self, checkpoint):
        with np.load(io.BytesIO(checkpoint.state), allow_pickle=False) as arrays:
            self._held, best = (
                [arrays[name] for name in arrays.files if name.startswith(kind)] for kind in ("state", "best")
            )
            self._best = best or None
            self._log, self._seconds = arrays["log"], float(arrays["seconds"])
        self.step = checkpoint.step

    def _take_hold(self):
        """Have this lane's state in the compiled epoch, and keep that of the lane whose turn it was."""
        before = self._compiled.holder
        if before is not self:
            if before:
                before._held = self._compiled.state
            self._compiled.state = self._held
            self._compiled.holder = self

    def _state(self):
        return self._compiled.state if self._compiled.holder is self else self._held

    def _begin_epoch(self):
        self._log = np.zeros((self.spec.steps_per_epoch, len(COLUMNS)), np.float32)
        self._seconds = 0.0

    def _rates(self, epoch):
        """The rate of every update of an epoch, float32: the schedule's, a plateau's, or the driver's."""
        size = self.spec.steps_per_epoch
        rates = self._planned[epoch * size : (epoch + 1) * size]
        if plateau := self.spec.plateau:
            values = [getattr(done, plateau.monitor) for done in self._epochs]
            begun = self._planned[: epoch * size : size].tolist()
            rates = plateau.applied(rates, plateau.scale(values, begun))
        driven = np.array(rates, np.float32)
        for drive in self._drives:
            at = max(drive.step - epoch * size, 0)
            driven[at:] = rates[at:] if drive.rate is None else drive.rate
        return driven

    def _steps(self, first, start, stop):
        rows = self._log[start:stop]
        counts = np.full(len(rows), self.spec.batch_size)
        counts[-1] = min(self.spec.batch_size, self.spec.fit_images - (stop - 1) * self.spec.batch_size)
        return Steps(first + start, (rows[:, LOSS] / counts).astype(np.float32), rows[:, RATE].copy())

    def _end_epoch(self, epoch, done, finite):
        began = time.perf_counter()
        rows = self._log[:done].astype(float)
        seen = min(done * self.spec.batch_size, self.spec.fit_images)
        val_loss, val_accuracy = self._compiled.score(*self._images.validation)
        record = Epoch(
            epoch,
            lr=float(rows[0, RATE]),
            lr_end=float(rows[-1, RATE]),
            loss=float(rows[:, LOSS].sum() / seen),
            accuracy=float(rows[:, HITS].sum() / seen),
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=self._seconds + time.perf_counter() - began,
            grad_norm=float(rows[0, GRADIENT]),
            update_ratio=float(rows[0, MOVE]),
        )
        self._epochs.append(record)
        self._begin_epoch()
        yield record
        loss = val_loss if finite else rows[-1, LOSS]
        if not np.isfinite(loss):
            yield self._end(
                Outcome(
                    "diverged",
                    f"The loss became {'infinite' if np.isinf(loss) else 'NaN'} in epoch "
                    f"{epoch + 1}, step {done}, at a rate of {rows[-1, RATE]:.4g}: the steps were "
                    "too large. Try a smaller initial learning rate.",
                    *self._compiled.score(*self._images.test),
                )
            )
        else:
            yield from self._end_in_time()

    def _end_in_time(self):
        """The outcome after the last epoch, or after the one in which patience ran out."""
        stopping, message, over = self.spec.early_stopping, "", len(self._epochs) == self.spec.epochs
        if stopping:
            values = [getattr(done, stopping.monitor) for done in self._epochs]
            best = stopping.best(values)
            if stopping.restore_best and best == len(values) - 1:
                self._best = self._compiled.state
            if stopping.stops(values):
                over = True
                message = f"Stopped early: {stopping.monitor} was best in epoch {best + 1}."
            if over and self._best:
                self._compiled.state = self._best
        if over:
            yield self._end(Outcome("completed", message, *self._compiled.score(*self._images.test)))

    def _end(self, outcome):
        self.ended = True
        if self._compiled.holder is self:
            self._compiled.holder = None
        return outcome


def batch_order(seed: int, epoch: int, count: int) -> np.ndarray:
    """The order of `count` images in an epoch: int32, a function of seed and epoch alone."""
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)
