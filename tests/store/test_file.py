"""The store's file: shared by processes, migrated, and left alone where it is not ours to read."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from lrlab.errors import UserError
from lrlab.runs.spec import RunSpec
from lrlab.store import Store, StoreRescued, file
from lrlab.store.schema import MIGRATIONS

SPEC = RunSpec(train_images=300)


def processes(code, count, *arguments):
    """Run the code in `count` processes, all at the time `start`, and return what each printed."""
    code = f"""
import sys, time
from lrlab.store import Store
print("ready", flush=True)
start = float(input())
time.sleep(max(0, start - time.time()))
{code}"""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(count)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    start = time.time() + 0.1
    for process in started:
        process.stdin.write(f"{start}\n")
        process.stdin.flush()
    return [process.communicate(timeout=300)[0].strip() for process in started]


def pragma(path, name):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_of_the_newest_version_and_in_wal_mode(tmp_path):
    path = Store(tmp_path).path
    assert pragma(path, "user_version") == len(MIGRATIONS)
    assert pragma(path, "journal_mode") == "wal"
    Store(tmp_path)
    assert pragma(path, "user_version") == len(MIGRATIONS)


@pytest.mark.slow
def test_processes_that_open_the_same_new_store_at_once_all_succeed(tmp_path):
    code = """
for number in range(20):
    folder = f"{sys.argv[1]}/{number}"
    time.sleep(max(0, start + number / 20 - time.time()))
    try:
        Store(folder).beat(sys.argv[2], 1, "idle")
    except Exception as error:
        print(number, error)
"""
    for number in range(20):
        (tmp_path / str(number)).mkdir()
    assert processes(code, 4, tmp_path) == [""] * 4
    for number in range(20):
        store = Store(tmp_path / str(number))
        assert [store.worker_state(str(worker)) for worker in range(4)] == ["idle"] * 4


def test_processes_that_claim_from_one_queue_share_no_run(tmp_path):
    store = Store(tmp_path)
    ids = [store.add(SPEC, "") for _ in range(20)]
    code = """
store = Store(sys.argv[1])
while runs := store.claim(sys.argv[2]):
    print(runs[0].id)
"""
    claimed = [[int(id) for id in printed.split()] for printed in processes(code, 2, tmp_path)]
    assert sorted(claimed[0] + claimed[1]) == ids
    for worker, mine in enumerate(claimed):
        assert mine == sorted(mine)
        assert all(store.run(id).worker == str(worker) for id in mine)


def test_threads_that_claim_from_one_queue_share_no_run(tmp_path):
    store = Store(tmp_path)
    ids = [store.add(SPEC, "") for _ in range(20)]
    claimed = []

    def claim(worker):
        while runs := store.claim(worker):
            claimed.append(runs[0].id)

    threads = [threading.Thread(target=claim, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == ids


def test_a_file_from_a_newer_version_is_refused_and_left_as_it_is(tmp_path):
    path = Store(tmp_path).path
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(UserError) as caught:
        Store(tmp_path)
    assert f"{path} was written by a newer LR Lab (its version is 99" in str(caught.value)
    assert str(caught.value).endswith("Update LR Lab, or set LRLAB_HOME to another folder.")
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {path.name, "runs.lock"}


def test_a_file_that_is_no_database_is_set_aside(tmp_path):
    path = tmp_path / "runs.sqlite3"
    path.write_text("No database at all. " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreRescued) as caught:
        Store(tmp_path)
    assert str(path) in str(caught.value)
    assert Store(tmp_path).runs() == []
    (aside,) = tmp_path.glob("runs.damaged-*.sqlite3")
    assert aside.read_bytes() == before


def test_a_locked_file_is_said(tmp_path, monkeypatch):
    store = Store(tmp_path)
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.runs() == []  # reading goes on
        with pytest.raises(UserError, match="database is locked"):
            store.add(SPEC, "")
        other.execute("ROLLBACK")
    store.add(SPEC, "")


def test_a_new_file_that_stays_locked_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UserError, match="database is locked"):
            Store(tmp_path)


def test_a_writer_waits_for_its_turn(tmp_path):
    store = Store(tmp_path)
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.execute, args=("COMMIT",))
        release.start()
        assert store.add(SPEC, "") == 1
        release.join()


def test_a_folder_that_is_none_is_said(tmp_path):
    with pytest.raises(UserError, match="unable to open database file"):
        Store(tmp_path / "missing")
