"""The engine: takes RunSpecs and data, yields records; knows no store, no process and no page."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from lrlab.cost import operations
from lrlab.data import Dataset
from lrlab.records import Checkpoint, Control, Epoch, ManualRate, Outcome, Steps
from lrlab.spec import RunSpec
from lrlab.training.epoch import compiled_epoch, on_device
from lrlab.training.lane import Images, Lane, Start

CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 0.05  # of a lane's time
# Small products use two cores badly: two lanes that share them get through a third more in a second.
AT_ONCE = min(2, os.cpu_count() or 1)
IMAGES = 70_000  # of either data set, those to test with included

Record = Steps | Epoch | ManualRate | Checkpoint | Outcome


def race(
    starts: Sequence[Start], data: Dataset, controls: Callable[[], Sequence[Control]]
) -> Iterator[tuple[int, Record]]:
    """Train runs in lockstep, epoch by epoch; yield each record with the number of its lane.

    No lane is more than an epoch ahead of another. One alone yields the same records, bit for bit but for
    the time they took. `controls` is asked about every quarter of a second, between two updates, for one
    Control a lane. A lane yields Steps as it goes, an Epoch after each epoch, a Checkpoint every two seconds
    (less often where that would take over a twentieth of the time) and before it pauses or stops, a
    ManualRate where its rate is set by hand or returned to the schedule, and an Outcome at its end. A loss
    that is NaN or infinite, of a batch or in validation, ends it as "diverged"; the epoch up to there is
    yielded too. The test images are scored once, at the end of a run that was not stopped.
    """
    tensors, sizes = on_device(data), (len(data.train_images), len(data.test_images))
    test = sizes[0] + np.arange(sizes[1], dtype=np.int32)
    lanes = []
    for start in starts:
        mine = np.split(data.chosen(start.spec.train_images), [start.spec.fit_images])
        lanes.append(Lane(start, Images(*tensors, *mine, test)))
    pause = CHECKPOINT_SECONDS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while any(not lane.ended for lane in lanes):
            for number, (lane, control) in enumerate(zip(lanes, controls(), strict=True)):
                if not lane.ended:
                    yield from ((number, record) for record in lane.apply(control))
            racing = [number for number, lane in enumerate(lanes) if not lane.ended]
            last = min((lanes[number].epoch for number in racing), default=0)
            turn = [number for number in racing if lanes[number].epoch == last][:AT_ONCE]
            programs = [lanes[number].program for number in turn]
            moves = [
                pool.submit(lanes[number].advance, programs[:at].count(programs[at]), len(turn))
                for at, number in enumerate(turn)
            ]
            for number, move in zip(turn, moves, strict=True):
                yield from ((number, record) for record in move.result())
                if not lanes[number].ended and lanes[number].is_due(pause):
                    began = time.monotonic()
                    yield from ((number, record) for record in lanes[number].checkpoints())
                    # Its keeper has written it by now: a large network is kept less often.
                    taken = (time.monotonic() - began) * len(racing)
                    pause = max(CHECKPOINT_SECONDS, taken / CHECKPOINT_SHARE)


def train(
    spec: RunSpec, data: Dataset, control: Callable[[], Control] = Control
) -> Iterator[Epoch | Outcome]:
    """One run alone: an Epoch after each epoch, and an Outcome at the end."""
    for _, record in race([Start(spec)], data, lambda: [control()]):
        if isinstance(record, Epoch | Outcome):
            yield record


def warm_up(spec: RunSpec, place: int = 0) -> float:
    """Compile what a run of these sizes needs, on empty images, so that the first epoch is quick.

    Returns this machine's throughput: operations a second in an epoch, as `lrlab.cost` counts them.
    """
    compiled = compiled_epoch(spec.network, spec.optimizer, spec.batch_size, place)
    compiled.state = compiled.fresh(spec.seed)

    blank = tf.zeros((IMAGES, 28, 28), tf.uint8), tf.zeros(IMAGES, tf.int32)
    order, validation = np.split(np.arange(spec.train_images, dtype=np.int32), [spec.fit_images])
    rates = np.zeros(spec.steps_per_epoch, np.float32)
    compiled.score(*blank, validation)
    compiled.steps(*blank, order, rates, 0, 2, 0, 0)
    began = time.perf_counter()
    compiled.steps(*blank, order, rates, 0, spec.steps_per_epoch, 0, 0)
    compiled.score(*blank, validation)
    return operations(spec) / (time.perf_counter() - began)
