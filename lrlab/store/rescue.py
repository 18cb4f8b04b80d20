"""A damaged store: what can be read of it takes its place, and the damaged file is set aside beside it."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from lrlab.store import gate
from lrlab.store.errors import refused
from lrlab.store.notices import DAMAGED, GONE, Notice, add, dismiss, stamp, unused
from lrlab.store.salvage import reading, salvage
from lrlab.store.schema import migrate

PATIENCE = 20.0  # seconds, until others have done with the file
AGAIN_SECONDS = 10.0  # a disk that damages a new file at once would be filled with the damaged ones
BESIDE = ("-wal", "-shm", "")  # SQLite's files, the main one last
_repaired: dict[Path, float] = {}  # when this process did so last, by time.monotonic()


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error says that the file itself is damaged, or is no database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the code says where
    # Python itself raises the second one, for text that is none.
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "Could not decode" in str(error)


def is_sound(path: Path, every_index: bool = True) -> bool:
    """Whether every page, row and text of a file can be read, and is in its place in every index.

    Without `every_index`, the indexes are not compared with the rows, which takes less time.
    """
    check = "integrity_check" if every_index else "quick_check"
    try:
        with closing(reading(path)) as connection:
            connection.execute("PRAGMA writable_schema = OFF")
            connection.text_factory = str
            connection.execute("SELECT * FROM runs").fetchall()
            return connection.execute(f"PRAGMA {check}(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


@refused("The file of the runs could not be checked")
def check(path: Path) -> None:
    """Look for damage that nobody has met yet, and rescue what can be read.

    Raises StoreError if that is not possible, and UserError for a file of a newer version.
    """
    with gate.inside(path, PATIENCE):
        sound = is_sound(path, every_index=False)
    if not sound:
        rescue(path)


@refused("The file of the runs is damaged, and what can be read of it could not be saved")
def rescue(path: Path) -> None:
    """Have what can be read of a damaged store take its place, with a notice of it.

    Only one process does it: where another one has done it already, nothing is changed. Raises StoreError
    if it is not possible, and UserError for a file of a newer version; then everything stays as it is.
    """
    with gate.inside(path, PATIENCE, alone=True):
        if is_sound(path):
            return
        if was_repaired(path):
            raise OSError("it was damaged again right after it was repaired")
        with new_file(path) as new:
            saved = salvage(path, new)
            now = time.time()
            aside = free_name(path, "damaged", now)
            notice = Notice(DAMAGED, now, saved.runs, saved.incomplete, aside.name)
            take_place(path, new, aside, notice)
        _repaired[path] = time.monotonic()


def is_missing(path: Path) -> bool:
    """Whether there is no file, or one with nothing in it, as SQLite makes it for a reader."""
    return not gate.holds(path)


@refused("The file of the runs is gone, and no new one could be made")
def make_anew(path: Path) -> None:
    """Make an empty store where there was one, with a notice of it; only one process does it.

    Raises StoreError if it is not possible.
    """
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    with gate.inside(path, PATIENCE, alone=True):
        if not is_missing(path):
            return
        with suppress(sqlite3.Error):  # what a process has saved that was killed before it took its place
            if is_sound(path.with_suffix(".new")):
                os.rename(path.with_suffix(".new"), path)
                return
        path.unlink(missing_ok=True)  # there is nothing in it
        now = time.time()
        with new_file(path) as new:
            with closing(sqlite3.connect(new, isolation_level=None)) as connection:
                migrate(connection, new)
            take_place(path, new, free_name(path, "gone", now), Notice(GONE, now))
        _repaired[path] = time.monotonic()


def was_repaired(path: Path) -> bool:
    """Whether this process has repaired the store within the last ten seconds."""
    return path in _repaired and time.monotonic() - _repaired[path] < AGAIN_SECONDS


class new_file:
    """The name for a new file; what is left of it afterwards is deleted. For one process at a time."""

    def __init__(self, path: Path):
        self.path = path.with_suffix(".new")

    def __enter__(self) -> Path:
        self._clear()  # what a process that was killed has left
        return self.path

    def __exit__(self, *error):
        self._clear()

    def _clear(self):
        for ending in BESIDE:
            Path(f"{self.path}{ending}").unlink(missing_ok=True)


def free_name(path: Path, word: str, at: float) -> Path:
    """A name for a file that is set aside."""
    return unused(path.with_name(f"runs.{word}-{stamp(at)}.sqlite3"))


def take_place(path: Path, new: Path, aside: Path, notice: Notice) -> None:
    """Set the store aside under another name, and have a new file take its place; needs to be alone."""
    said = add(path.parent, notice)
    try:
        for ending in BESIDE:
            if os.path.lexists(f"{path}{ending}"):
                os.rename(f"{path}{ending}", f"{aside}{ending}")
        if not gate.holds(Path(f"{aside}-wal")):
            for ending in ("-wal", "-shm"):
                Path(f"{aside}{ending}").unlink(missing_ok=True)
        os.rename(new, path)
    except OSError:
        dismiss(said)
        raise
