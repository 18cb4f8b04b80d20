"""A full disk and a folder that cannot be written: reading goes on, and what is not written is said."""

import os

import pytest

from lrlab.store import Store, StoreError, backups, errors, rescue
from lrlab.store.notices import notices
from tests.store.test_rescue import SPEC, overwrite, page_of, trained

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits what a process may write")

if os.name == "posix":
    from tests.unwritable import full_disk, read_only


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    trained(store)
    return store


def reads(store):
    """All that was written can be read, also by a program that opens the store now."""
    assert Store(store.folder).run(1).status == "completed"
    assert [entry.epochs for entry in store.listed()] == [3]
    assert len(store.steps(1).losses) == 3 * SPEC.steps_per_epoch


def test_a_full_disk(store, monkeypatch):
    with full_disk():
        reads(store)
        with pytest.raises(StoreError, match=r"disk.*free some disk space"):
            store.add(SPEC, "more")
        monkeypatch.setattr(errors, "LEAST_BYTES", 1 << 60)
        with pytest.raises(StoreError, match="cannot be used: the disk is full"):
            store.write_note(1, "more")
    reads(store)
    assert store.add(SPEC, "more") == 2


def test_a_full_disk_keeps_a_damaged_store_as_it_is(store):
    overwrite(store.path, page_of(store, "sqlite_autoindex_manual_rates_1")[0], b"\0" * 4096)
    before = store.path.read_bytes()
    with full_disk(), pytest.raises(StoreError, match="could not be"):
        rescue.check(store.path)
    assert store.path.read_bytes() == before
    assert notices(store.folder) == {}
    rescue.check(store.path)
    reads(store)


def test_a_full_disk_gets_no_half_backup(store):
    os.utime(store.path.with_suffix(".lock"), (0, 0))
    with full_disk(), pytest.raises(StoreError, match="could not be backed up"):
        backups.back_up_if_due(store.path)
    assert {path.name for path in store.folder.iterdir()} <= {
        *("runs.sqlite3", "runs.sqlite3-wal", "runs.sqlite3-shm", "runs.lock", "backups.lock"),
    }
    backups.back_up_if_due(store.path)
    assert backups.newest(store.path).runs == 1


def test_a_folder_that_cannot_be_written(store):
    with read_only(store.folder):
        reads(store)
        with pytest.raises(StoreError, match=f"{store.folder} cannot be written"):
            store.add(SPEC, "more")
    assert store.add(SPEC, "more") == 2
