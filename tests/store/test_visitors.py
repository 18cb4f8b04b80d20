"""What a visitor lists, reads by number and changes: no deleted run, and no run of others."""

import inspect
from pathlib import Path

import numpy as np
import pytest

import lrlab.store
from lrlab import jobs
from lrlab.errors import UserError
from lrlab.runs.records import Checkpoint, Epoch, ManualRate, Outcome, Steps
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.store import Store
from tests.store.test_runs import by_hand

SPEC = RunSpec(Constant(0.1), epochs=3, train_images=300, data="synthetic")
EPOCH = Epoch(0, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001)

# Each says whether a run is seen; `run` is the only run of its race.
LISTS = {
    "runs": lambda store, run: run in [found.id for found in store.runs()],
    "races": lambda store, run: run in store.races(),
    "listed": lambda store, run: run in [entry.run.id for entry in store.listed()],
}
LINKED = {
    "run": lambda store, run: store.run(run) is not None,
    "race": lambda store, run: bool(store.race(run)),
    "race_of": lambda store, run: store.race_of(run) is not None,
    "also": lambda store, run: run in [entry.run.id for entry in store.listed(also=[run])],
    "results": lambda store, run: run in store.results([run]),
    "epochs": lambda store, run: bool(store.epochs(run)),
    "epochs_of": lambda store, run: bool(store.epochs_of([run])[run]),
    "steps": lambda store, run: len(store.steps(run).losses) > 0,
    "manual_rates": lambda store, run: bool(store.manual_rates(run)),
}
SWEEPS = {
    "sweeps": lambda store, run: run in store.sweeps(),
    "sweep_of": lambda store, run: store.sweep_of(run) == run,
    "swept": lambda store, run: [each.id for each in store.swept(run)] == [run],
    "sweep_runs": lambda store, run: [each.id for each in store.sweep_runs(run)] == [run],
    "first_losses": lambda store, run: store.first_losses([run]) == {run: 1.0},
}
READS = LISTS | LINKED | SWEEPS
# Each changes a run that has this status.
CHANGES = {
    "rename": ("completed", lambda store, run: store.rename(run, "Another")),
    "tag": ("completed", lambda store, run: store.tag(run, ["new"])),
    "write_note": ("completed", lambda store, run: store.write_note(run, "New.")),
    "pin": ("completed", lambda store, run: store.pin(run, True)),
    "delete": ("completed", lambda store, run: store.delete(run)),
    "request_stop": ("queued", lambda store, run: store.request_stop(run)),
    "request_pause": ("running", lambda store, run: store.request_pause(run)),
    "set_rate": ("running", lambda store, run: store.set_rate(run, 0.25)),
    "go_on": ("stopped", lambda store, run: store.go_on(run)),
    "requeue": ("running", lambda store, run: store.requeue(run)),
}
APART = {  # each has a test of its own
    *("waiting", "queue", "move", "restore", "add", "add_race", "add_results", "checkpoint_step", "rewind"),
    "together",
    "add_sweep",
}
WORKERS = {
    *("claim", "take", "controls", "record", "finish", "set_stage", "set_data", "checkpoint", "abandoned"),
    *("beat", "leave", "worker_state", "is_silent", "throughput", "of_all_owners"),
}


@pytest.fixture
def anna(tmp_path):
    return Store(tmp_path, "anna")


@pytest.fixture
def ben(tmp_path):
    return Store(tmp_path, "ben")


@pytest.fixture
def teacher(tmp_path):
    return Store(tmp_path, "teacher", sees_all=True)


def added(store, status="completed", is_swept=False):
    """A run with this status that has records of every kind."""
    if status == "queued":
        return store.add(SPEC, "A run")
    id = store.add_sweep([[("A run", 0.1, SPEC)]], worker="w") if is_swept else store.add(SPEC, "A run", "w")
    one = np.ones(1, np.float32)
    store.record(store.run(id), Steps(0, one, one), ManualRate(0, 0.2), EPOCH, Checkpoint(1, b"state"))
    if status != "running":
        store.finish(id, Outcome(status))
    return id


def test_only_the_owner_rewinds_a_run(anna, ben):
    id = added(anna, "running")
    anna.set_rate(id, 5.0)
    anna.finish(id, Outcome("diverged"))
    ben.rewind(anna.run(id))
    assert (anna.run(id).status, anna.checkpoint_step(id)) == ("diverged", 1)
    anna.rewind(anna.run(id))
    assert anna.run(id).status == "queued"


def test_every_method_of_the_store_is_one_for_visitors_or_one_for_workers():
    public = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert public == {*READS, *CHANGES, *APART, *WORKERS} - {"also"}


def test_what_a_visitor_may_see_is_said_in_one_place():
    texts = [file.read_text() for file in Path(lrlab.store.__file__).parent.glob("*.py")]
    assert sum(text.count("WHERE deleted IS NULL") for text in texts) == 1
    assert sum(text.count("owner = owner()") for text in texts) == 1


@pytest.mark.parametrize("read", READS)
def test_a_deleted_run_is_seen_by_no_method(anna, read):
    id = added(anna, is_swept=read in SWEEPS)
    assert READS[read](anna, id)
    anna.delete(id)
    assert not READS[read](anna, id)
    anna.restore(id)
    assert READS[read](anna, id)


@pytest.mark.parametrize("read", LISTS)
def test_a_run_is_listed_for_its_owner_and_for_those_who_see_all(anna, ben, read):
    id = added(anna)
    assert [LISTS[read](store, id) for store in (anna, ben, ben.of_all_owners())] == [True, False, True]


@pytest.mark.parametrize("read", LINKED)
def test_a_run_of_another_is_read_by_its_number(anna, ben, read):
    id = added(anna)
    assert [LINKED[read](store, id) for store in (anna, ben, ben.of_all_owners())] == [True, True, True]


def test_a_note_is_read_by_the_owner_only(anna, ben, teacher):
    id = added(anna)
    anna.write_note(id, "Private.")
    assert [
        (store.run(id).note, store.results([id])[id].note, store.listed(also=[id])[0].run.note)
        for store in (anna, ben, teacher)
    ] == [("Private.",) * 3, ("",) * 3, ("",) * 3]
    assert [store.run(id).is_own for store in (anna, ben, teacher, ben.of_all_owners())] == [
        *(True, False, False, True),
    ]


def test_one_who_sees_all_lists_and_stops_the_runs_of_others_and_changes_none(anna, ben, teacher):
    running, queued, ended = (added(anna, status) for status in ("running", "queued", "completed"))
    assert {run.id for run in teacher.races()[running]} == {running}
    assert {entry.run.id for entry in teacher.listed()} == {running, queued, ended}
    assert teacher.runs() == [], "these are only one's own, as results for lessons"
    for status, change in (CHANGES[name] for name in CHANGES if not name.startswith("request")):
        id = added(anna, status)
        before = anna.run(id)
        change(teacher, id)
        assert anna.run(id) == before
    teacher.request_stop(running, queued)
    assert anna.run(running).stop_requested
    assert anna.run(queued).status == "stopped"


def test_nothing_is_added_to_the_race_of_another(anna, ben, teacher):
    race = added(anna)
    for store in (ben, teacher):
        with pytest.raises(UserError, match="not one of your races"):
            store.add_race([[("More", SPEC)]], race=race)
    assert len(anna.race(race)) == 1
    anna.add_race([[("More", SPEC)]], race=race)
    assert [run.seed_group for run in anna.race(race)] == [0, 1]


def test_visitors_take_turns(anna, ben, tmp_path):
    carla = Store(tmp_path, "carla")
    hers = [added(anna, "queued") for _ in range(4)]
    his = [added(ben, "queued") for _ in range(2)]
    last = added(carla, "queued")
    assert [anna.queue()[id, 0] for id in hers] == [1, 4, 6, 7]
    assert [ben.queue()[id, 0] for id in his] == [2, 5]
    assert carla.queue() == {(last, 0): 3}
    assert anna.claim("w")[0].id == hers[0]
    assert ben.queue()[his[0], 0] == 1, "who was served last waits for the others"
    fourth = added(carla, "queued")
    order = [anna.claim("w")[0].id for _ in range(7)]
    assert order == [his[0], last, hers[1], his[1], fourth, hers[2], hers[3]]
    assert anna.claim("w") == []


def test_a_class_code_becomes_a_tag_of_what_is_queued(tmp_path):
    store = Store(tmp_path, "anna", class_code="7b")
    assert store.run(store.add(SPEC, "A run")).tags == ("7b",)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_is_changed_by_its_owner_only(anna, ben, change):
    status, act = CHANGES[change]
    id = added(anna, status)
    before = anna.run(id)
    act(ben, id)
    assert anna.run(id) == before
    act(anna, id)
    assert anna.run(id) != before


@pytest.mark.parametrize("change", CHANGES)
def test_a_deleted_run_is_not_changed(anna, change):
    id = added(anna, "stopped")
    before = anna.run(id)
    anna.delete(id)
    CHANGES[change][1](anna, id)
    anna.restore(id)
    assert anna.run(id) == before


def test_a_run_is_restored_by_its_owner_only(anna, ben):
    id = added(anna)
    anna.delete(id)
    ben.restore(id)
    assert anna.run(id) is None
    anna.restore(id)
    assert anna.run(id).id == id


def test_the_queue_shows_and_moves_ones_own_runs_only(anna, ben):
    first, other, second = added(anna, "queued"), added(ben, "queued"), added(anna, "queued")
    assert [[run.id for run in runs] for runs in anna.waiting()] == [[first], [second]]
    assert anna.queue() == {(first, 0): 1, (second, 0): 3}
    ben.move(second, 0, -1)
    assert [runs[0].id for runs in ben.of_all_owners().waiting()] == [first, other, second]
    anna.move(second, 0, -1)
    assert [runs[0].id for runs in ben.of_all_owners().waiting()] == [second, other, first]


def test_reading_with_one_connection_shows_the_same(anna, ben):
    hers, his = added(anna), added(ben)
    for store, own, other in ((anna, hers, his), (ben, his, hers)):

        def look(store=store, own=own, other=other):
            assert store.run(own).is_own
            assert not store.run(other).is_own
            assert [run.id for run in store.runs()] == [own]
            assert {run.id for run in store.of_all_owners().runs()} == {hers, his}
            store.pin(own, True)
            assert store.run(own).pinned, "what is written meanwhile is seen"
            return own

        assert store.together(look) == own


def test_the_same_run_can_be_imported_by_each_owner_once(anna, ben):
    result = Result("My own", (EPOCH,), SPEC, created=5.0)
    (hers,), (his,) = anna.add_results([result]), ben.add_results([result])
    assert (anna.add_results([result]), ben.add_results([result])) == ([], [])
    assert ([run.id for run in anna.runs()], [run.id for run in ben.runs()]) == ([hers], [his])
    anna.delete(hers)
    assert ben.add_results([result]) == []
    assert anna.runs() == []
    assert anna.add_results([result]) == [hers], "a deleted one comes back"


def test_a_store_without_an_owner_adds_nothing(anna):
    with pytest.raises(lrlab.store.StoreError, match="owner"):
        anna.of_all_owners().add(SPEC, "Whose?")


def test_a_worker_takes_and_records_the_runs_of_every_owner(anna, ben):
    mine, waiting = added(anna, "queued"), added(ben, "queued")
    (first,), (run,) = anna.claim("w"), anna.claim("w")
    assert (first.id, run.id) == (mine, waiting)
    anna.set_stage(run.id, "Preparing")
    anna.set_data(run.id, "synthetic", "drawn", {})
    assert anna.record(run, EPOCH, Checkpoint(8, b"state"))
    assert anna.checkpoint(run.id) == Checkpoint(8, b"state")
    assert anna.controls([run])[0].stop is False
    by_hand(anna, "UPDATE runs SET started = started - 60")
    assert {run.id for run in anna.abandoned()} == {mine, waiting}
    assert (ben.run(waiting).stage, ben.run(waiting).data, ben.epochs(waiting)) == (
        *("Preparing", "synthetic", [EPOCH]),
    )
    assert anna.finish(run.id, Outcome("completed"), "w")
    assert ben.run(waiting).status == "completed"


def test_the_server_watches_over_the_runs_of_every_owner(anna, ben, monkeypatch):
    monkeypatch.setattr(jobs, "SILENT_SECONDS", 0)
    id = added(ben, "running")
    by_hand(anna, "UPDATE runs SET started = started - 60")
    jobs.watch(anna)
    assert (ben.run(id).status, ben.run(id).message) == (
        *("paused", "The training process of this run has ended."),
    )


def test_a_run_remembers_that_its_rate_was_set_by_hand(anna):
    id = anna.add(SPEC, "A run", "w")
    assert not anna.run(id).has_manual_rate
    anna.record(anna.run(id), ManualRate(0, 0.2))
    assert anna.run(id).has_manual_rate
    assert anna.results([id])[id].has_manual_rate
    (imported,) = anna.add_results([Result("My own", (EPOCH,), has_manual_rate=True)])
    assert anna.run(imported).has_manual_rate
    assert anna.manual_rates(imported) == [], "when it was set is not known"
