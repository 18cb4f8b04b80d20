"""What a process that trains says to the store: that it lives, and what it does. Loads no TensorFlow."""

import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

from lrlab.store import Store, StoreError

BEAT_SECONDS = 1.0
RETRY_SECONDS = 1.0


def insist(action: Callable, *arguments):
    """Do something with the store, again and again until it can be done; returns what it returned."""
    while True:
        try:
            return action(*arguments)
        except StoreError as error:
            print(f"Waiting for the store: {error}", file=sys.stderr, flush=True)
            time.sleep(RETRY_SECONDS)


@contextmanager
def heartbeat(store: Store, worker: str, pid: int):
    """Tell the store every second that `worker` lives; yields a function that sets what it does.

    That function takes the state and, where it was measured, the throughput.
    """
    state, throughput = "starting", None
    ended = threading.Event()

    def beat():
        while not ended.wait(BEAT_SECONDS):
            try:
                store.beat(worker, pid, state, throughput)
            except StoreError as error:  # a store that is locked for long is no reason to stop training
                print(f"No heartbeat could be written: {error}", file=sys.stderr, flush=True)

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
