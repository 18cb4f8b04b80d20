"""Garbage is collected now and then by a thread, because Streamlit's own way costs more with each visitor."""

import gc
import threading
import tomllib
import weakref
from pathlib import Path

from streamlit import config
from streamlit.testing.v1 import AppTest

from lrlab.ui.shell import garbage

SETTINGS = Path(__file__).parents[2] / ".streamlit/config.toml"
SETTING = "runner.postScriptGC"
PATIENCE = 60


class Ring:
    """What only the collector can free."""

    def __init__(self):
        self.itself = self


def collections(value):
    """How often Streamlit itself collects in a run of a script, with that value of its setting."""
    whole = []
    before = config.get_option(SETTING)

    def note(phase, info):
        whole.extend([phase] * (phase == "start" and info["generation"] == 2))

    config._set_option(SETTING, value, "the test")
    gc.callbacks.append(note)
    gc.disable()
    try:
        AppTest.from_string("import streamlit as st; st.write(1)").run(timeout=PATIENCE)
    finally:
        gc.enable()
        gc.callbacks.remove(note)
        config._set_option(SETTING, before, "the test")
    return len(whole)


def test_streamlit_collects_after_each_run_unless_told_not_to():
    """If it no longer does by default, `garbage.py` and its setting are no longer needed."""
    default = config._config_options_template[SETTING].default_val
    assert collections(default) == 1
    assert collections(tomllib.loads(SETTINGS.read_text())["runner"]["postScriptGC"]) == 0


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
