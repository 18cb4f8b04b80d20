"""Backups: two, an hour apart, of a sound store that has changed; and the way back to one."""

import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from lrlab.runs.records import Control
from lrlab.store import Store, StoreError, backups, keeper, rescue
from lrlab.store.notices import DAMAGED, WENT_BACK, notices
from tests.store.test_rescue import SPEC, overwrite, page_of, trained
from tests.test_jobs import wait_for

HOUR = 3600


@pytest.fixture
def store(tmp_path):
    """A store with one run that was first opened an hour ago."""
    store = Store(tmp_path)
    trained(store)
    pass_an_hour(store)
    return store


def pass_an_hour(store):
    """Have the store and its backups be an hour older."""
    for path in (store.path.with_suffix(".lock"), *files(store)):
        at = path.stat().st_mtime - HOUR
        os.utime(path, (at, at))


def files(store):
    return sorted(store.folder.glob("runs.backup-*"))


def back_up(store):
    backups.back_up_if_due(store.path)
    return [path.name for path in files(store)]


def test_a_backup_is_made_each_hour_that_something_changed_and_two_are_kept(store):
    assert back_up(store) == ["runs.backup-1.sqlite3"]
    trained(store)
    assert back_up(store) == ["runs.backup-1.sqlite3"], "it is not an hour old"
    pass_an_hour(store)
    assert back_up(store) == ["runs.backup-1.sqlite3", "runs.backup-2.sqlite3"]
    pass_an_hour(store)
    store.beat("w", 1, "idle")
    assert back_up(store) == ["runs.backup-1.sqlite3", "runs.backup-2.sqlite3"], "nothing has changed"
    store.write_note(1, "changed")
    pass_an_hour(store)
    assert back_up(store) == ["runs.backup-2.sqlite3", "runs.backup-3.sqlite3"]
    assert {path.stat().st_mode & 0o777 for path in files(store)} == {0o600}
    newest = backups.newest(store.path)
    assert (newest.path, newest.runs) == (files(store)[-1], 2)
    assert abs(newest.at - time.time()) < 60


def test_a_new_store_has_no_backup_before_an_hour_has_passed(tmp_path):
    store = Store(tmp_path)
    trained(store)
    assert back_up(store) == []
    assert backups.newest(store.path) is None


def test_a_clock_that_was_set_back_stops_no_backups(store):
    back_up(store)
    trained(store)
    ahead = time.time() + 86_400
    os.utime(files(store)[0], (ahead, ahead))
    assert back_up(store) == ["runs.backup-1.sqlite3", "runs.backup-2.sqlite3"]
    assert backups.newest(store.path).runs == 2


def test_a_backup_holds_one_moment_although_others_write(store, monkeypatch):
    monkeypatch.setattr(backups, "PAGES", 1)
    ended, written = threading.Event(), []

    def write():
        while not ended.is_set():
            written.append(store.add(SPEC, "more"))

    thread = threading.Thread(target=write)
    thread.start()
    wait_for(lambda: written)
    back_up(store)
    count = len(written)
    ended.set()
    thread.join()
    assert rescue.is_sound(files(store)[0])
    assert 0 < backups.newest(store.path).runs <= count + 1
    assert store.runs()[0].id == written[-1]


def test_of_a_damaged_store_there_is_no_backup_but_it_is_rescued(store):
    back_up(store)
    store.add(SPEC, "changed")
    pass_an_hour(store)
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    assert back_up(store) == ["runs.backup-1.sqlite3"]
    (notice,) = notices(store.folder).values()
    assert (notice.kind, notice.runs) == (DAMAGED, 2)
    assert rescue.is_sound(store.path)


def test_going_back_sets_the_store_aside_and_pauses_what_ran(store):
    running = trained(store, "running")
    run = store.run(running)
    back_up(store)
    later = trained(store)
    backup = backups.newest(store.path)
    backups.go_back(store.path, backup.path)
    assert [run.id for run in store.runs()] == [running, 1]
    assert (store.run(running).status, store.run(running).message) == ("paused", backups.PAUSED)
    assert store.controls([run]) == [Control(stop=True)], "its worker leaves it"
    (notice,) = notices(store.folder).values()
    assert (notice.kind, notice.runs, notice.backup) == (WENT_BACK, 2, backup.at)
    with closing(sqlite3.connect(store.folder / notice.aside)) as before:
        assert before.execute("SELECT max(id) FROM runs").fetchone() == (later,)
    assert backup.path.exists()
    store.go_on(running)
    assert [run.id for run in store.claim("another")] == [running]


def test_going_back_to_a_backup_that_is_gone_changes_nothing(store):
    back_up(store)
    backup = backups.newest(store.path)
    backup.path.unlink()
    with pytest.raises(StoreError, match="The backup could not be taken"):
        backups.go_back(store.path, backup.path)
    assert [run.id for run in store.runs()] == [1]
    assert notices(store.folder) == {}
    assert {path.name for path in store.folder.iterdir()} == {"runs.sqlite3", "runs.lock", "backups.lock"}


def test_going_back_waits_for_those_who_write(store, monkeypatch):
    monkeypatch.setattr(backups, "PATIENCE", 0.1)
    back_up(store)
    backup = backups.newest(store.path).path
    with store._transaction() as connection:
        connection.execute("UPDATE runs SET note = 'written'")
        with pytest.raises(StoreError, match="another program uses it"):
            backups.go_back(store.path, backup)
    assert store.run(1).note == "written"


def test_a_server_checks_at_its_start_and_makes_the_backups(store, monkeypatch):
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.05)
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    keeper.keep(store.folder)
    wait_for(lambda: notices(store.folder))
    wait_for(lambda: files(store))
    assert rescue.is_sound(files(store)[0])
