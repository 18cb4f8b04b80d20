"""What the watchers of a race see is read once for all of them, and is never old."""

import numpy as np
import pytest

from lrlab.runs.records import Epoch, Steps
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from lrlab.ui.race import seen
from lrlab.ui.shell import watched


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(seen._watch, "_known", {})
    return Store(tmp_path)


@pytest.fixture
def clock(monkeypatch):
    """The time, which the test sets."""
    now = [1000.0]
    monkeypatch.setattr(watched.time, "monotonic", lambda: now[0])
    return now


def trained(store, epochs):
    race = store.add_race([[("One", RunSpec(epochs=9)), ("Two", RunSpec(epochs=9))]], worker="w")
    store.beat("w", 1, "busy")
    for run in store.race(race):
        for epoch in range(epochs):
            store.record(run, Epoch(epoch, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.1))
    return race


def test_all_watchers_see_what_one_of_them_has_read(store, clock):
    race = trained(store, 2)
    first = seen.read(store, race)
    assert [len(epochs) for epochs in first.epochs.values()] == [2, 2]
    assert seen.glance(Store(store.folder), race) is first
    clock[0] += watched.FRESH_SECONDS + 0.01
    store.record(first.runs[0], Epoch(2, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.1))
    later = seen.glance(store, race)
    assert [len(epochs) for epochs in later.epochs.values()] == [3, 2]
    store.request_stop(first.runs[0].id)
    assert seen.glance(store, race) is later
    assert seen.read(store, race).runs[0].stop_requested, "a page that is drawn shows what there is now"


def test_a_run_that_begins_again_from_a_checkpoint_is_read_whole(store, clock):
    race = trained(store, 3)
    first = seen.read(store, race)
    store.requeue(*(run.id for run in first.runs))
    runs = store.claim("w")
    store.record(runs[0], Steps(runs[0].spec.steps_per_epoch, np.ones(1), np.ones(1)))
    store.record(runs[0], Epoch(1, 0.2, 0.2, 1.0, 0.5, 1.0, 0.5, 0.1))
    now = seen.read(store, race)
    assert [epoch.lr for epoch in now.epochs[runs[0].id]] == [0.1, 0.2]
    assert len(first.epochs[runs[0].id]) == 3, "what others look at stays as it was"
    assert now.epochs == store.epochs_of([*now.epochs])


def test_what_was_made_of_a_race_is_made_once_until_it_changes(store, clock):
    race = trained(store, 1)
    made = []
    for _ in range(2):
        seen.read(store, race).once("figure", lambda: made.append(1))
    assert len(made) == 1
    store.record(seen.read(store, race).runs[0], Epoch(1, 0.1, 0.1, 1.0, 0.5, 1.0, 0.5, 0.1))
    seen.read(store, race).once("figure", lambda: made.append(1))
    assert len(made) == 2


def test_others_have_a_reading_of_their_own_and_it_is_forgotten(store, clock):
    race = trained(store, 1)
    assert seen.read(store, race).runs[0].is_own
    assert not seen.glance(Store(store.folder, owner="another"), race).runs[0].is_own
    clock[0] += watched.KEPT_SECONDS + 1
    other = trained(store, 1)
    seen.read(store, other)
    assert [key[2] for key in seen._watch._known] == [other]
