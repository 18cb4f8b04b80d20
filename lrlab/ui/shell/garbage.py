"""Garbage is collected now and then, not after each run of a page; so are the sessions that were left."""

import gc
import threading
import time
from contextlib import suppress
from functools import cache
from typing import Any, cast

from streamlit import runtime

from lrlab.memory import give_back

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
        if not close_left_sessions():
            _ran.clear()
        gc.collect()
        give_back()


def close_left_sessions() -> int:
    """Close the sessions whose browser has not come back in time; returns how many can still come back.

    Streamlit looks at these only when another browser leaves: until then each keeps its state, the files that
    were uploaded to it, and three open files.
    """
    server = runtime.get_instance() if runtime.exists() else None
    if type(server) is not runtime.Runtime:  # AppTest has something in its place
        return 0
    kept = cast(Any, server._session_mgr)._session_storage._cache

    def close():
        for _, left in kept.expire():
            left.session.shutdown()

    with suppress(RuntimeError):  # the server has ended
        server._get_async_objs().eventloop.call_soon_threadsafe(close)
    return len(kept._data)
