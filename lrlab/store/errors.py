"""The errors of the store."""

import sqlite3
from contextlib import contextmanager

from lrlab.errors import UserError
from lrlab.store.gate import Busy

REMEDY = "Close other programs that use this file, free some disk space, or set LRLAB_HOME to another folder."


class StoreError(UserError):
    """The file cannot be read or written now: it is locked, for example, or the disk is full."""


class StoreRescued(StoreError):
    """The file was damaged or gone, and can be used again now. A notice beside it says what happened."""


@contextmanager
def refused(what: str):
    """Say by a StoreError what could not be done, and why; also as a decorator."""
    try:
        yield
    except (sqlite3.Error, OSError, Busy) as error:
        raise StoreError(f"{what}: {error}. {REMEDY}") from error
