"""The gate before the store's file: all who use the file are inside together, and who replaces it is alone.

SQLite's own locks are of no use for that: they are on the file that goes, not on the one that comes.
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

POLL_SECONDS = 0.01
MADE = b"The store beside this file was made.\n"


class Busy(Exception):
    """Others were inside for too long."""


@contextmanager
def inside(path: Path, seconds: float, alone: bool = False):
    """Be inside; raises Busy after so many seconds. With `alone`, nobody else in any process is inside.

    In a folder that cannot be written nobody replaces a file: then there is no gate, and to be alone there
    raises OSError.
    """
    file = _opened(path, alone)
    if file is None:
        yield
        return
    try:
        until = time.monotonic() + seconds
        while not _locked(file, alone):
            if time.monotonic() > until:
                raise Busy("it is being repaired" if not alone else "another program uses it")
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(file)


def was_made(path: Path) -> bool:
    """Whether there was a store once, even if it is gone."""
    return holds(_gate(path))


def holds(path: Path) -> bool:
    """Whether there is a file with something in it; not, if one may not look into its folder."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def made(path: Path) -> None:
    """Remember that there is a store, and since when."""
    if not was_made(path):
        _gate(path).write_bytes(MADE)


def since(path: Path) -> float:
    """When the store was first opened, in seconds since 1970."""
    return _gate(path).stat().st_mtime


def _gate(path):
    return path.with_suffix(".lock")


def _opened(path, alone):
    try:
        return os.open(_gate(path), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        if alone:
            raise
        return None


def _locked(file, alone):
    try:
        if sys.platform != "win32":
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        elif alone:  # Windows itself refuses to replace a file that is in use
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    except BlockingIOError:
        return False
    except PermissionError:
        if sys.platform != "win32":
            raise
        return False
    return True
