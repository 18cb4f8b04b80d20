"""What a run has yielded: kept in one piece, and written over by a run that goes on from before it."""

from dataclasses import replace

import numpy as np
import pytest

from lrlab.runs.records import Checkpoint, ManualRate, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.store import Store, StoreError
from tests.store.test_runs import EPOCH


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.fixture
def run(store):
    return store.run(store.add(RunSpec(train_images=300), "", worker="w"))


def steps(first, *losses):
    losses = np.array(losses, np.float32)
    return Steps(first, losses, losses / 10)


def test_updates_are_read_in_one_piece(store, run):
    assert store.steps(run.id).losses.size == 0
    store.record(run, steps(0, 4, 3), steps(2, 2, np.nan), steps(4, 1))
    everything = store.steps(run.id)
    np.testing.assert_array_equal(everything.losses, np.float32([4, 3, 2, np.nan, 1]))
    np.testing.assert_array_equal(everything.rates, everything.losses / 10)


def test_a_run_that_goes_on_writes_over_what_came_after_its_checkpoint(store, run):
    size = run.spec.steps_per_epoch
    store.record(run, steps(0, *[4] * size), EPOCH, Checkpoint(size, b"kept"))
    store.record(run, steps(size, *[3] * size), replace(EPOCH, epoch=1), steps(2 * size, 2))
    assert store.checkpoint(run.id) == Checkpoint(size, b"kept")
    store.record(run, steps(size, 9))
    np.testing.assert_array_equal(store.steps(run.id).losses, np.float32([4] * size + [9]))
    assert [epoch.epoch for epoch in store.epochs(run.id)] == [0]


def test_manual_rates_are_in_order_and_the_last_of_an_update_counts(store, run):
    store.record(run, ManualRate(5, 0.1), ManualRate(9, None), ManualRate(9, 0.2), ManualRate(12, None))
    assert store.manual_rates(run.id) == [ManualRate(5, 0.1), ManualRate(9, 0.2), ManualRate(12, None)]


@pytest.mark.parametrize(("status", "kept"), [("completed", False), ("diverged", False), ("paused", True)])
def test_a_checkpoint_goes_when_nothing_can_go_on_from_it(store, run, status, kept):
    store.record(run, Checkpoint(1, b"state"))
    store.finish(run.id, Outcome(status), "w")
    assert (store.checkpoint(run.id) is not None) == kept


def test_all_of_what_is_recorded_together_is_kept_or_none_of_it(store, run):
    with pytest.raises(StoreError):
        store.record(run, EPOCH, ManualRate(None, 0.1))
    assert store.epochs(run.id) == []


def test_headway_forgives_earlier_tries(store, run):
    store.requeue(run.id)
    (again,) = store.claim("v")
    assert again.tries == 1
    store.record(again, Checkpoint(1, b"state"))
    assert store.run(run.id).tries == 0
