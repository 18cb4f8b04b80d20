"""The errors of the store."""

import os
import shutil
import sqlite3
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

from lrlab.errors import UserError
from lrlab.store.gate import Busy

REMEDY = "Close other programs that use this file, free some disk space, or set LRLAB_HOME to another folder."


class StoreError(UserError):
    """The file cannot be read or written now: it is locked, for example, or the disk is full."""


class StoreRescued(StoreError):
    """The file was damaged or gone, and can be used again now. A notice beside it says what happened."""


def log(words: str) -> None:
    """Say something in the log of this process, if it can be written: it may be on the disk that is full."""
    with suppress(OSError):
        print(words, file=sys.stderr, flush=True)


UNWRITABLE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
LEAST_BYTES = 100_000


def is_unwritable(error: BaseException | None) -> bool:
    """Whether an error of SQLite may come from a disk that is full or that cannot be written."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in UNWRITABLE


def reason(error: BaseException, folder: Path) -> str:
    """Why a store in this folder cannot be used, in words."""
    if is_unwritable(error) and folder.exists():
        if not os.access(folder, os.W_OK):
            return f"{folder} cannot be written"
        if shutil.disk_usage(folder).free < LEAST_BYTES:
            return "the disk is full"
    return str(error)


@contextmanager
def refused(what: str):
    """Say by a StoreError what could not be done, and why; also as a decorator."""
    try:
        yield
    except (sqlite3.Error, OSError, Busy) as error:
        raise StoreError(f"{what}: {error}. {REMEDY}") from error
