"""The engine: takes RunSpecs and data, yields records; knows no store, no process and no page."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from lrlab.cost import operations
from lrlab.data import Dataset
from lrlab.records import Checkpoint, Drive, Epoch, Outcome, Steps, Wish
from lrlab.spec import RunSpec
from lrlab.training.epoch import COLUMNS, compiled_epoch, on_device
from lrlab.training.lane import Images, Lane, Start, batch_order

CHECKPOINT_SECONDS = 2.0
TEST_IMAGES = 10_000

Record = Steps | Epoch | Drive | Checkpoint | Outcome


def race(
    starts: Sequence[Start], data: Dataset, wishes: Callable[[], Sequence[Wish]]
) -> Iterator[tuple[int, Record]]:
    """Train runs in lockstep, epoch by epoch; yield each record with the number of its lane.

    A lane alone yields the same records, bit for bit but for the time they took. `wishes` is asked about
    every quarter of a second, between two updates, for one Wish a lane. A lane yields Steps as it goes, an
    Epoch after each epoch, a Checkpoint every two seconds and before it pauses or stops, a Drive where its
    rate is taken by hand or given back, and an Outcome at its end. A loss that is NaN or infinite, of a
    batch or in validation, ends it as "diverged"; the epoch up to there is yielded too. The test images
    are scored once, at the end of a run that was not stopped.
    """
    choices = {}
    lanes = [Lane(start, _images(start.spec, data, choices)) for start in starts]
    while racing := [lane for lane in lanes if not lane.ended]:
        for lane, wish in zip(lanes, wishes(), strict=True):
            if not lane.ended:
                yield from _of(lanes, lane, lane.heed(wish))
        racing = [lane for lane in racing if not lane.ended]
        if racing:
            lane = min(racing, key=lambda lane: lane.epoch)
            yield from _of(lanes, lane, lane.advance())
            if not lane.ended and lane.is_due(CHECKPOINT_SECONDS):
                yield from _of(lanes, lane, [lane.checkpoint()])


def train(spec: RunSpec, data: Dataset, wish: Callable[[], Wish] = Wish) -> Iterator[Epoch | Outcome]:
    """One run alone: an Epoch after each epoch, and an Outcome at the end."""
    for _, record in race([Start(spec)], data, lambda: [wish()]):
        if isinstance(record, Epoch | Outcome):
            yield record


def _of(lanes, lane, records):
    return ((lanes.index(lane), record) for record in records)


def _images(spec, data, choices):
    """The images of a run, as tensors; runs with the same choice of images share them."""
    choice = spec.train_images, spec.fit_images
    if choice not in choices:
        images, labels = data.sample(spec.train_images)
        choices[choice] = Images(
            on_device(images[: spec.fit_images], labels[: spec.fit_images]),
            on_device(images[spec.fit_images :], labels[spec.fit_images :]),
            on_device(data.test_images, data.test_labels),
        )
    return choices[choice]


def warm_up(spec: RunSpec) -> float:
    """Compile what a run of these sizes needs, on empty images, so that the first epoch is quick.

    Returns this machine's pace: operations a second in an epoch, as `lrlab.cost` counts them.
    """
    compiled = compiled_epoch(spec.network, spec.optimizer, spec.batch_size)
    compiled.holder = None
    compiled.state = compiled.fresh(spec.seed)

    def blank(count):
        return on_device(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))

    fit, validation = blank(spec.fit_images), blank(spec.train_images - spec.fit_images)
    order = tf.constant(batch_order(0, 0, spec.fit_images))
    rates, log = tf.zeros(spec.steps_per_epoch), tf.zeros((spec.steps_per_epoch, len(COLUMNS)))
    compiled.score(*blank(TEST_IMAGES))
    compiled.score(*validation)
    compiled.steps(*fit, order, rates, log, 0, 2, 0, 0)
    began = time.perf_counter()
    compiled.steps(*fit, order, rates, log, 0, spec.steps_per_epoch, 0, 0).numpy()
    compiled.score(*validation)
    return operations(spec) / (time.perf_counter() - began)
