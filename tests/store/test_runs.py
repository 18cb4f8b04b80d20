"""Runs in the store: queued, claimed, recorded, stopped and ended, on a real SQLite file."""

import math
import sqlite3
import threading
import time
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from lrlab.runs.records import Control, Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.schedules import ExponentialDecay
from lrlab.store import Store

SPEC = RunSpec(ExponentialDecay(0.5, 0.1), epochs=3, train_images=300, data="auto")
EPOCH = Epoch(0, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 0.125, 2.0, 0.001)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def by_hand(store, sql, *values):
    """Change the file as nothing in LR Lab would."""
    with sqlite3.connect(store.path) as connection:
        connection.execute(sql, values)
    connection.close()


def test_the_store_is_in_lr_labs_home(home):
    assert Store().path == home / "runs.sqlite3"
    assert Store().path.is_file()


def test_a_run_goes_from_queued_to_completed(store):
    id = store.add(SPEC, "Mine")
    queued = store.run(id)
    assert (queued.name, queued.spec, queued.status, queued.active) == ("Mine", SPEC, "queued", True)
    assert (queued.worker, queued.started, queued.ended, queued.data) == (None, None, None, None)

    (running,) = store.claim("w1")
    assert (running.id, running.status, running.worker, running.active) == (id, "running", "w1", True)
    assert queued.created <= running.started <= time.time()
    assert store.claim("w2") == []

    store.set_stage(id, "Preparing")
    assert store.run(id).stage == "Preparing"
    store.set_data(id, "synthetic", "the built-in synthetic set", {"keras": "3"})
    assert store.record(running, EPOCH, replace(EPOCH, epoch=1, loss=1.0))
    assert store.epochs(id) == [EPOCH, replace(EPOCH, epoch=1, loss=1.0)]

    assert store.finish(id, Outcome("completed", "Done.", 0.5, 0.75, "lines"))
    ended = store.run(id)
    assert (ended.status, ended.message, ended.details) == ("completed", "Done.", "lines")
    assert (ended.test_loss, ended.test_accuracy) == (0.5, 0.75)
    assert (ended.stage, ended.active) == ("", False)
    assert ended.ended >= ended.started


def test_the_data_that_auto_became_is_kept_in_the_spec(store):
    id = store.add(SPEC, "")
    store.set_data(id, "synthetic", "the built-in synthetic set", {})
    run = store.run(id)
    assert (run.data, run.origin) == ("synthetic", "the built-in synthetic set")
    assert run.spec == SPEC.with_data("synthetic")


def test_a_run_that_is_added_for_a_worker_is_never_queued(store):
    id = store.add(SPEC, "", worker="w1")
    assert (store.run(id).status, store.run(id).worker) == ("running", "w1")
    assert store.run(id).started == store.run(id).created
    assert store.claim("w2") == []


def test_the_first_to_come_is_the_first_to_be_claimed(store):
    ids = [store.add(SPEC, "") for _ in range(3)]
    assert [store.claim("w")[0].id for _ in range(3)] == ids


def test_runs_are_listed_newest_first_by_status_up_to_a_limit(store):
    ids = [store.add(SPEC, "") for _ in range(4)]
    store.claim("w")
    assert [run.id for run in store.runs()] == ids[::-1]
    assert [run.id for run in store.runs(("running",))] == ids[:1]
    assert [run.id for run in store.runs(("queued", "running"), limit=2)] == [ids[3], ids[2]]
    assert store.run(99) is None
    assert store.epochs(99) == []


def test_an_ended_run_stays_as_it_ended(store):
    id = store.add(SPEC, "", worker="w")
    assert store.finish(id, Outcome("failed", "first"))
    before = store.run(id)
    assert not store.finish(id, Outcome("completed", "second", 0.1, 0.9))
    store.set_stage(id, "late")
    store.request_stop(id)
    assert store.run(id) == before


def test_nan_and_infinity_survive(store):
    id = store.add(SPEC, "", worker="w")
    epoch = Epoch(0, 0.5, 0.5, math.nan, 0.1, math.inf, math.nan, 1.0)  # and no norms
    store.record(store.run(id), epoch)
    (read,) = store.epochs(id)
    assert str(read) == str(epoch)  # NaN equals nothing, itself included
    store.finish(id, Outcome("diverged", "", math.nan, math.inf))
    assert (store.run(id).test_loss, store.run(id).test_accuracy) == (None, math.inf)


def control(store, id, worker="w"):
    """What the store says to a worker that believes that the run is its own."""
    return store.controls([replace(store.run(id), worker=worker)])[0]


def test_a_stop_ends_a_queued_run_at_once_and_asks_a_running_one(store):
    running, queued = store.add(SPEC, ""), store.add(SPEC, "")
    store.claim("w")
    assert control(store, running) == Control()
    store.request_stop(queued)
    store.request_stop(running)
    assert (store.run(queued).status, store.run(queued).message) == ("stopped", "Stopped before it began.")
    assert store.run(queued).ended
    assert store.run(running).status == "running"
    assert control(store, running) == Control(stop=True)
    first = store.run(running).stop_requested
    store.request_stop(running)
    assert store.run(running).stop_requested == first


def test_a_run_that_is_no_longer_a_workers_own_stops_and_takes_no_records(store):
    ended, other, gone = (store.add(SPEC, "", worker="w") for _ in range(3))
    run = store.run(other)
    by_hand(store, "UPDATE runs SET worker = 'another' WHERE id = ?", other)
    store.finish(ended, Outcome("failed"))
    by_hand(store, "DELETE FROM runs WHERE id = ?", gone)
    runs = [store.run(ended), run, replace(run, id=gone)]
    assert store.controls(runs) == [Control(stop=True)] * 3
    assert [store.record(run, EPOCH) for run in runs] == [False] * 3
    assert store.epochs_of([ended, other]) == {ended: [], other: []}
    assert not store.finish(other, Outcome("stopped"), "w")
    assert store.run(other).status == "running"


def test_a_stop_is_never_lost_to_a_claim_at_the_same_moment(store):
    for _ in range(60):
        id = store.add(SPEC, "")
        together = threading.Barrier(2)

        def claim(together=together):
            together.wait()
            store.claim("w")

        thread = threading.Thread(target=claim)
        thread.start()
        together.wait()
        store.request_stop(id)
        thread.join()
        assert control(store, id).stop
        store.finish(id, Outcome("stopped"))


def test_a_run_without_a_recent_heartbeat_is_abandoned(store):
    for worker in ("alive", "silent", "gone"):
        store.add(SPEC, worker, worker)
    store.beat("alive", 1, "busy")
    store.beat("silent", 2, "busy")
    assert store.abandoned() == []  # all three began just now

    by_hand(store, "UPDATE runs SET started = started - 60")
    by_hand(store, "UPDATE workers SET heartbeat = heartbeat - 60 WHERE id = 'silent'")
    assert {run.name for run in store.abandoned()} == {"silent", "gone"}
    store.beat("silent", 2, "busy")
    store.finish(3, Outcome("failed"))
    assert store.abandoned() == []


def test_workers_say_what_they_do_until_they_leave(store):
    assert store.worker_state("w") is None
    store.beat("w", 1, "starting")
    store.beat("w", 1, "idle")
    store.beat("other", 2, "busy")
    assert (store.worker_state("w"), store.worker_state("other")) == ("idle", "busy")
    by_hand(store, "UPDATE workers SET heartbeat = heartbeat - 90000 WHERE id = 'other'")
    store.leave("w")
    assert (store.worker_state("w"), store.worker_state("other")) == (None, None)


def test_runs_survive_reopening(store):
    id = store.add(SPEC, "Mine", worker="w")
    store.record(store.run(id), EPOCH)
    again = Store(Path(store.folder))
    assert again.run(id) == store.run(id)
    assert [astuple(epoch) for epoch in again.epochs(id)] == [astuple(EPOCH)]
