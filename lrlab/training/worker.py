"""The worker process: `python -m lrlab.training.worker ID` trains queued runs, one after another.

It loads TensorFlow once and compiles the article's run before it is asked for, leaves when its
standard input ends (its parent has gone) or when it has had nothing to do for long.
"""

import os
import sys
import threading
import time

from lrlab.optimizers import SGD, Adam
from lrlab.records import Outcome
from lrlab.spec import RunSpec
from lrlab.store import Store
from lrlab.training.engine import warm_up
from lrlab.training.execute import execute, heartbeat

IDLE_SECONDS = 15 * 60
POLL_SECONDS = 0.05


def main(worker: str) -> None:
    """Serve the queue until the parent has gone or nothing was to do for 15 minutes."""
    store = Store()
    current = _CurrentRun(store)
    threading.Thread(target=current.end_with_parent, daemon=True).start()
    with heartbeat(store, worker, os.getpid()) as say:
        to_compile = [RunSpec(optimizer=SGD()), RunSpec(optimizer=Adam())]
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < IDLE_SECONDS:
            run = store.claim(worker)
            if run:
                say("busy")
                print(f"Run {run.id} begins: {run.spec.to_json()}", flush=True)
                current.id = run.id
                outcome = execute(store, run)
                current.id = None
                print(f"Run {run.id} {outcome.status}. {outcome.message}\n{outcome.details}", flush=True)
                idle_since = time.monotonic()
            elif to_compile:
                warm_up(to_compile.pop(0))
            else:
                say("idle")
                _sleep_until_queued(store, idle_since)


def _sleep_until_queued(store, idle_since):
    while not store.runs(("queued",), limit=1) and time.monotonic() - idle_since < IDLE_SECONDS:
        time.sleep(POLL_SECONDS)


class _CurrentRun:
    """Which run would be cut off if the parent went now."""

    def __init__(self, store):
        self.id = None
        self._store = store

    def end_with_parent(self):
        sys.stdin.buffer.read()
        if self.id is not None:
            message = "The app was closed while this run was training."
            self._store.finish(self.id, Outcome("stopped", message))
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
