"""The worker process: `python -m lrlab.training.worker ID` trains queued runs, one seed group after another.

It loads TensorFlow once and compiles the article's run in advance. It ends in three cases:

1. Its standard input ends, because its parent has ended.
2. It has been idle for 15 minutes, or for two on a public server.
3. It has compiled more than 12 programs. TensorFlow never frees them, so a new process is better.
"""

import os
import signal
import sys
import threading
import time

from lrlab.home import is_public
from lrlab.memory import give_back
from lrlab.optimizers import SGD
from lrlab.runs.records import Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import Run, Store, StoreError
from lrlab.store.errors import log
from lrlab.training.engine import AT_ONCE, warm_up
from lrlab.training.epoch import programs
from lrlab.training.execute import execute
from lrlab.training.heartbeat import heartbeat, insist

IDLE_SECONDS, PUBLIC_IDLE_SECONDS = 15 * 60, 2 * 60
POLL_SECONDS = 0.05
MOST_PROGRAMS = 12


def main(worker: str) -> None:
    """Train queued runs until there is a reason to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and then this process ends
    store = Store(owner=None)
    current: list[Run] = []
    threading.Thread(target=_end_with_parent, args=(store, current), daemon=True).start()
    patience = PUBLIC_IDLE_SECONDS if is_public() else IDLE_SECONDS
    with heartbeat(store, worker, os.getpid()) as say:
        # Not of Adam too: it would take 42 MB all the time, to save the first run with Adam 4 s.
        to_compile = [(RunSpec(optimizer=SGD()), place) for place in range(AT_ONCE)]
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < patience and programs() <= MOST_PROGRAMS:
            runs = insist(store.claim, worker)
            if runs:
                say("busy")
                for run in runs:
                    log(f"Run {run.id} begins: {run.spec.to_json()}")
                current[:] = runs
                execute(store, runs)
                current.clear()
                give_back()
                log(f"Runs {[run.id for run in runs]} have ended.")
                idle_since = time.monotonic()
            elif to_compile:
                say("starting", warm_up(*to_compile.pop(0)))
                give_back()
            else:
                say("idle")
                _sleep_until_queued(store, idle_since + patience)


def _sleep_until_queued(store, until):
    while not insist(store.waiting) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


def _end_with_parent(store, current):
    """Wait for the end of the parent, then pause the current runs and end this process."""
    # Not sys.stdin.read(): Python aborts at its end if a thread is still waiting in that.
    while os.read(sys.stdin.fileno(), 1):
        pass
    try:
        for run in list(current):
            store.finish(run.id, Outcome("paused", "The app was closed while this run was training."))
    except StoreError as error:  # the next server sees that these runs have no worker
        log(f"The current runs could not be paused: {error}")
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
