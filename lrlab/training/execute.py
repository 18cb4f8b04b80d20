"""Carrying a run's records from the engine to the store; the same for the worker and the command line."""

import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager

from lrlab.data import load
from lrlab.errors import UserError
from lrlab.records import Epoch, Outcome
from lrlab.store import Run, Store
from lrlab.training.engine import train

BEAT_SECONDS = 1.0
STAGE_SECONDS = 0.3


def execute(store: Store, run: Run, on_epoch: Callable[[Epoch], None] = lambda epoch: None):
    """Train a run that the store holds as running, and record all of it there; returns the Outcome.

    Whatever goes wrong ends the run as "failed" with a sentence and the traceback, and is not raised;
    only KeyboardInterrupt and BrokenPipeError are, after the run was ended as "stopped".
    """
    try:
        outcome = _train(store, run, on_epoch)
    except UserError as error:
        outcome = Outcome("failed", str(error))
    except KeyboardInterrupt:
        store.finish(run.id, Outcome("stopped", "Stopped from the keyboard."))
        raise
    except BrokenPipeError:
        store.finish(run.id, Outcome("stopped", "Stopped: nobody reads what it prints any more."))
        raise
    except Exception as error:  # the run's owner must learn of anything that ends it
        outcome = Outcome("failed", _in_words(error), details=traceback.format_exc())
    store.finish(run.id, outcome)
    return outcome


def _train(store, run, on_epoch):
    said = 0.0

    def progress(stage):
        nonlocal said
        if time.monotonic() - said > STAGE_SECONDS:
            said = time.monotonic()
            store.set_stage(run.id, stage)

    data = load(run.spec.data, progress)
    store.set_data(run.id, data.name, data.origin)
    store.set_stage(run.id, "Preparing the network")
    for record in train(run.spec, data, lambda: store.must_stop(run.id)):
        if isinstance(record, Outcome):
            return record
        store.record(run.id, record)
        on_epoch(record)


def _in_words(error):
    name = type(error).__name__
    if isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        return (
            "The machine ran out of memory. Take fewer training images or a smaller batch size, "
            "and close other programs."
        )
    return (
        f"Training ended with an error that LR Lab did not expect ({name}). The last lines of the "
        "training process say where."
    )


@contextmanager
def heartbeat(store: Store, worker: str, pid: int):
    """Tell the store every second that `worker` lives; yields a function that sets what it does."""
    state = "starting"
    ended = threading.Event()

    def beat():
        while not ended.wait(BEAT_SECONDS):
            try:
                store.beat(worker, pid, state)
            except UserError as error:  # a store that is locked for long is no reason to stop training
                print(f"No heartbeat could be written: {error}", flush=True)

    def say(words):
        nonlocal state
        state = words
        store.beat(worker, pid, state)

    say(state)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        ended.set()
        thread.join()
        store.leave(worker)
