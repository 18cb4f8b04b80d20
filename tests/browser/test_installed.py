"""The installed dashboard, served by `lrlab app` from an empty folder, is that of `make run`."""

import tomllib

import pytest

from tests.browser import test_explore
from tests.browser.conftest import ROOT, serving
from tests.test_package import build, install_beside_these_packages
from tests.ui.test_start import settings_as_started, settings_as_written

pytestmark = [pytest.mark.browser, pytest.mark.proof]
TRANSFERRED = """() => performance.getEntriesByType('resource')
    .filter(entry => entry.name.includes('plotly-')).map(entry => entry.transferSize)"""
STYLE = "name => getComputedStyle(document.querySelector('.lrlab-chart')).getPropertyValue(name).trim()"


def files(folder):
    return {file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts}


@pytest.fixture
def address(home, tmp_path, monkeypatch):
    """A server of the package alone. Afterwards its files are in the user's cache, and nowhere else."""
    command = install_beside_these_packages(tmp_path / "venv", build(tmp_path))
    before = files(tmp_path / "venv")
    for name in ("LRLAB_HOME", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    for name in ("cache", "data"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / "user" / name))
    empty = tmp_path / "empty"
    empty.mkdir()

    def app(port):
        return [command, "app", "--port", str(port), "--address", "127.0.0.1", "--no-browser"]

    assert settings_as_started(empty, command.with_name("python")) == settings_as_written()
    with serving(tmp_path, command=app, cwd=empty) as (address, _):
        yield address
    assert files(tmp_path / "venv") == before
    assert not [*empty.iterdir()]
    scripts = tmp_path / "user/cache/lrlab/scripts"
    assert {file.name.split("-")[0] for file in scripts.iterdir()} == {"chart", "plotly"}


def test_the_installed_dashboard_has_live_curves_theme_and_settings(address, open_page):
    page = open_page(address)
    test_explore.wait_until_drawn(page)
    test_explore.test_the_curve_follows_the_thumb_while_it_is_dragged(page)
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]["light"]
    assert page.evaluate(STYLE, "--st-primary-color") == theme["primaryColor"]
    assert page.evaluate(STYLE, "--st-text-color") == theme["textColor"]
    assert page.get_by_test_id("stAppDeployButton").count() == 0

    assert page.evaluate(TRANSFERRED)[0] > 1_000_000
    page.reload()
    test_explore.wait_until_drawn(page)
    assert page.evaluate(TRANSFERRED) == [0]  # it comes out of the browser's cache
