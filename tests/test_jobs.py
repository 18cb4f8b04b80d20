"""The worker as a process: it trains what is queued, and whatever befalls it, no run is left hanging."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from lrlab import jobs
from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store

pytestmark = pytest.mark.training

SHORT = RunSpec(Constant(0.05), epochs=3, train_images=300, data="synthetic")
SOME = RunSpec(Constant(0.01), epochs=60, batch_size=4, train_images=1000, data="synthetic")
LONG = RunSpec(Constant(0.001), epochs=1000, batch_size=4, train_images=1000, data="synthetic")

signals = pytest.mark.skipif(os.name != "posix", reason="sends signals that only POSIX systems have")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One store for the module, so that its worker, which takes seconds to start, is shared."""
    store = Store(tmp_path_factory.mktemp("home"))
    yield store
    for run in store.runs(("queued", "running")):
        store.request_stop(run.id)
    jobs.shut_down(store)


@pytest.fixture
def own_store(tmp_path):
    """A store of the test's own; its worker is ended with the test."""
    store = Store(tmp_path)
    yield store
    jobs.shut_down(store)


def wait_for(condition, seconds=300):
    """Wait until the condition holds, and return what it returned."""
    until = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return met


def train(store, spec):
    """Queue a run, and wait until its first epoch is recorded."""
    id = store.add(spec, "a run")
    jobs.watch(store)
    wait_for(lambda: store.epochs(id) or not store.run(id).active)
    return id


def ended(store, id):
    """The run, once it has ended."""
    wait_for(lambda: not store.run(id).active)
    return store.run(id)


def worker_of(store):
    """The process id of the one worker that beats, as its row in the file says."""
    with closing(sqlite3.connect(store.path)) as connection:
        rows = connection.execute("SELECT pid FROM workers ORDER BY heartbeat DESC").fetchall()
    return rows[0][0] if rows else None


def halt(store, writing=False):
    """Stop the worker with a signal: while it keeps everybody else from writing, or never then."""
    pid = worker_of(store)
    with closing(sqlite3.connect(store.path, timeout=0, isolation_level=None)) as connection:
        while True:
            if not writing:
                wait_for(lambda: _may_write(connection))
            os.kill(pid, signal.SIGSTOP)
            wait_for(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
            if not writing or not _may_write(connection):
                return
            connection.execute("ROLLBACK")
            os.kill(pid, signal.SIGCONT)


def _may_write(connection):
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def lives(pid):
    """Whether the process runs; one that has ended and that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_queued_is_trained_by_one_worker_in_turn(store):
    ids = [store.add(SHORT, name) for name in ("one", "two")]
    jobs.watch(store)
    assert jobs.worker_state(store) == "starting"
    for id in ids:
        run = ended(store, id)
        assert (run.status, run.message, run.data) == ("completed", "", "synthetic")
        assert [epoch.epoch for epoch in store.epochs(id)] == [0, 1, 2]
        assert run.test_accuracy > 0.05
    assert len({store.run(id).worker for id in ids}) == 1
    first, second = (store.epochs(id) for id in ids)
    assert [epoch.val_loss for epoch in first] == [epoch.val_loss for epoch in second]


@pytest.mark.proof
@signals
def test_the_worker_has_a_lower_priority_than_the_server_with_all_its_threads(own_store, monkeypatch):
    monkeypatch.delenv("LRLAB_NICE")
    ended(own_store, train(own_store, SHORT))
    worker, own = psutil.Process(worker_of(own_store)), psutil.Process().nice()
    assert worker.nice() == min(own + 5, 19)
    if sys.platform == "linux":
        threads = [os.getpriority(os.PRIO_PROCESS, thread.id) for thread in worker.threads()]
        assert len(threads) > 2
        assert {*threads} == {worker.nice()}


@pytest.mark.parametrize("text", ["-1", "20", "low", ""])
def test_a_priority_that_is_none_is_refused(own_store, monkeypatch, text):
    monkeypatch.setenv("LRLAB_NICE", text)
    with pytest.raises(UserError, match="LRLAB_NICE must be a whole number from 0 to 19"):
        jobs.ensure_worker(own_store)


def test_a_stop_is_answered_by_the_worker_itself(store):
    id = train(store, LONG)
    pid = worker_of(store)
    store.request_stop(id)
    run = ended(store, id)
    assert worker_of(store) == pid
    assert lives(pid)
    assert run.status == "stopped"
    assert run.message.startswith("Stopped in epoch ")
    assert jobs.worker_state(store)
    assert store.epochs(id)


@signals
def test_a_worker_that_does_not_answer_a_stop_is_killed(store):
    id = train(store, LONG)
    pid = worker_of(store)
    halt(store)
    asked = time.monotonic()
    store.request_stop(id)

    def is_ended():
        jobs.watch(store)
        return not store.run(id).active

    wait_for(is_ended)
    assert time.monotonic() - asked > 1  # it had time to answer
    assert store.run(id).status == "stopped"
    assert not lives(pid)
    assert jobs.worker_state(store) is None


@pytest.mark.proof
@signals
def test_a_worker_that_does_not_answer_a_pause_is_killed_and_its_run_is_paused(store):
    id = train(store, LONG)
    halt(store)
    store.request_pause(id)

    def is_paused():
        jobs.watch(store)
        return store.run(id).status == "paused"

    wait_for(is_paused)
    store.go_on(id)
    done = len(store.epochs(id))
    jobs.watch(store)
    wait_for(lambda: len(store.epochs(id)) > done)
    store.request_stop(id)
    assert ended(store, id).status == "stopped"


@pytest.mark.proof
@signals
@pytest.mark.parametrize("writing", [False, True])
def test_a_worker_without_a_sign_of_life_is_replaced_and_its_run_goes_on(store, monkeypatch, writing):
    monkeypatch.setattr("lrlab.store.workers.STALE_SECONDS", 2)
    monkeypatch.setattr(jobs, "SILENT_SECONDS", 0.5)
    id = train(store, LONG)
    silent, pid = store.run(id).worker, worker_of(store)
    halt(store, writing)

    def is_replaced():
        jobs.watch(store)
        return store.run(id).worker not in (silent, None)

    wait_for(is_replaced)
    assert not lives(pid)
    store.request_stop(id)
    assert ended(store, id).status == "stopped"


@signals
def test_a_run_whose_worker_is_killed_goes_on_before_the_next_one(store):
    killed, waiting = train(store, SOME), store.add(SHORT, "next")
    dead = store.run(killed).worker
    os.kill(worker_of(store), signal.SIGKILL)

    def is_ended():
        jobs.watch(store)
        return not store.run(killed).active

    wait_for(is_ended)
    run = store.run(killed)
    assert (run.status, run.message, len(store.epochs(killed))) == ("completed", "", SOME.epochs)
    assert run.worker != dead
    assert ended(store, waiting).status == "completed"
    assert store.run(waiting).started > run.started


@pytest.mark.proof
@signals
def test_a_run_that_ends_worker_after_worker_has_failed(store):
    id = train(store, LONG)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE runs SET tries = 2 WHERE id = ?", (id,))
        connection.execute(
            "CREATE TRIGGER no_headway BEFORE UPDATE OF tries ON runs WHEN NEW.tries = 0"
            " AND NEW.status = 'running' BEGIN SELECT RAISE(IGNORE); END"
        )
        connection.execute("UPDATE runs SET tries = 2 WHERE id = ?", (id,))
        connection.commit()
    os.kill(worker_of(store), signal.SIGKILL)

    def is_ended():
        jobs.watch(store)
        return not store.run(id).active

    wait_for(is_ended)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("DROP TRIGGER no_headway")
    run = store.run(id)
    assert run.status == "failed"
    assert run.message.startswith("The training process ended 3 times after ")
    assert run.message.endswith("the usual reason is that the machine ran out of memory.")
    assert f"Run {id} begins" in run.details
    store.go_on(id)
    done = len(store.epochs(id))
    jobs.watch(store)
    wait_for(lambda: len(store.epochs(id)) > done)
    store.request_stop(id)
    ended(store, id)


@signals
def test_a_worker_ends_with_its_server_and_its_run_is_paused(store):
    id = train(store, LONG)
    pid = worker_of(store)
    jobs.shut_down(store)
    assert not lives(pid)
    assert jobs.worker_state(store) is None
    run = store.run(id)
    assert (run.status, run.message) == ("paused", "The app was closed while this run was training.")
    assert store.epochs(id)
    jobs.shut_down(store)  # where there is none, nothing happens


@signals
def test_a_server_that_is_killed_takes_its_worker_with_it(tmp_path):
    store = Store(tmp_path)
    id = store.add(LONG, "a run")
    code = (
        "import sys, time; from lrlab import jobs; from lrlab.store import Store;"
        "jobs.ensure_worker(Store(sys.argv[1])); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    try:
        wait_for(lambda: store.epochs(id))
        worker = worker_of(store)
        assert lives(worker)
    finally:
        server.kill()
        server.wait()
    wait_for(lambda: not lives(worker))
    run = store.run(id)
    assert (run.status, run.message) == ("paused", "The app was closed while this run was training.")


@signals
def test_a_worker_that_hangs_does_not_keep_the_server_from_closing(own_store, monkeypatch):
    monkeypatch.setattr(jobs, "CLOSE_SECONDS", 0.5)
    jobs.ensure_worker(own_store)
    pid = wait_for(lambda: worker_of(own_store))
    os.kill(pid, signal.SIGSTOP)
    jobs.shut_down(own_store)
    assert not lives(pid)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ImportError: broken on purpose", "Its exit code was 1"),
        (
            "ModuleNotFoundError: No module named 'tensorflow'",
            "tensorflow is not installed. Install it: pip install 'lrlab[training]'.",
        ),
    ],
)
def test_a_worker_that_cannot_start_fails_what_waits_and_is_not_started_again_and_again(
    own_store, tmp_path, monkeypatch, error, reason
):
    broken = tmp_path / "broken"
    broken.mkdir()
    kind, _, words = error.partition(": ")
    (broken / "tensorflow.py").write_text(f"raise {kind}({words!r})")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    ids = [own_store.add(SHORT, name) for name in ("one", "two")]

    def are_ended():
        jobs.watch(own_store)
        return not own_store.runs(("queued", "running"))

    wait_for(are_ended)
    for id in ids:
        run = own_store.run(id)
        assert run.status == "failed"
        assert run.message.startswith(f"The training process could not be started. {reason}")
        assert run.details.endswith(error)
        assert own_store.epochs(id) == []
    for _ in range(20):
        jobs.watch(own_store)
    assert jobs.worker_state(own_store) is None
    log = (Path(own_store.folder) / "worker.log").read_text()
    assert log.count(error) == 1


@pytest.mark.parametrize(("patience", "public"), [("IDLE_SECONDS", "0"), ("PUBLIC_IDLE_SECONDS", "1")])
def test_a_worker_that_has_nothing_to_do_leaves_as_it_should(tmp_path, patience, public):
    code = f"from lrlab.training import worker; worker.{patience} = 0; worker.main('idle')"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,  # its parent lives on
        stderr=subprocess.PIPE,
        env=os.environ | {"LRLAB_HOME": str(tmp_path), "LRLAB_PUBLIC": public},
        text=True,
    ) as worker:
        said = worker.stderr.read()
        assert worker.wait() == 0, said


def test_runs_that_a_vanished_worker_left_are_paused(own_store, monkeypatch):
    monkeypatch.setattr(jobs, "SILENT_SECONDS", 0)
    left = own_store.add(LONG, "left", worker="vanished")
    fresh = own_store.add(LONG, "fresh", worker="alive")
    own_store.beat("vanished", 1, "busy")
    own_store.beat("alive", 2, "busy")
    with closing(sqlite3.connect(own_store.path)) as connection:
        connection.execute("UPDATE runs SET started = started - 60")
        connection.execute("UPDATE workers SET heartbeat = heartbeat - 60 WHERE id = 'vanished'")
        connection.commit()
    jobs.watch(own_store)
    assert (own_store.run(left).status, own_store.run(left).message) == (
        "paused",
        "The training process of this run has ended.",
    )
    assert own_store.run(fresh).status == "running"
    assert jobs.worker_state(own_store) is None


def test_a_worker_that_was_shut_down_does_not_come_back_for_what_waits(own_store):
    id = own_store.add(SHORT, "waits")
    jobs.watch(own_store)
    jobs.shut_down(own_store)  # while TensorFlow loads: the run was not taken yet
    time.sleep(1)
    assert jobs.worker_state(own_store) is None
    assert own_store.run(id).status == "queued"
