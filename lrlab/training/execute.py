"""Write the engine's records to the store. The worker and the command line both use this module."""

import platform
import time
import traceback
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

import lrlab
from lrlab.datasets.sources import load
from lrlab.errors import UserError
from lrlab.runs.records import Epoch, Outcome, Steps
from lrlab.store import Run, Store
from lrlab.training.engine import race
from lrlab.training.heartbeat import insist
from lrlab.training.lane import Start

STAGE_SECONDS = 0.3
RECORD_SECONDS = 0.2


def execute(
    store: Store, runs: Sequence[Run], on_epoch: Callable[[Run, Epoch], None] = lambda run, epoch: None
) -> None:
    """Train the runs of one seed group, which have the status "running", and write all records to the store.

    A run with a checkpoint continues from there. If the store cannot be written, training waits. An error
    is not raised: it ends the runs as "failed", with a message and the traceback. Only KeyboardInterrupt
    and BrokenPipeError are raised, after the runs have ended as "stopped".
    """

    def end(outcome):
        for run in runs:
            insist(store.finish, run.id, outcome, run.worker)

    try:
        _train(store, runs, on_epoch)
    except UserError as error:
        end(Outcome("failed", str(error)))
    except KeyboardInterrupt:
        end(Outcome("stopped", "Stopped from the keyboard."))
        raise
    except BrokenPipeError:
        end(Outcome("stopped", "Stopped: the program that read the output has closed."))
        raise
    except Exception as error:  # the user must see every error that ends a run
        if _is_interrupt(error):
            end(Outcome("stopped", "Stopped from the keyboard."))
            raise KeyboardInterrupt from error
        end(Outcome("failed", _in_words(error), details=traceback.format_exc()))


def _is_interrupt(error):
    """Whether an error was raised while a KeyboardInterrupt was on its way through other code."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _train(store, runs, on_epoch):
    last_write = 0.0

    def progress(stage):
        nonlocal last_write
        if time.monotonic() - last_write > STAGE_SECONDS:
            last_write = time.monotonic()
            for run in runs:
                insist(store.set_stage, run.id, stage)

    data = load(runs[0].spec.data, progress)
    for run in runs:
        insist(store.set_data, run.id, data.name, data.origin, _versions())
        insist(store.set_stage, run.id, "Preparing the network")
    starts = [insist(_start, store, run) for run in runs]
    unwritten, wrote = [[] for _ in runs], [time.monotonic()] * len(runs)
    for lane, record in race(starts, data, lambda: insist(store.controls, runs)):
        run = runs[lane]
        if isinstance(record, Outcome):
            insist(store.record, run, *unwritten[lane])
            insist(store.finish, run.id, record, run.worker)
            continue
        unwritten[lane].append(record)  # Steps are written together with later records
        if not isinstance(record, Steps) or time.monotonic() - wrote[lane] > RECORD_SECONDS:
            insist(store.record, run, *unwritten[lane])
            unwritten[lane], wrote[lane] = [], time.monotonic()
        if isinstance(record, Epoch):
            on_epoch(run, record)


def _versions():
    packages = {module.__name__: module.__version__ for module in (lrlab, keras, np, tf)}
    return {"python": platform.python_version(), **packages}


def _start(store, run):
    """The engine's Start for a run, with its checkpoint if there is one."""
    checkpoint = store.checkpoint(run.id)
    done = checkpoint.step // run.spec.steps_per_epoch if checkpoint else 0
    return Start(run.spec, checkpoint, tuple(store.epochs(run.id)[:done]), tuple(store.manual_rates(run.id)))


def _in_words(error):
    name = type(error).__name__
    if isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        return (
            "The machine ran out of memory. Use fewer training images or a smaller batch size, "
            "and close other programs."
        )
    return (
        f"Training ended with an unexpected error ({name}). The last lines of the training process "
        "show where."
    )
