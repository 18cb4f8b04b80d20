"""Runs, their records, the queue and the workers, in one SQLite file."""

from lrlab.store.file import StoreError
from lrlab.store.library import Library, Listed
from lrlab.store.queue import Queue
from lrlab.store.runs import Run, Runs
from lrlab.store.workers import Workers

__all__ = ["Listed", "Run", "Store", "StoreError"]


class Store(Runs, Queue, Library, Workers):
    """All stored data, in the file `runs.sqlite3` of a folder. The default folder is LR Lab's home."""
