"""The store is looked after by a thread of the server: checked at the start, and backed up each hour."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from lrlab.errors import UserError
from lrlab.store import backups, rescue
from lrlab.store.errors import log
from lrlab.store.file import STORE

LOOK_SECONDS = 60.0
_kept: set[Path] = set()
_first = threading.Lock()


def keep(folder: Path) -> None:
    """Check the store in a folder now, if there is one, and back it up when that is due; returns at once."""
    if folder in _kept:
        return
    _kept.add(folder)
    threading.Thread(target=_see_to, args=(rescue.check, folder / STORE), daemon=True).start()
    if _first.acquire(blocking=False):
        threading.Thread(target=_back_up_now_and_then, name="keeper", daemon=True).start()


def _back_up_now_and_then():
    while True:
        time.sleep(LOOK_SECONDS)
        for folder in list(_kept):
            _see_to(backups.back_up_if_due, folder / STORE)


def _see_to(act: Callable[[Path], None], path):
    if rescue.is_missing(path):  # nothing was trained yet, or the next one who opens it sees to that
        return
    try:
        act(path)
    except UserError as error:  # the next time will do
        log(f"{path}: {error}")
