"""`lrlab class` serves a class: in public mode, with the addresses and a QR code printed."""

import re
import signal
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from lrlab.cli.main import main
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def served(home, tmp_path):
    """A function that serves a class; returns the process and what it has printed when it is up."""
    running = []

    def serve(*arguments):
        log = tmp_path / f"{len(running)}.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "lrlab", "class", *arguments]
            process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        running.append(process)
        until = time.monotonic() + 120
        while "view your Streamlit app" not in log.read_text() and time.monotonic() < until:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        return process, log.read_text()

    yield serve
    for process in running:
        process.kill()
        process.wait()


def addresses(said):
    student, teacher = re.findall(r"^(?:Students|The teacher) opens? +(\S+)$", said, re.MULTILINE)
    return urlsplit(student), urlsplit(teacher)


def test_a_class_is_served_at_the_printed_addresses(served, home):
    process, said = served("--code", "7b & c")
    student, teacher = addresses(said)
    assert student[:3] == teacher[:3]
    assert parse_qs(student.query) == {"class": ["7b & c"]}
    query = parse_qs(teacher.query)
    assert (query["class"], len(query["key"][0])) == (["7b & c"], 32)
    assert "█" in said
    assert "External" not in said
    assert requests.get(f"http://{student.netloc}/_stcore/health", timeout=20).ok
    assert (home / "teacher").stat().st_mode & 0o777 == 0o600
    process.send_signal(signal.SIGINT)
    assert process.wait(10) is not None
    _, again = served()
    assert addresses(again)[1].query.endswith(f"key={query['key'][0]}"), "the teacher's key stays"


def test_a_secret_that_can_be_guessed_is_refused_before_anything_is_served(home, capsys, monkeypatch):
    monkeypatch.setenv("LRLAB_TEACHER", "short")
    assert main(["class"]) == 2
    assert "must have at least 16 characters" in capsys.readouterr().err


def test_a_class_has_a_code_that_can_be_a_tag(home, capsys):
    assert main(["class", "--code", "x" * 25]) == 2
    assert "A class code must have 1 to 24 printable characters" in capsys.readouterr().err
