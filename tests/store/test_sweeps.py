"""Sweeps in the store: the place of each run in the grid, its final values, and where it is listed."""

from dataclasses import replace

import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.runs.records import Epoch, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.runs.swept import CONFIRM, RANGE_TEST, SEARCH, SweptRun, values
from lrlab.schedules import Constant
from lrlab.store import Store
from lrlab.store.limits import Limits

SPEC = RunSpec(Constant(0.1), epochs=3, train_images=300, batch_size=30, data="synthetic")
EPOCH = Epoch(0, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0)
GROUPS = [[("Step", peak, SPEC.with_seed(seed).with_peak(peak)) for peak in (0.1, 0.3)] for seed in (1, 2)]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_a_sweep_is_read_with_the_values_of_its_last_epochs(store):
    sweep = store.add_sweep(GROUPS, worker="w")
    first, second, third, fourth = (store.run(run.id) for run in store.swept(sweep))
    store.record(first, EPOCH, replace(EPOCH, epoch=1, val_loss=1.25, loss=1.0, val_accuracy=0.5))
    store.finish(first.id, Outcome("completed"))
    store.record(second, Steps(0, np.array([2.5, 9.0], np.float32), np.ones(2, np.float32)))
    store.finish(second.id, Outcome("diverged"))
    store.record(third, EPOCH)
    place = {"name": "Step", "role": SEARCH}
    assert store.swept(sweep) == [
        SweptRun(first.id, "Step", 0.1, 1, SEARCH, "completed", 2, 1.0, 1.25, 0.5, 2.0),
        SweptRun(second.id, **place, peak=0.3, seed=1, status="diverged", epochs=0, **nothing()),
        SweptRun(third.id, "Step", 0.1, 2, SEARCH, "running", 1, 1.25, 1.5, 0.25, 2.0),
        SweptRun(fourth.id, **place, peak=0.3, seed=2, status="running", epochs=0, **nothing()),
    ]
    assert values(store.swept(sweep), "val_loss") == {("Step", 0.1): {1: 1.25}, ("Step", 0.3): {1: None}}
    assert store.first_losses([run.id for run in store.swept(sweep)]) == {second.id: 2.5}
    assert [run.spec for run in store.sweep_runs(sweep)] == [spec for group in GROUPS for *_, spec in group]


def nothing():
    return dict.fromkeys(("loss", "val_loss", "val_accuracy", "seconds"))


def test_confirming_runs_belong_to_their_sweep(store):
    sweep = store.add_sweep(GROUPS)
    assert store.add_sweep([[("Step", 0.3, SPEC.with_seed(3))]], CONFIRM, sweep=sweep) == sweep
    runs = store.swept(sweep)
    assert [run.role for run in runs] == [*[SEARCH] * 4, CONFIRM]
    assert {store.sweep_of(run.id) for run in runs} == {sweep}


def test_a_sweep_is_no_race_and_is_compared_only_if_it_is_asked_for(store):
    race = store.add(SPEC, "Alone")
    sweep = store.add_sweep(GROUPS)
    assert ([*store.sweeps()], [*store.races()]) == ([sweep], [race])
    assert (store.sweep_of(race), store.race_of(sweep)) == (None, None)
    assert [entry.run.id for entry in store.listed()] == [race]
    assert [entry.run.id for entry in store.listed(also=[sweep])] == [sweep, race]


def test_a_range_test_is_compared_as_any_run_but_is_no_race(store):
    test = store.add_race([[("Test", SPEC)]], role=RANGE_TEST)
    assert ([*store.races()], [*store.races(role=RANGE_TEST)], store.sweeps()) == ([], [test], {})
    assert [entry.run.id for entry in store.listed()] == [test]


def test_a_visitor_of_a_public_server_has_only_so_large_sweeps(tmp_path):
    store = Store(tmp_path, "anna", limits=Limits(race_runs=1, sweep_runs=4))
    specs = [spec for group in GROUPS for *_, spec in group]
    store.check_sweep(specs)
    with pytest.raises(UserError, match="A sweep has at most 4 runs here, but this would make 5"):
        store.check_sweep([*specs, SPEC])
    assert store.sweeps() == {}
    sweep = store.add_sweep(GROUPS)
    with pytest.raises(UserError, match="A sweep has at most 4 runs here, but this would make 5"):
        store.add_sweep([GROUPS[0][:1]], CONFIRM, sweep=sweep)
    ids = [run.id for run in store.swept(sweep)]
    store.request_pause(*ids)
    store.go_on(*ids)  # more than a race may have
    assert {run.status for run in store.swept(sweep)} == {"queued"}


def test_a_sweep_takes_turns_with_the_runs_of_others(tmp_path):
    anna, ben, worker = Store(tmp_path, "anna"), Store(tmp_path, "ben"), Store(tmp_path, owner=None)
    sweep = anna.add_sweep([*GROUPS, *GROUPS])
    races = [ben.add(SPEC, "Ben's") for _ in range(2)]
    assert [worker.claim("w")[0].race for _ in range(5)] == [sweep, races[0], sweep, races[1], sweep]


def test_nobody_adds_to_the_sweep_of_another(tmp_path):
    sweep = Store(tmp_path, "anna").add_sweep(GROUPS)
    with pytest.raises(UserError, match="not one of your races"):
        Store(tmp_path, "ben").add_sweep(GROUPS, CONFIRM, sweep=sweep)
