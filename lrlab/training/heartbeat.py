"""A training process reports to the store that it is alive, and what it does. Needs no TensorFlow."""

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

from lrlab.store import Store, StoreError
from lrlab.store.errors import log

BEAT_SECONDS = 1.0
RETRY_SECONDS = 1.0


def insist(action: Callable, *arguments):
    """Call `action`, and repeat it after every StoreError until it succeeds; returns its result."""
    while True:
        try:
            return action(*arguments)
        except StoreError as error:
            log(f"Waiting for the store: {error}")
            time.sleep(RETRY_SECONDS)


@contextmanager
def heartbeat(store: Store, worker: str, pid: int):
    """Report to the store every second that `worker` is alive; yields a function that sets its state.

    That function takes the state and, if it was measured, the throughput.
    """
    state, throughput = "starting", None
    ended = threading.Event()

    def beat():
        while not ended.wait(BEAT_SECONDS):
            try:
                store.beat(worker, pid, state, throughput)
            except StoreError as error:  # training continues although the store is locked
                log(f"The heartbeat could not be written: {error}")

    def say(words, measured=None):
        nonlocal state, throughput
        state, throughput = words, measured or throughput
        insist(store.beat, worker, pid, state, throughput)

    say(state)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        ended.set()
        thread.join()
        store.leave(worker)
