"""What happens to a run in training when the store or a folder goes wrong, with real worker processes."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lrlab import jobs
from lrlab.store import Store, StoreError, rescue
from lrlab.store.notices import DAMAGED, GONE, notices
from tests.store.test_rescue import overwrite, page_of
from tests.test_crashes import results
from tests.test_jobs import SHORT, SOME, ended, train, wait_for, worker_of

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(os.name != "posix", reason="replaces files that are open"),
]

RUN = replace(SOME, epochs=30)
SERVER = """
import sys, time
from lrlab import jobs
from lrlab.store import Store, StoreError
while True:
    try:
        jobs.watch(Store(sys.argv[1]))
    except StoreError as error:
        print(error, flush=True)
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One store for the module, so that its worker is shared."""
    store = Store(tmp_path_factory.mktemp("home"))
    yield store
    jobs.shut_down(Store(store.folder))


@pytest.fixture(scope="module")
def calm(shared):
    """What a run computes that nothing befalls."""
    id = train(shared, RUN)
    assert ended(shared, id).status == "completed"
    return results(shared, id)


@pytest.fixture
def store(shared, monkeypatch):
    monkeypatch.setattr(rescue, "AGAIN_SECONDS", 0)
    for path in notices(shared.folder):
        path.unlink()
    return shared


def patiently(look):
    """What a page does that is refreshed: look again after an error."""

    def again():
        try:
            return look()
        except StoreError:
            return None

    return again


def damage(store, part):
    """Overwrite a page until somebody has met it: SQLite may have just written this page itself."""
    place, size = page_of(store, part)

    def is_met():
        overwrite(store.path, place, b"\0" * size)
        return wait_for_notice(store, 1)

    wait_for(is_met)


def wait_for_notice(store, seconds):
    until = time.monotonic() + seconds
    while not (found := notices(store.folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("part", ["runs_by_status", "steps"])
def test_a_run_goes_on_to_the_same_end_when_the_store_is_damaged(store, calm, part):
    """An index costs nothing. Where records are lost, the run starts again."""
    race = train(store, RUN)
    wait_for(lambda: store.checkpoint(race))
    worker = worker_of(store)
    damage(store, part)
    wait_for(patiently(lambda: not store.run(race).active))
    found = {notice.kind for notice in notices(store.folder).values()}
    assert found == {DAMAGED}
    assert (results(store, race), worker_of(store)) == (calm, worker)


def test_a_worker_leaves_a_run_that_is_gone_with_the_store_and_trains_the_next(store):
    lost = train(store, RUN)
    worker = worker_of(store)
    store.path.unlink()
    wait_for(patiently(lambda: notices(store.folder) and store.run(lost) is None))
    assert [notice.kind for notice in notices(store.folder).values()] == [GONE]
    id = store.add(SHORT, "the next")
    assert ended(store, id).status == "completed"
    assert worker_of(store) == worker


def test_a_worker_does_the_same_when_the_whole_folder_is_gone(store):
    train(store, RUN)
    worker = worker_of(store)
    shutil.rmtree(store.folder)
    wait_for(patiently(lambda: notices(store.folder)))
    id = Store(store.folder).add(SHORT, "the next")
    assert ended(store, id).status == "completed"
    assert worker_of(store) == worker


def test_two_servers_share_a_store_that_is_damaged_meanwhile(tmp_path):
    store = Store(tmp_path)
    ids = [store.add(replace(RUN, epochs=15), f"run {number}") for number in range(2)]
    servers = [subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path)]) for _ in range(2)]
    try:
        wait_for(lambda: len({run.worker for run in store.runs(("running",))}) == 2)
        damage(store, "runs_by_status")
        wait_for(patiently(lambda: all(store.run(id).status == "completed" for id in ids)))
    finally:
        for server in servers:
            server.kill()
            server.wait()
    assert len({store.run(id).worker for id in ids}) == 2
    first, second = (results(store, id) for id in ids)
    assert first == second
