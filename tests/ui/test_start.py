"""`lrlab app` has the settings of `.streamlit/config.toml`, from whatever folder it is started."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Streamlit's own command line, up to the start of the server.
START = """
import json, sys
from streamlit import config
from streamlit.web import bootstrap
bootstrap.run = lambda *given: print(json.dumps({name: config.get_option(name) for name in sys.argv[1:]}))
from lrlab.ui.shell.start import start
start(browser=False)
"""


def settings_as_written():
    """The settings of the server and of the scripts in the file."""
    written = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    sections = ("server", "runner", "client", "browser")
    return {f"{section}.{name}": value for section in sections for name, value in written[section].items()}


def settings_as_started(folder, python=sys.executable, **environment):
    """The same settings of a dashboard that is started in a folder."""
    command = [python, "-c", START, *settings_as_written()]
    done = subprocess.run(command, cwd=folder, env=environment or None, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_settings_hold_in_any_folder(tmp_path):
    started = settings_as_started(tmp_path, PYTHONPATH=str(ROOT), HOME=str(tmp_path))
    assert started == settings_as_written()
    assert started["runner.postScriptGC"] is False
    assert started["server.disconnectedSessionTTL"] < 120
