"""The queue of races: order, pauses, going on, and what the owner wants of a run."""

import time
from dataclasses import replace

import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.runs.records import Checkpoint, Control, ManualRate, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store, UnreadableRun
from tests.store.test_runs import EPOCH, by_hand

SPEC = RunSpec(Constant(0.1), epochs=3, train_images=300, data="synthetic")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def add_race(store, lanes=2, seeds=2):
    return store.add_race(
        [[(f"lane {lane}", replace(SPEC, seed=seed)) for lane in range(lanes)] for seed in range(seeds)]
    )


def places(store):
    return [(runs[0].race, runs[0].seed_group) for runs in store.waiting()]


def test_a_race_has_seed_groups_of_lanes_and_is_called_by_its_first_run(store):
    solo, race = store.add(SPEC, "solo"), add_race(store)
    assert [(run.id, run.seed_group, run.lane, run.spec.seed, run.name) for run in store.race(race)] == [
        (2, 0, 0, 0, "lane 0"),
        (3, 0, 1, 0, "lane 1"),
        (4, 1, 0, 1, "lane 0"),
        (5, 1, 1, 1, "lane 1"),
    ]
    assert (race, store.run(solo).race) == (2, solo)
    assert store.races() == {race: store.race(race), solo: store.race(solo)}
    assert list(store.races(limit=1)) == [race]
    assert store.race(99) == []


def test_a_seed_group_is_claimed_as_a_whole_and_one_after_another(store):
    race = add_race(store)
    assert [*store.queue()] == places(store) == [(race, 0), (race, 1)]
    assert [(run.seed_group, run.lane) for run in store.claim("w")] == [(0, 0), (0, 1)]
    assert store.queue() == {(race, 1): 1}
    assert [(run.seed_group, run.lane) for run in store.claim("w")] == [(1, 0), (1, 1)]
    assert store.claim("w") == []
    assert {run.status for run in store.race(race)} == {"running"}


def test_a_worker_takes_what_no_other_trains(store, monkeypatch):
    statuses = ("paused", "stopped", "failed", "completed", "diverged")
    ended = {status: store.add(SPEC, status, "before") for status in statuses}
    for status, id in ended.items():
        store.finish(id, Outcome(status, "It ended."))
    queued, busy, silent = store.add(SPEC, "queued"), store.add(SPEC, "", "busy"), store.add(SPEC, "", "gone")
    store.request_stop(silent)
    store.beat("busy", 1, "busy")
    ids = [*ended.values(), queued, busy, silent]
    assert store.take("w", *ids) == [ended["paused"], ended["stopped"], ended["failed"], queued]
    assert store.claim("another") == []
    later = time.time() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    store.beat("busy", 1, "busy")
    store.beat("w", 1, "busy")
    assert store.take("w", *ids) == [silent]
    run = store.run(silent)
    assert (run.status, run.worker, run.stop_requested, run.message) == ("running", "w", None, "")
    assert Store(store.folder, "another").take("v", *ids) == []


def test_what_waits_can_be_moved_and_withdrawn(store):
    one, race, last = store.add(SPEC, ""), add_race(store), store.add(SPEC, "")
    assert places(store) == [(one, 0), (race, 0), (race, 1), (last, 0)]
    store.move(last, 0, -99)
    assert places(store) == [(last, 0), (one, 0), (race, 0), (race, 1)]
    store.move(race, 1, -1)
    assert places(store) == [(last, 0), (one, 0), (race, 1), (race, 0)]
    store.move(one, 0, 2)
    assert places(store) == [(last, 0), (race, 1), (race, 0), (one, 0)]
    assert store.claim("w")[0].id == last
    store.move(last, 0, 1)  # its turn has come
    for run in store.race(race):
        store.request_stop(run.id)
    assert places(store) == [(one, 0)]


def test_a_paused_run_goes_on_in_its_old_place(store):
    first, second = store.add(SPEC, ""), store.add(SPEC, "")
    store.claim("w")
    store.request_pause(first)
    assert store.controls([store.run(first)]) == [Control(pause=True)]
    store.finish(first, Outcome("paused", "Paused in epoch 1 of 3."), "w")
    assert (store.run(first).status, store.run(first).active) == ("paused", False)
    store.go_on(first)
    assert places(store) == [(first, 0), (second, 0)]
    run = store.claim("v")[0]
    assert (run.id, run.pause_requested, run.message, run.ended) == (first, None, "", None)
    assert store.controls([run]) == [Control()]


def test_a_run_that_waits_is_paused_and_stopped_at_once(store):
    id = store.add(SPEC, "")
    store.request_pause(id)
    assert (store.run(id).status, store.claim("w")) == ("paused", [])
    store.request_stop(id)
    assert (store.run(id).status, store.run(id).message) == ("stopped", "Stopped before it began.")
    store.go_on(id)
    assert store.run(id).status == "queued"


def test_a_run_that_has_come_to_its_end_does_not_go_on(store):
    id = store.add(SPEC, "", worker="w")
    store.finish(id, Outcome("completed"))
    before = store.run(id)
    store.go_on(id)
    store.requeue(id)
    store.request_pause(id)
    assert store.run(id) == before


@pytest.mark.parametrize("rate", [0, -0.1, float("nan"), 1e9, "0.1", True])
def test_a_rate_that_no_schedule_could_have_is_not_set(store, rate):
    id = store.add(SPEC, "", worker="w")
    with pytest.raises(UserError, match="must be a number from 1e-08 to 100"):
        store.set_rate(id, rate)
    assert store.run(id).manual_rate is None


def test_a_manual_rate_is_wanted_until_it_is_returned_to_the_schedule(store):
    id = store.add(SPEC, "", worker="w")
    store.set_rate(id, 0.25)
    assert store.controls([store.run(id)]) == [Control(rate=0.25)]
    store.set_rate(id, None)
    assert store.controls([store.run(id)]) == [Control()]


def test_a_run_that_diverged_at_a_manual_rate_goes_on_from_before_it(store):
    size = SPEC.steps_per_epoch
    run = store.run(store.add(SPEC, "", worker="w"))
    updates = [Steps(at * size, np.ones(size), np.ones(size)) for at in range(3)]
    epochs = [replace(EPOCH, epoch=at) for at in range(3)]
    store.set_rate(run.id, 5.0)
    store.record(run, ManualRate(1, 0.1), ManualRate(2, None))
    for each, epoch in zip(updates, epochs, strict=True):
        store.record(run, each, epoch)
    store.record(run, ManualRate(size, 5.0), Checkpoint(size, b"before"))
    store.rewind(run)
    assert store.run(run.id) == run or store.run(run.id).status == "running", "it has not diverged"
    store.finish(run.id, Outcome("diverged"), "w")
    assert store.checkpoint_step(run.id) == size
    store.rewind(run)
    again = store.run(run.id)
    assert (again.status, again.manual_rate, again.has_manual_rate) == ("queued", None, True)
    assert store.manual_rates(run.id) == [ManualRate(1, 0.1), ManualRate(2, None)]
    assert (len(store.epochs(run.id)), store.steps(run.id).losses.size) == (1, size)
    assert store.checkpoint(run.id) == Checkpoint(size, b"before")


def test_what_is_queued_again_counts_its_tries_until_there_is_headway(store):
    id = store.add(SPEC, "")
    for tries in (1, 2):
        (run,) = store.claim("w")
        store.record(run, EPOCH)
        store.requeue(id)
        assert (store.run(id).status, store.run(id).tries, store.run(id).worker) == ("queued", tries, None)
    store.claim("w")
    store.finish(id, Outcome("failed", "Three times."))
    store.go_on(id)
    assert store.run(id).tries == 0


def test_a_run_whose_settings_cannot_be_read_stops_nothing(store):
    newer, race = store.add(SPEC, "of a later version"), add_race(store, seeds=1)
    by_hand(store, "UPDATE runs SET spec = replace(spec, 'seed', 'sheep') WHERE id = ?", newer)
    assert isinstance(store.run(newer), UnreadableRun)
    assert store.race(newer) == []
    assert list(store.races()) == [race]
    assert places(store) == [(race, 0)]
    assert store.claim("w") == []
    assert store.run(newer).status == "failed"
    assert store.run(newer).message.startswith("The settings of this run were written by another version")
    assert [run.id for run in store.claim("w")] == [run.id for run in store.race(race)]
    assert [entry.run.id for entry in store.listed()] == [race + 1, race, newer]
    assert store.results([newer])[newer].spec is None
