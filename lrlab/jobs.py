"""The worker process of this server: started when it may be needed, watched, and stopped."""

import os
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

from lrlab.records import Outcome
from lrlab.store import Store

STOP_SECONDS = 1.0
CLOSE_SECONDS = 5.0
LOG_BYTES = 1_000_000
LAST_LINES = 30

_lock = threading.Lock()
_workers: dict[Path, "_Worker"] = {}


class _Worker:
    """A process, its id in the store and the file that takes its output."""

    def __init__(self, folder):
        self.id = secrets.token_hex(8)
        self.log = folder / "worker.log"
        long = self.log.exists() and self.log.stat().st_size > LOG_BYTES
        with self.log.open("wb" if long else "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lrlab.training.worker", self.id],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parents[1],
                env={"TF_CPP_MIN_LOG_LEVEL": "1", **os.environ, "LRLAB_HOME": str(folder)},
            )

    def last_lines(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])


def ensure_worker(store: Store) -> None:
    """Have a worker for this store: start one where there is none; returns at once."""
    with _lock:
        _bury(store)
        _start(store)


def watch(store: Store) -> None:
    """Bring the store in line with the processes: call it whenever runs are shown.

    Runs of a worker that has ended are ended too, with its last lines; a worker that has left a
    request to stop unanswered for a second is killed; runs that wait get a worker.
    """
    with _lock:
        _bury(store)
        worker = _workers.get(store.folder)
        for run in store.runs(("running",)):
            asked = run.stop_requested
            if worker and run.worker == worker.id and asked and time.time() - asked > STOP_SECONDS:
                store.finish(run.id, Outcome("stopped", "Stopped."))
                worker.process.kill()
                worker.process.wait()
                _forget(store)
                break  # a worker has one run
        for run in store.abandoned():
            if worker and run.worker == worker.id:
                continue  # it lives: the machine slept, and with it the heartbeat
            store.finish(run.id, Outcome("failed", _ended_early(store, run)))
        if store.runs(("queued",), limit=1):
            _start(store)


def worker_state(store: Store) -> str | None:
    """What this server's worker does: "starting", "idle" or "busy"; None where there is none."""
    worker = _workers.get(store.folder)
    if worker is None or worker.process.poll() is not None:
        return None
    return store.worker_state(worker.id) or "starting"


def shut_down(store: Store) -> None:
    """End this server's worker, as closing the server does; its run is ended as stopped."""
    with _lock:
        worker = _workers.get(store.folder)
        if worker:
            worker.process.stdin.close()
            try:
                worker.process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:  # it hangs, or is still starting
                worker.process.kill()
                worker.process.wait()
            _forget(store)


def _start(store):
    if store.folder not in _workers:
        _workers[store.folder] = _Worker(store.folder)


def _bury(store):
    """End what a dead worker has left: its run, or the queue if it died before it took one."""
    worker = _workers.get(store.folder)
    if worker is None or worker.process.poll() is None:
        return
    code = worker.process.returncode
    left = [run for run in store.runs(("running",)) if run.worker == worker.id]
    for run in left:
        message = _ended_early(store, run) + f" {_reason(code)}"
        store.finish(run.id, Outcome("failed", message, details=worker.last_lines()))
    if code != 0 and store.worker_state(worker.id) in (None, "starting"):
        message = f"The training process could not be started. {_reason(code)}"
        for run in store.runs(("queued",)):
            store.finish(run.id, Outcome("failed", message, details=worker.last_lines()))
    _forget(store)


def _forget(store):
    worker = _workers.pop(store.folder)
    worker.process.stdin.close()
    store.leave(worker.id)


def _ended_early(store, run):
    done = len(store.epochs(run.id))
    return (
        f"The training process ended after {done} of {run.spec.epochs} epochs; what was recorded "
        "until then is kept. Train it again to see the rest."
    )


def _reason(code):
    if code == -9:
        return "The system killed it: most often the machine was out of memory."
    return f"Its exit code was {code}; its last lines say why."
