"""A store that is damaged, cut, replaced or removed: what can be read is saved, and nothing is deleted."""

import io
import os
import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.runs.records import Checkpoint, Control, Epoch, Outcome, Steps
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.store import Store, StoreError, StoreRescued, gate, rescue
from lrlab.store.notices import DAMAGED, GONE, Notice, add, dismiss, notices
from lrlab.store.salvage import salvage
from tests.fixtures.write import COMMITS
from tests.store.test_file import processes
from tests.store.test_old_files import folder, told

SPEC = RunSpec(epochs=3, train_images=300, data="synthetic")
PER_EPOCH = SPEC.steps_per_epoch
EPOCH = Epoch(0, 0.5, 0.4, 1.25, 0.5, 1.5, 0.25, 2.0, 3.0, 0.001)
RUNS = 40


def state(size=1000):
    """A checkpoint's state as the engine writes it."""
    written = io.BytesIO()
    np.savez(written, state0=np.random.default_rng(0).normal(size=size))
    return written.getvalue()


def trained(store, status="completed", note="", whole=True):
    """A run with all its records; it is running if that is its status."""
    id = store.add(SPEC, f"Run {status}", "w")
    store.set_data(id, "synthetic", "drawn", {"keras": "3"})
    store.write_note(id, note)
    run = store.run(id)
    for epoch in range(SPEC.epochs):
        steps = np.arange(PER_EPOCH, dtype=np.float32)
        store.record(run, Steps(epoch * PER_EPOCH, steps, steps), replace(EPOCH, epoch=epoch))
    if status != "completed":
        store.record(run, Checkpoint(2 * PER_EPOCH, state()))
    if status != "running":
        store.finish(id, Outcome(status))
    return id


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The file of a store with many runs, each with a long note, on many pages."""
    store = Store(tmp_path_factory.mktemp("filled"))
    for number in range(RUNS):
        trained(store, "stopped" if number % 4 == 0 else "completed", "note " * 300)
    return store.path


@pytest.fixture
def store(filled, tmp_path, monkeypatch):
    """A store of the test's own with many runs."""
    monkeypatch.setattr(rescue, "AGAIN_SECONDS", 0)
    shutil.copy(filled, tmp_path)
    return Store(tmp_path)


def overwrite(path, start, content):
    """Damage a file as a bad disk does."""
    with path.open("r+b") as damaged:
        damaged.seek(start)
        damaged.write(content)


def page_of(store, name):
    """Where the first page of a table is in the file, and the size of a page."""
    with closing(sqlite3.connect(store.path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    return (page - 1) * size, size


def said(store):
    """The one notice beside the store."""
    (notice,) = notices(store.folder).values()
    return notice


def is_rescued(store):
    """The store is sound, its notice is right, and the damaged file is beside it, as private as before."""
    notice, aside = said(store), store.folder / said(store).aside
    assert (notice.kind, notice.runs) == (DAMAGED, len(store.runs(limit=10_000)))
    assert rescue.is_sound(store.path)
    assert {oct(path.stat().st_mode & 0o777) for path in (store.path, aside)} == {"0o600"}
    return notice, aside


def meet(store):
    """Come upon the damage by what pages and workers do."""
    with pytest.raises(StoreRescued, match="was damaged"):
        read_all(store)


def read_all(store):
    store.listed()
    for run in range(1, RUNS + 1):
        store.steps(run)
        store.checkpoint(run)


def test_damage_in_the_middle_costs_only_what_was_there(store):
    before = {run.id: run for run in store.runs()}
    size = store.path.stat().st_size
    damage = b"\xa5" * 8192
    overwrite(store.path, size // 2 // 4096 * 4096, damage)
    rescue.check(store.path)  # as at the start of a server
    _, aside = is_rescued(store)
    assert damage in aside.read_bytes()
    after = {run.id: run for run in store.runs()}
    same = [id for id, run in before.items() if after.get(id) == run]
    assert len(same) > RUNS - 10
    assert all(len(store.epochs(id)) == 3 for id in same)
    assert store.add(SPEC, "next") > max(before)


def test_a_lost_table_of_runs_leaves_their_curves(store):
    overwrite(store.path, *page_of(store, "runs")[:1], b"\0" * 4096)
    meet(store)
    notice, _ = is_rescued(store)
    assert (notice.runs, notice.incomplete) == (RUNS, RUNS)
    found = store.listed()
    assert {entry.epochs for entry in found} == {3}
    assert found[0].run.message.startswith("Its settings are lost. ")


def test_a_file_cut_in_half_keeps_its_first_half(store):
    os.truncate(store.path, store.path.stat().st_size // 2)
    meet(store)
    notice, aside = is_rescued(store)
    assert aside.stat().st_size < store.path.stat().st_size * 2
    assert notice.runs > RUNS // 4
    assert store.run(1).spec == SPEC


def test_a_file_replaced_by_text_is_set_aside_for_an_empty_one(store):
    text = "No database at all. " * 1000
    store.path.write_text(text)
    meet(store)
    notice, aside = is_rescued(store)
    assert (notice.runs, store.runs()) == (0, [])
    assert aside.read_text() == text
    assert store.add(SPEC, "next") == 1


def test_a_text_that_is_none_is_met_by_reading_alone(store):
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE runs SET note = CAST(x'ff41' AS TEXT), tags = '[' WHERE id = 2")
    meet(store)
    assert is_rescued(store)[0].runs == RUNS
    assert (store.run(2).note, store.run(2).tags) == ("\ufffdA", ())


def test_what_stands_in_the_log_only_is_saved_too(tmp_path):
    store = Store(tmp_path)
    trained(store)
    with closing(sqlite3.connect(store.path)) as reader:  # keeps SQLite from emptying the log
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM runs").fetchall()
        id = trained(store)
        assert store.path.with_name("runs.sqlite3-wal").stat().st_size > 0
        files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if "-shm" not in path.name}
    other = tmp_path / "other"
    other.mkdir()
    for name, content in files.items():
        (other / name).write_bytes(content)
    salvage(other / "runs.sqlite3", other / "new.sqlite3")
    (other / "new.sqlite3").rename(store.path)
    assert store.run(id).status == "completed"
    assert len(store.epochs(id)) == 3


def test_a_run_with_a_gap_starts_again_and_one_without_goes_on(store):
    running, stopped = trained(store, "running"), trained(store, "running")
    ended, bad = trained(store), trained(store, "paused")
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("DELETE FROM epochs WHERE run IN (?, ?) AND epoch = 1", (stopped, ended))
        connection.execute("UPDATE checkpoints SET state = zeroblob(5000) WHERE run = ?", (bad,))
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    rescue.check(store.path)
    assert is_rescued(store)[0].incomplete == 2
    assert (store.run(running).status, store.run(running).worker) == ("running", "w")
    assert store.checkpoint(running) == Checkpoint(2 * PER_EPOCH, state())
    assert store.controls([store.run(running)]) == [Control()]
    assert (store.run(stopped).status, store.checkpoint(stopped)) == ("queued", None)
    assert store.run(ended).message.startswith("Some of its records were lost")
    assert (store.run(bad).status, store.run(bad).message, store.checkpoint(bad)) == ("paused", "", None)


def test_updates_behind_a_gap_stay_at_their_steps(store):
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("DELETE FROM steps WHERE run = 1 AND step = ?", (PER_EPOCH,))
    losses = store.steps(1).losses
    assert len(losses) == 3 * PER_EPOCH
    assert np.isnan(losses[PER_EPOCH : 2 * PER_EPOCH]).all()
    assert [losses[0], losses[2 * PER_EPOCH], losses[-1]] == [0, 0, PER_EPOCH - 1]


@pytest.mark.parametrize("version", COMMITS)
def test_a_damaged_file_of_an_older_version_is_read_as_its_own_version(tmp_path, version):
    shutil.copy(folder(version) / "runs.sqlite3", tmp_path)
    path = tmp_path / "runs.sqlite3"
    path.chmod(0o600)
    with path.open("ab") as longer:
        longer.truncate(path.stat().st_size + 40_960)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_status'"
        ).fetchone()
    overwrite(path, (page - 1) * 4096, b"\0" * 4096)
    rescue.check(path)
    store = Store(tmp_path)
    is_rescued(store)
    assert {(run.id, run.name) for run in store.runs()} == {
        (run["id"], run["name"]) for run in told(version)["runs"]
    }


def test_a_damaged_file_of_a_newer_version_is_left_as_it_is(store):
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    overwrite(store.path, page_of(store, "runs")[0], b"\0" * 4096)
    before = store.path.read_bytes()
    with pytest.raises(UserError, match="newer LR Lab"):
        store.runs()
    assert store.path.read_bytes() == before
    assert notices(store.folder) == {}


def test_what_cannot_be_repaired_is_said_and_left_as_it_is(store, monkeypatch):
    overwrite(store.path, page_of(store, "runs")[0], b"\0" * 4096)
    before = store.path.read_bytes()
    monkeypatch.setattr(rescue, "PATIENCE", 0.1)
    with gate.inside(store.path, 1), pytest.raises(StoreError, match="could not be saved: another program"):
        store.runs()
    assert store.path.read_bytes() == before
    with pytest.raises(StoreRescued):
        store.runs()


def test_a_disk_that_damages_every_file_is_not_filled(store, monkeypatch):
    monkeypatch.setattr(rescue, "AGAIN_SECONDS", 10)
    store.path.write_text("No database")
    meet(store)
    store.path.write_text("Again")
    with pytest.raises(StoreError, match="damaged again"):
        store.runs()
    assert store.path.read_text() == "Again"
    assert len(notices(store.folder)) == 1


def test_the_store_is_rescued_once_by_all_threads(store):
    overwrite(store.path, page_of(store, "runs")[0], b"\0" * 4096)
    errors = []

    def read():
        try:
            store.runs()
        except StoreRescued as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors
    is_rescued(store)


@pytest.mark.slow
def test_the_store_is_rescued_once_by_all_processes(store):
    overwrite(store.path, page_of(store, "runs")[0], b"\0" * 4096)
    code = """
from lrlab.store import StoreRescued
for _ in range(20):
    try:
        Store(sys.argv[1]).beat(sys.argv[2], 1, "idle")
        Store(sys.argv[1]).runs()
    except StoreRescued:
        pass
"""
    assert processes(code, 4, store.folder) == [""] * 4
    is_rescued(store)
    assert [store.worker_state(str(worker)) for worker in range(4)] == ["idle"] * 4


def test_a_process_that_is_killed_before_the_saved_runs_took_their_place_loses_none(store):
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    salvage(store.path, store.folder / "runs.new")
    store.path.rename(store.folder / "runs.damaged.sqlite3")
    assert len(Store(store.folder).runs()) == RUNS
    assert not (store.folder / "runs.new").exists()


def test_a_store_that_is_gone_is_made_anew_and_said(store):
    store.path.unlink()
    with pytest.raises(StoreRescued, match="was gone"):
        store.runs()
    assert (said(store).kind, store.runs()) == (GONE, [])
    assert store.add(SPEC, "next") == 1


def test_a_store_that_was_removed_between_two_starts_is_said(store):
    store.path.unlink()
    code = """
from lrlab.store.notices import notices
store = Store(sys.argv[1])
print(*[notice.kind for notice in notices(store.folder).values()], store.runs())
"""
    assert processes(code, 1, store.folder) == ["gone []"]


def test_a_folder_that_is_gone_is_made_anew_and_said(store):
    shutil.rmtree(store.folder)
    with pytest.raises(StoreRescued, match="was gone"):
        store.add(SPEC, "lost")
    assert (said(store).kind, store.runs()) == (GONE, [])
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_a_new_store_is_no_event(tmp_path):
    Store(tmp_path)
    assert notices(tmp_path) == {}


def test_imported_curves_are_not_called_incomplete(store):
    store.add_results([Result("From a log", (EPOCH, replace(EPOCH, epoch=4)))])
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    rescue.check(store.path)
    assert is_rescued(store)[0].incomplete == 0


def test_a_notice_stays_until_it_is_dismissed(tmp_path):
    first, second = (Notice(DAMAGED, 5.0, runs) for runs in (3, 4))
    paths = [add(tmp_path, notice) for notice in (first, second)]
    assert [*notices(tmp_path).items()] == [*zip(paths, (first, second), strict=True)]
    dismiss(paths[0])
    dismiss(paths[0])
    (tmp_path / "notice-2.json").write_text("")  # as after a power failure
    assert [*notices(tmp_path).values()] == [second]
