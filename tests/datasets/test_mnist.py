"""MNIST's file: found in Keras's cache, downloaded, and never taken for the original if it is not."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lrlab.datasets import catalogue, mnist
from lrlab.datasets.built_in import Files
from lrlab.datasets.mnist import MNIST
from lrlab.datasets.sources import load, locate
from lrlab.errors import UserError
from tests.datasets.npz import npz, whole
from tests.datasets.test_download import Answer, impatient, serve  # noqa: F401, the fixtures

CONTENT = npz(**whole(test=60))


@pytest.fixture
def digits(home, monkeypatch):
    """A data set in the catalogue, beside MNIST, whose original is CONTENT."""
    files = Files((("digits.npz", f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"),), 1, "")
    arrays = partial(mnist.read_npz, files)
    made = replace(MNIST, name="digits", title="Digits", files=files, arrays=arrays, train=240, test=60)
    monkeypatch.setattr(catalogue, "BUILT_IN", (*catalogue.BUILT_IN, made))
    return made


def downloaded(home):
    return [*(home / "digits").iterdir()] if (home / "digits").exists() else []


def test_it_is_downloaded_once_and_then_used(digits, home, serve):  # noqa: F811
    server = serve(Answer, body=CONTENT)
    assert locate("digits").words == "Digits is not on this machine yet: the first run downloads it (1 MB)"
    stages = []
    data = load("digits", stages.append)
    assert (data.name, data.origin) == ("digits", "Digits, downloaded")
    assert data.train_images.shape == (240, 12, 10)
    np.testing.assert_array_equal(data.test_images, whole(test=60)["x_test"])
    assert [words for words in stages if "Downloading Digits" in words]
    server.shutdown()
    assert load("digits").origin == "Digits, downloaded before"


def test_keras_cache_comes_first(digits, home, tmp_path, monkeypatch):
    cache = Path.home() / ".keras" / "datasets"
    cache.mkdir(parents=True)
    (cache / "digits.npz").write_bytes(CONTENT)
    assert load("digits").origin == "Digits from the Keras cache"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert locate("digits").folder is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"body": b"<html>Please log in to this network</html>"}, "not the original (its sha256 differs)"),
        ({"body": CONTENT[:500], "length": len(CONTENT)}, "the transfer was interrupted"),
        ({"body": CONTENT[:500], "length": len(CONTENT), "pause": 60}, "did not answer in time"),
        ({"status": 404}, "the server answered 404"),
    ],
)
def test_a_download_that_fails_is_said_and_leaves_nothing(digits, home, serve, impatient, answer, reason):  # noqa: F811
    serve(Answer, **answer)
    with pytest.raises(UserError) as caught:
        load("digits")
    assert reason in str(caught.value)
    assert f"Connect to the network, or put digits.npz into {Path.home() / '.keras'}" in str(caught.value)
    assert downloaded(home) == []


def test_without_a_network_it_is_an_error_and_no_silent_fallback(home):
    with pytest.raises(UserError, match=r"mnist\.npz could not be downloaded from"):
        load("mnist")


@pytest.mark.parametrize("content", [b"", CONTENT + b" "])
def test_another_file_in_the_cache_is_refused(home, content):
    cache = Path.home() / ".keras" / "datasets"
    cache.mkdir(parents=True)
    (cache / "mnist.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"mnist\.npz is not usable: expected sha256 731c5.*, found sha256"):
        load("mnist")


def test_a_file_that_cannot_be_read_is_refused(home, tmp_path):
    with pytest.raises(UserError, match=r"mnist\.npz is not usable: .*found No such file"):
        MNIST.arrays(tmp_path)
