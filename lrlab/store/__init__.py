"""Runs, their records, the queue and the workers, in one SQLite file."""

from lrlab.store.errors import StoreError, StoreRescued
from lrlab.store.file import STORE
from lrlab.store.library import Library, Listed
from lrlab.store.queue import Queue
from lrlab.store.runs import CurvesOnly, Run, StoredRun, UnreadableRun, spec_of
from lrlab.store.sweeps import Sweeps
from lrlab.store.workers import Workers

__all__ = [
    "STORE",
    "CurvesOnly",
    "Listed",
    "Run",
    "Store",
    "StoreError",
    "StoreRescued",
    "StoredRun",
    "UnreadableRun",
    "spec_of",
]


class Store(Sweeps, Queue, Library, Workers):
    """All stored data, in the file `runs.sqlite3` of a folder. The default folder is LR Lab's home."""
