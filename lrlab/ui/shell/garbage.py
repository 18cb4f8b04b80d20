"""Garbage is collected now and then, not after each run of a page."""

import gc
import threading
import time
from functools import cache

COLLECT_SECONDS = 30
_ran = threading.Event()


def collect_later() -> None:
    """Have the garbage of this run of a page collected within COLLECT_SECONDS, by a thread of its own.

    The last line of `ScriptRunner._on_script_finished` in Streamlit 1.67 is `gc.collect(2)`: it holds the
    lock and walks through the state of all sessions, so that each click costs more with each visitor. The
    hidden setting `runner.postScriptGC` in `.streamlit/config.toml` switches it off. Python still collects by
    itself while objects are made; the thread sees to what closed sessions leave behind when few are made.
    """
    _start()
    _ran.set()


@cache
def _start():
    # What the first page has loaded stays in memory, so the collector can skip it.
    gc.collect()
    gc.freeze()
    threading.Thread(target=_collect_now_and_then, name="garbage", daemon=True).start()


def _collect_now_and_then():
    while True:
        _ran.wait()
        time.sleep(COLLECT_SECONDS)
        _ran.clear()
        gc.collect()
