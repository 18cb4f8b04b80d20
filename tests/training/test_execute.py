"""A run carried into the store: every epoch, every end, and the heartbeat."""

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from lrlab.datasets.kept import forget, own_from_file
from lrlab.networks import Convolutional, Dense
from lrlab.runs.records import Outcome
from lrlab.runs.result import data_title
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store
from lrlab.training import heartbeat as module
from lrlab.training.execute import execute
from lrlab.training.heartbeat import heartbeat
from tests.datasets.npz import npz, whole
from tests.test_jobs import wait_for

pytestmark = pytest.mark.training

SPEC = RunSpec(Constant(0.1), epochs=3, train_images=300, data="synthetic")


@pytest.fixture
def store(home):
    return Store()


def begin(store, spec=SPEC):
    return store.run(store.add(spec, "a run", "test"))


def test_a_run_is_recorded_epoch_by_epoch(store):
    run = begin(store)
    seen = []

    def on_epoch(of, epoch):
        assert of is run
        assert store.epochs(run.id)[-1] == epoch
        seen.append(epoch)

    execute(store, [run], on_epoch)
    ended = store.run(run.id)
    assert store.epochs(run.id) == seen
    assert len(seen) == 3
    assert ended.status == "completed"
    assert 0 < ended.test_accuracy < 1 < ended.test_loss < 5
    steps = store.steps(run.id)
    assert (steps.losses.shape, steps.rates.tolist()) == ((12,), [np.float32(0.1)] * 12)
    assert store.checkpoint(run.id) is None
    assert (ended.data, ended.origin) == ("synthetic", "the built-in synthetic set")
    assert ended.ended >= ended.started


def test_a_stop_is_answered(store):
    run = begin(store)
    execute(store, [run], lambda run, epoch: store.request_stop(run.id))
    assert store.run(run.id).status == "stopped"
    assert len(store.epochs(run.id)) == 1


def test_a_run_that_was_ended_by_another_stays_as_it_was_ended(store):
    run = begin(store)
    execute(store, [run], lambda run, epoch: store.finish(run.id, Outcome("failed", "Ended elsewhere.")))
    assert (store.run(run.id).status, store.run(run.id).message) == ("failed", "Ended elsewhere.")


def test_a_bad_data_folder_ends_the_run_with_a_sentence(store, tmp_path, monkeypatch):
    monkeypatch.setenv("LRLAB_DATA_DIR", str(tmp_path / "nothing-here"))
    run = begin(store, RunSpec(epochs=1, train_images=300))
    execute(store, [run])
    ended = store.run(run.id)
    assert ended.status == "failed"
    assert ended.message.startswith(str(tmp_path / "nothing-here" / "train-images-idx3-ubyte.gz"))
    assert ended.details == ""


@pytest.mark.parametrize(
    ("kind", "network"),
    [
        ("grey", Dense((16,))),
        ("grey", Convolutional((4,), width=8)),
        ("colour", Convolutional((4,), width=8)),
        ("vectors", Dense((16,))),
    ],
)
def test_runs_on_ones_own_sets_are_recorded_by_their_digest(store, kind, network):
    data = own_from_file(io.BytesIO(npz(**whole(kind))), "digits.npz")
    run = begin(store, replace(SPEC, epochs=2, train_images=200, batch_size=16, network=network, data=data))
    execute(store, [run])
    ended = store.run(run.id)
    assert (ended.status, ended.data, ended.spec) == ("completed", data.name, run.spec)
    assert (ended.origin, data_title(ended.data, ended.spec)) == ("your own file digits.npz", "digits.npz")
    first, last = store.epochs(run.id)
    assert last.loss < first.loss
    assert 0 <= ended.test_accuracy <= 1


def test_a_run_whose_own_set_is_gone_fails_with_what_to_do(store):
    data = own_from_file(io.BytesIO(npz(**whole())), "digits.npz")
    forget(data.digest)
    run = begin(store, replace(SPEC, train_images=200, data=data))
    execute(store, [run])
    ended = store.run(run.id)
    assert (ended.status, ended.details) == ("failed", "")
    assert ended.message.startswith("The data set digits.npz is no longer on this machine")
    assert ended.message.endswith("on Train or with --data, and start the run again.")


def test_a_run_whose_own_set_is_removed_meanwhile_goes_on_and_the_next_says_so(store):
    data = own_from_file(io.BytesIO(npz(**whole())), "digits.npz")
    spec = replace(SPEC, train_images=200, data=data)
    first, second = begin(store, spec), begin(store, spec)
    execute(store, [first], lambda run, epoch: forget(data.digest))
    execute(store, [second])
    assert [store.run(run.id).status for run in (first, second)] == ["completed", "failed"]
    assert store.run(second.id).message.startswith("The data set digits.npz is no longer on this machine")


@pytest.mark.real_data
def test_a_run_whose_data_folder_is_removed_meanwhile_goes_on(real_data, store, tmp_path, monkeypatch):
    folder = tmp_path / "images"
    folder.mkdir()
    for file in real_data.glob("*.gz"):
        (folder / file.name).symlink_to(file)
    monkeypatch.setenv("LRLAB_DATA_DIR", str(folder))
    run = begin(store, replace(SPEC, data="fashion-mnist"))
    execute(store, [run], lambda run, epoch: shutil.rmtree(folder, ignore_errors=True))
    assert not folder.exists()
    assert (store.run(run.id).status, len(store.epochs(run.id))) == ("completed", 3)


def test_an_unexpected_error_ends_the_run_with_a_sentence_and_where(store):
    def on_epoch(run, epoch):
        raise RuntimeError("a bug")

    run = begin(store)
    execute(store, [run], on_epoch)
    ended = store.run(run.id)
    assert ended.status == "failed"
    assert "an unexpected error (RuntimeError)" in ended.message
    assert ended.details.startswith("Traceback")
    assert ended.details.endswith("RuntimeError: a bug\n")
    assert len(store.epochs(run.id)) == 1


def test_too_little_memory_is_said_with_a_remedy(store):
    def on_epoch(run, epoch):
        raise MemoryError

    run = begin(store)
    execute(store, [run], on_epoch)
    assert "ran out of memory. Use fewer training images" in store.run(run.id).message


def test_the_keyboard_ends_the_run_as_stopped_and_is_passed_on(store):
    def on_epoch(run, epoch):
        raise KeyboardInterrupt

    run = begin(store)
    with pytest.raises(KeyboardInterrupt):
        execute(store, [run], on_epoch)
    assert (store.run(run.id).status, store.run(run.id).message) == ("stopped", "Stopped from the keyboard.")


def test_an_error_on_the_way_of_the_keyboard_is_none_of_the_run(store):
    def on_epoch(run, epoch):
        try:
            raise KeyboardInterrupt
        finally:  # as a file does that is closed half written
            raise ValueError

    run = begin(store)
    with pytest.raises(KeyboardInterrupt):
        execute(store, [run], on_epoch)
    assert (store.run(run.id).status, store.run(run.id).message) == ("stopped", "Stopped from the keyboard.")


def test_a_heartbeat_goes_on_until_its_end(store, monkeypatch):
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.02)
    run = begin(store)

    def age():
        """Have run and heartbeat be a minute old, so that only a new beat keeps the run."""
        with closing(sqlite3.connect(store.path)) as connection, connection:
            connection.execute("UPDATE runs SET started = started - 60")
            connection.execute("UPDATE workers SET heartbeat = heartbeat - 60")

    with heartbeat(store, "test", os.getpid()) as say:
        assert store.worker_state("test") == "starting"
        say("busy")
        for _ in range(3):
            age()
            wait_for(lambda: store.abandoned() == [])
        assert store.worker_state("test") == "busy"
    assert store.worker_state("test") is None
    assert [abandoned.id for abandoned in store.abandoned()] == [run.id]


def test_a_locked_store_only_delays_a_run(store, monkeypatch):
    monkeypatch.setattr("lrlab.store.file.BUSY_SECONDS", 0.05)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    calm, locked = begin(store), begin(store)
    execute(store, [calm])
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)

    def lock(run, epoch):
        if epoch.epoch == 0:
            other.execute("BEGIN IMMEDIATE")
            threading.Timer(0.4, other.execute, args=("COMMIT",)).start()

    execute(store, [locked], lock)
    other.close()
    assert store.run(locked.id).status == "completed"
    assert computed(store, locked.id) == computed(store, calm.id)


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files of another process")
@pytest.mark.parametrize("its_log", ["elsewhere", "on that disk"])
def test_a_full_disk_only_delays_a_run(store, tmp_path, its_log):
    import resource

    log = tmp_path / "log"
    log.write_bytes(b"." * 5000)
    first, second = store.add(SPEC, "calm", "test"), store.add(SPEC, "full", "test")
    execute(store, [store.run(first)])
    code = (
        "import sys; from lrlab.store import Store; from lrlab.training.execute import execute;"
        "store = Store(sys.argv[1]); execute(store, [store.run(int(sys.argv[2]))],"
        " lambda run, epoch: print('epoch', flush=True) or sys.stdin.readline())"
    )
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(store.folder), str(second)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if its_log == "elsewhere" else out,
            text=True,
        )
    assert process.stdout.readline() == "epoch\n"
    # No file of the process may grow any more: to SQLite that is a disk that is full.
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    process.stdin.write("\n" * 10)
    process.stdin.flush()
    if its_log == "elsewhere":
        while not process.stderr.readline().startswith("Waiting for the store: "):
            assert process.poll() is None
    else:
        time.sleep(3)  # it tries each second, and can say nothing
        assert process.poll() is None
    assert store.run(second).status == "running"
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert store.run(second).status == "completed"
    assert computed(store, second) == computed(store, first)


@pytest.mark.proof
def test_lanes_of_any_speed_are_each_recorded_as_alone(store):
    specs = [SPEC, replace(SPEC, batch_size=7), replace(SPEC, batch_size=2)]
    race = store.add_race([[("lane", spec) for spec in specs]], "test")
    execute(store, store.race(race))
    for run in store.race(race):
        alone = begin(store, run.spec)
        execute(store, [alone])
        assert computed(store, run.id) == computed(store, alone.id)
        assert store.steps(run.id).losses.size == run.spec.plan.steps


def computed(store, run):
    """The epochs of a run but for their seconds, and its updates."""
    steps = store.steps(run)
    return [replace(e, seconds=0) for e in store.epochs(run)], steps.losses.tobytes(), steps.rates.tobytes()
