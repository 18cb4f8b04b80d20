"""A clock that is moved, or a machine that has slept: no run of a live worker is touched."""

import time

import pytest

from lrlab import jobs
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from tests.store.test_runs import by_hand

moved = pytest.mark.parametrize("seconds", [3600, -3600], ids=["forward", "back"])


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "SILENT_SECONDS", 0.2)
    return Store(tmp_path)


def move(store, seconds):
    """Have all times in the store be as if the clock was moved by so many seconds since."""
    by_hand(store, "UPDATE runs SET created = created - ?, started = started - ?", seconds, seconds)
    by_hand(store, "UPDATE workers SET heartbeat = heartbeat - ?", seconds)


def look(store):
    """Watch over the store as a page does that is refreshed."""
    jobs.watch(store)
    time.sleep(0.3)
    jobs.watch(store)


@moved
def test_a_run_of_a_worker_that_beats_again_goes_on(store, seconds):
    id = store.add(RunSpec(), "mine", "alive")
    store.beat("alive", 1, "busy")
    move(store, seconds)
    jobs.watch(store)
    assert store.run(id).status == "running"
    store.beat("alive", 1, "busy")
    look(store)
    assert store.run(id).status == "running"
    assert not store.is_silent("alive")


@moved
def test_a_run_whose_worker_is_gone_is_paused_all_the_same(store, seconds):
    id = store.add(RunSpec(), "mine", "gone")
    store.beat("gone", 1, "busy")
    move(store, seconds)
    assert store.is_silent("gone")
    look(store)
    assert store.run(id).status == "paused"


@moved
def test_the_queue_keeps_its_order(store, seconds):
    first = store.add(RunSpec(), "first")
    move(store, seconds)
    second = store.add(RunSpec(), "second")
    assert [id for id, _ in store.queue()] == [first, second]
