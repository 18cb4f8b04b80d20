"""The engine: it takes RunSpecs and data and yields records. It uses no store, process or page."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from lrlab.datasets import Dataset
from lrlab.runs.cost import operations
from lrlab.runs.records import Checkpoint, Control, Epoch, ManualRate, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.training.epoch import compiled_epoch, on_device, program_of
from lrlab.training.lane import Images, Lane, Start

CHECKPOINT_SECONDS = 2.0
CHECKPOINT_SHARE = 0.05  # of a lane's time
# Small matrix products use two cores badly: two lanes in parallel train a third more images per second.
AT_ONCE = min(2, os.cpu_count() or 1)

Record = Steps | Epoch | ManualRate | Checkpoint | Outcome


def race(
    starts: Sequence[Start], data: Dataset, controls: Callable[[], Sequence[Control]]
) -> Iterator[tuple[int, Record]]:
    """Train runs in lockstep, epoch by epoch; yield each record with the number of its lane.

    No lane is more than one epoch ahead of another. A lane that is trained alone yields the same records,
    bit for bit, except for times. About every quarter of a second, between two updates, `controls` is
    called; it returns one Control per lane. All runs use `data`, with examples and classes as their specs
    describe them. A lane yields:

    1. Steps after some updates.
    2. An Epoch after each epoch.
    3. A Checkpoint every two seconds, before it pauses or stops, and before its rate is set by hand. The
       interval grows if checkpoints would take more than a twentieth of the time.
    4. A ManualRate when its rate is set by hand or returned to the schedule.
    5. An Outcome at its end.

    If the loss of a batch or of validation is NaN or infinite, the lane ends as "diverged". It then also
    yields the epoch up to that update, and if its rate is set by hand, again the Checkpoint before that. The
    test images are scored once, at the end of a run, but not if the run was stopped or paused.
    """
    images, labels = on_device(data, starts[0].spec.data_set.shape)
    sizes = len(data.train_images), len(data.test_images)
    test = sizes[0] + np.arange(sizes[1], dtype=np.int32)
    lanes = []
    for start in starts:
        fit, validation = np.split(data.chosen(start.spec.train_images), [start.spec.fit_images])
        lanes.append(Lane(start, Images(images, labels, fit, validation, test)))
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
                    # The caller has stored it by now. A large network gets fewer checkpoints.
                    taken = (time.monotonic() - began) * len(racing)
                    pause = max(CHECKPOINT_SECONDS, taken / CHECKPOINT_SHARE)


def train(
    spec: RunSpec, data: Dataset, control: Callable[[], Control] = Control
) -> Iterator[Epoch | Outcome]:
    """Train one run; yield an Epoch after each epoch, and an Outcome at the end."""
    for _, record in race([Start(spec)], data, lambda: [control()]):
        if isinstance(record, Epoch | Outcome):
            yield record


def warm_up(spec: RunSpec, place: int = 0) -> float:
    """Compile the program for a run of these sizes, with blank images, so that its first epoch is fast.

    Returns this machine's throughput: operations per second in an epoch, as `lrlab.runs.cost` counts them.
    """
    compiled = compiled_epoch(program_of(spec), place)
    compiled.state = compiled.fresh(spec.seed)

    known = spec.data_set
    count = known.train + known.test
    blank = tf.zeros((count, *known.shape), known.dtype), tf.zeros(count, tf.int32)
    order, validation = np.split(np.arange(spec.train_images, dtype=np.int32), [spec.fit_images])
    rates = np.zeros(spec.steps_per_epoch, np.float32)
    compiled.score(*blank, validation)
    compiled.steps(*blank, order, rates, 0, 2, 0, 0, rates)
    began = time.perf_counter()
    compiled.steps(*blank, order, rates, 0, spec.steps_per_epoch, 0, 0, rates)
    compiled.score(*blank, validation)
    return operations(spec) / (time.perf_counter() - began)
