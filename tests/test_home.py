"""What LR Lab keeps is for its user alone."""

import os
import stat

import pytest

from lrlab.home import home
from lrlab.runs.spec import RunSpec
from lrlab.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at modes that only POSIX systems have")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_reads_the_folder_and_the_store(tmp_path, monkeypatch):
    before = os.umask(0)
    try:
        monkeypatch.setenv("LRLAB_HOME", str(tmp_path / "new" / "home"))
        store = Store()
        store.add(RunSpec(), "private")
        with store._connection() as connection:
            connection.execute("UPDATE runs SET note = 'private'")
            modes = {file.name: mode(file) for file in home().iterdir()}
        assert mode(home()) == 0o700
        names = ("runs.sqlite3", "runs.sqlite3-wal", "runs.sqlite3-shm", "runs.lock")
        assert modes == dict.fromkeys(names, 0o600)
    finally:
        os.umask(before)


def test_the_mode_of_a_folder_that_was_there_stays(tmp_path, monkeypatch):
    """It may hold more than LR Lab's files."""
    tmp_path.chmod(0o755)
    monkeypatch.setenv("LRLAB_HOME", str(tmp_path))
    Store()
    assert mode(tmp_path) == 0o755
    assert mode(tmp_path / "runs.sqlite3") == 0o600
