"""The engine: takes a RunSpec and data, yields records; knows no store, no process and no page."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from lrlab.data import Dataset
from lrlab.records import Epoch, Outcome
from lrlab.spec import RunSpec
from lrlab.training.epoch import HITS, LOSS, RATE, compiled_epoch, on_device

CHUNK_SECONDS = 0.25


def batch_order(seed: int, epoch: int, count: int) -> np.ndarray:
    """The order of `count` images in an epoch: int32, a function of seed and epoch alone."""
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)


def train(
    spec: RunSpec, data: Dataset, must_stop: Callable[[], bool] = lambda: False
) -> Iterator[Epoch | Outcome]:
    """Yield an Epoch after each epoch and an Outcome at the end.

    `must_stop` is asked every quarter of a second, between batches. A loss that is NaN or infinite, of
    a batch or in validation, ends the run as "diverged"; the epoch up to there is yielded too. The
    test images are scored once, at the end of a run that was not stopped.
    """
    images, labels = data.sample(spec.train_images)
    fit = on_device(images[: spec.fit_images], labels[: spec.fit_images])
    validation = on_device(images[spec.fit_images :], labels[spec.fit_images :])
    compiled = compiled_epoch(spec.optimizer, spec.batch_size)
    compiled.reset(spec.seed)
    rates = spec.plan.rates().astype(np.float32).reshape(spec.epochs, spec.steps_per_epoch)
    chunk = 25
    for epoch in range(spec.epochs):
        began = time.perf_counter()
        order = tf.constant(batch_order(spec.seed, epoch, spec.fit_images))
        epoch_rates = tf.constant(rates[epoch])
        log = tf.zeros((spec.steps_per_epoch, 3))
        done = 0
        while done < spec.steps_per_epoch:
            if must_stop():
                yield Outcome("stopped", f"Stopped in epoch {epoch + 1} of {spec.epochs}.")
                return
            stop = min(done + chunk, spec.steps_per_epoch)
            chunk_began = time.perf_counter()
            log = compiled.steps(*fit, order, epoch_rates, log, done, stop)
            seconds_a_step = (time.perf_counter() - chunk_began) / (stop - done)
            done, chunk = stop, max(1, int(CHUNK_SECONDS / max(seconds_a_step, 1e-6)))
            finite = np.isfinite(log[:done, LOSS].numpy())
            if not finite.all():
                done = int(np.argmin(finite)) + 1
                break
        rows = log[:done].numpy().astype(float)
        seen = min(done * spec.batch_size, spec.fit_images)
        val_loss, val_accuracy = compiled.score(*validation)
        yield Epoch(
            epoch,
            lr=float(rows[0, RATE]),
            lr_end=float(rows[-1, RATE]),
            loss=float(rows[:, LOSS].sum() / seen),
            accuracy=float(rows[:, HITS].sum() / seen),
            val_loss=val_loss,
            val_accuracy=val_accuracy,
            seconds=time.perf_counter() - began,
        )
        loss = val_loss if finite.all() else rows[-1, LOSS]
        if not np.isfinite(loss):
            yield Outcome(
                "diverged",
                f"The loss became {'infinite' if np.isinf(loss) else 'NaN'} in epoch "
                f"{epoch + 1}, step {done}, at a rate of {rows[-1, RATE]:.4g}: the steps were "
                "too large. Try a smaller initial learning rate.",
                *compiled.score(*on_device(data.test_images, data.test_labels)),
            )
            return
    yield Outcome("completed", "", *compiled.score(*on_device(data.test_images, data.test_labels)))


def warm_up(spec: RunSpec) -> None:
    """Compile what a run of these sizes needs, on empty images, so that the first epoch is quick."""
    compiled = compiled_epoch(spec.optimizer, spec.batch_size)

    def blank(count):
        return on_device(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))

    order = tf.constant(batch_order(0, 0, spec.fit_images))
    rates, log = tf.zeros(spec.steps_per_epoch), tf.zeros((spec.steps_per_epoch, 3))
    compiled.steps(*blank(spec.fit_images), order, rates, log, 0, 1)
    compiled.score(*blank(spec.train_images - spec.fit_images))
    compiled.score(*blank(10_000))
