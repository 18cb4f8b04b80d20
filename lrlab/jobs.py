"""The worker process of this server: start it, watch it, and stop it."""

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from lrlab import memory
from lrlab.errors import UserError
from lrlab.home import is_public
from lrlab.runs.records import Outcome
from lrlab.store import Run, Store, StoreError
from lrlab.store.errors import log

STOP_SECONDS = 1.0
LANE_SECONDS = 0.5
SILENT_SECONDS = 5.0
RETRY_SECONDS = 1.0
MAX_TRIES = 3
CLOSE_SECONDS = 5.0
LOG_BYTES = 1_000_000
LAST_LINES = 30
NICER, NICEST = 5, 19  # than the server: a third of its share of a core; and as nice as a process can be
NICE = "LRLAB_NICE"  # sets another number
# With these, glibc gives back the large blocks that a training frees, which are a tenth of its memory.
FREES = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}

_lock = threading.RLock()
_workers: dict[Path, "_Worker"] = {}
_false_starts: Counter[Path] = Counter()
_silent: dict[Path, dict[tuple, float]] = {}  # since when which runs have had no heartbeat, monotonic


class _Worker:
    """A worker process, its id in the store, and the log file for its output."""

    def __init__(self, folder):
        priority = _lower_priority()
        self.id = secrets.token_hex(8)
        self.silent_since = None
        self.log = folder / "worker.log"
        with _opened(self.log) as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lrlab.training.worker", self.id],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parents[1],
                env={"TF_CPP_MIN_LOG_LEVEL": "1", **FREES, **os.environ, "LRLAB_HOME": str(folder)},
            )
        with suppress(psutil.NoSuchProcess):  # it has ended already
            psutil.Process(self.process.pid).nice(priority)

    def last_lines(self):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        except FileNotFoundError:
            return f"{self.log} is gone."


def _opened(log):
    """A log file for more lines; where nothing can be written, a file that forgets them."""
    try:
        long = log.exists() and log.stat().st_size > LOG_BYTES
        log.touch(0o600)
        return log.open("wb" if long else "ab")
    except OSError:
        return open(os.devnull, "wb")


def _lower_priority():
    """A priority below the server's, so that pages answer while all cores train."""
    text = os.environ.get(NICE, str(NICER))
    if not text.isdecimal() or int(text) > NICEST:
        raise UserError(f"{NICE} must be a whole number from 0 to {NICEST}, but it is {text!r:.40}.")
    if os.name == "nt":
        return psutil.BELOW_NORMAL_PRIORITY_CLASS if int(text) else psutil.NORMAL_PRIORITY_CLASS
    return min(psutil.Process().nice() + int(text), NICEST)


def ensure_worker(store: Store) -> None:
    """Start a worker for this store if there is none; returns at once."""
    store = store.of_all_owners()
    with _lock:
        _bury(store)
        _start(store)


def expect_runs(store: Store) -> None:
    """Start a worker ahead of the first run, which then does not wait for TensorFlow to load.

    A public server, which has little memory, starts it with the first run.
    """
    if not is_public():
        ensure_worker(store)


def watch(store: Store) -> None:
    """Update the store to the state of the processes. Call it whenever runs are shown.

    1. A worker is replaced if it has ended, does not answer a request in time, or sends no heartbeat.
       Its runs continue from their last checkpoint.
    2. A run fails if three workers end during it without progress.
    3. Runs of another server's worker are paused if that worker sends no heartbeat.
    4. If runs wait, a worker is started.
    """
    store = store.of_all_owners()
    with _lock:
        _bury(store)
        worker = _workers.get(store.folder)
        hangs, left, waits = store.together(
            lambda: (worker and _hangs(store, worker), _left_alone(store, worker), bool(store.queue()))
        )
        if worker and hangs:
            worker.process.kill()
            worker.process.wait()
            _bury(store)
        for run in left:
            store.finish(run.id, Outcome("paused", "The training process of this run has ended."))
        if waits:
            _start(store)


def worker_state(store: Store) -> str | None:
    """The state of this server's worker: "starting", "idle" or "busy"; None if there is no worker."""
    worker = _workers.get(store.folder)
    if worker is None or worker.process.poll() is not None:
        return None
    return store.worker_state(worker.id) or "starting"


def free_memory(store: Store) -> int:
    """Bytes of memory for this server's worker: free memory and memory that the worker already uses."""
    worker, free = _workers.get(store.folder), memory.free_memory()
    if worker:
        with suppress(psutil.NoSuchProcess):  # it has ended, and its memory is free
            free += psutil.Process(worker.process.pid).memory_info().rss
    return free


def shut_down(store: Store) -> None:
    """End this server's worker, as closing the server does. Its runs are paused."""
    with _lock:
        worker = _workers.get(store.folder)
        if worker:
            worker.process.stdin.close()
            loading = store.worker_state(worker.id) is None  # it has taken no run yet
            try:
                worker.process.wait(0 if loading else CLOSE_SECONDS)
            except subprocess.TimeoutExpired:  # it is loading, or hangs
                worker.process.kill()
                worker.process.wait()
            _forget(store)


def _start(store):
    if store.folder not in _workers:
        worker = _workers[store.folder] = _Worker(store.folder)
        threading.Thread(target=_see_to_its_end, args=(store, worker), daemon=True).start()


def _see_to_its_end(store, worker):
    """When a worker has ended, continue its runs and the waiting runs, even if no page is open."""
    worker.process.wait()
    while _workers.get(store.folder) is worker:
        try:
            with _lock:
                if _workers.get(store.folder) is worker:  # otherwise shut_down ended it: nothing continues
                    watch(store)
        except StoreError as error:
            log(f"Waiting for the store: {error}")
            time.sleep(RETRY_SECONDS)


def _hangs(store, worker):
    """Whether a live worker no longer responds."""
    now, running = time.time(), store.runs(("running",))
    patience = STOP_SECONDS + LANE_SECONDS * (len(running) - 1)  # each lane writes a checkpoint first
    for run in running:
        asked = [at for at in (run.stop_requested, run.pause_requested) if at]
        if run.worker == worker.id and asked and now - min(asked) > patience:
            return True
    if not store.is_silent(worker.id):
        worker.silent_since = None
        return False
    # After the machine has slept, the heartbeat is old: give the worker time for the next one.
    worker.silent_since = worker.silent_since or time.monotonic()
    return time.monotonic() - worker.silent_since > SILENT_SECONDS


def _left_alone(store, worker):
    """Runs of another server's worker that stays silent, not only until its next beat on a moved clock."""
    now, before = time.monotonic(), _silent.pop(store.folder, {})
    silent = [run for run in store.abandoned() if not (worker and run.worker == worker.id)]
    since = {(run.id, run.worker): before.get((run.id, run.worker), now) for run in silent}
    _silent[store.folder] = since
    return [run for run in silent if now - since[run.id, run.worker] >= SILENT_SECONDS]


def _bury(store):
    """Handle a dead worker: its runs, or the queue if it died before it could start any run."""
    worker = _workers.get(store.folder)
    if worker is None or worker.process.poll() is None:
        return
    code = worker.process.returncode
    for run in store.runs(("running",)):
        if isinstance(run, Run) and run.worker == worker.id:
            _take_back(store, run, worker)
    if code != 0 and store.worker_state(worker.id) in (None, "starting"):
        _false_starts[store.folder] += 1
        if code > 0 or _false_starts[store.folder] >= MAX_TRIES:
            message = f"The training process could not be started. {_reason(worker)}"
            for run in store.runs(("queued",)):
                store.finish(run.id, Outcome("failed", message, details=worker.last_lines()))
            del _false_starts[store.folder]
    else:
        _false_starts.pop(store.folder, None)
    _forget(store)


def _take_back(store, run, worker):
    """Stop, pause, queue or fail a run whose worker has died."""
    if run.stop_requested:
        store.finish(run.id, Outcome("stopped", "Stopped."))
    elif run.pause_requested:
        store.finish(run.id, Outcome("paused", "Paused."))
    elif run.tries + 1 < MAX_TRIES:
        store.requeue(run.id)
    else:
        done = len(store.epochs(run.id))
        message = (
            f"The training process ended {MAX_TRIES} times after {done} of {run.spec.epochs} epochs. "
            f"{_reason(worker)}"
        )
        store.finish(run.id, Outcome("failed", message, details=worker.last_lines()))


def _forget(store):
    worker = _workers.pop(store.folder)
    worker.process.stdin.close()
    store.leave(worker.id)


def _reason(worker):
    code = worker.process.returncode
    missing = re.search(r"^ModuleNotFoundError: No module named '(\w+)", worker.last_lines(), re.MULTILINE)
    if missing:
        return f"{missing[1]} is not installed. Install it: pip install 'lrlab[training]'."
    if code == -9:
        return "The system killed it: the usual reason is that the machine ran out of memory."
    return f"Its exit code was {code}. Its last lines show the reason."
