"""Garbage is collected now and then by a thread, because Streamlit's own way costs more with each visitor."""

import gc
import inspect
import threading
import tomllib
import weakref
from pathlib import Path

from streamlit import config
from streamlit.runtime.scriptrunner import script_runner

from lrlab.ui.shell import garbage

SETTINGS = Path(__file__).parents[2] / ".streamlit/config.toml"
PATIENCE = 60


class Ring:
    """What only the collector can free."""

    def __init__(self):
        self.itself = self


def test_streamlit_still_collects_after_each_run_unless_told_not_to():
    """If this fails, Streamlit has changed: see whether `garbage.py` and its setting are still needed."""
    source = inspect.getsource(script_runner.ScriptRunner)
    assert 'if config.get_option("runner.postScriptGC"):\n            gc.collect(2)' in source
    assert source.count("gc.collect") == 1
    default = config._config_options_template["runner.postScriptGC"].default_val
    assert default is True
    assert tomllib.loads(SETTINGS.read_text())["runner"]["postScriptGC"] is False


def test_after_a_run_what_it_leaves_is_collected_by_one_thread(monkeypatch):
    monkeypatch.setattr(garbage, "COLLECT_SECONDS", 0.01)
    garbage._start()
    gc.disable()
    try:
        for _ in range(2):
            left, collected = Ring(), threading.Event()
            gone = weakref.finalize(left, collected.set)
            del left
            assert gone.alive
            garbage.collect_later()
            assert collected.wait(PATIENCE)
    finally:
        gc.enable()
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "garbage"]
    assert thread.daemon
