"""Runs, their epochs and the workers, in one SQLite file."""

from lrlab.store.runs import Run, Store

__all__ = ["Run", "Store"]
