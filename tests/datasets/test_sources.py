"""Where the images come from: the order of the sources, and nothing bad passed over in silence."""

import shutil
from pathlib import Path

import pytest

from lrlab.datasets.idx import MD5
from lrlab.datasets.sources import load, locate
from lrlab.errors import UserError


def files(folder, count=4):
    """`count` files with the right names; what is in them is not looked at by `locate`."""
    folder.mkdir(parents=True)
    for name in list(MD5)[:count]:
        (folder / name).write_bytes(b"")
    return folder


def test_a_named_folder_comes_before_the_cache_and_the_cache_before_a_download(home, tmp_path, monkeypatch):
    assert locate().folder is None
    assert "the first run downloads it" in locate().words

    downloaded = files(home / "fashion-mnist")
    assert locate().folder == downloaded
    assert "downloaded before" in locate().words

    cached = files(Path.home() / ".keras" / "datasets" / "fashion-mnist")
    assert locate().folder == cached
    assert "Keras cache" in locate().words

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert locate().folder == downloaded
    elsewhere = files(tmp_path / "keras" / "datasets" / "fashion-mnist")
    assert locate().folder == elsewhere

    monkeypatch.setenv("LRLAB_DATA_DIR", str(tmp_path / "nothing-here"))
    assert locate().folder == tmp_path / "nothing-here"
    assert locate().folder == tmp_path / "nothing-here"
    assert "LRLAB_DATA_DIR" in locate().words


def test_a_cache_that_lacks_a_file_is_passed_over(home):
    files(Path.home() / ".keras" / "datasets" / "fashion-mnist", count=3)
    assert locate().folder is None


@pytest.mark.parametrize("name", ["auto", "fashion-mnist"])
def test_a_bad_named_folder_is_an_error_and_no_silent_fallback(home, tmp_path, monkeypatch, name):
    monkeypatch.setenv("LRLAB_DATA_DIR", str(tmp_path))
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte\.gz is not usable"):
        load(name)


def test_a_bad_cache_is_an_error_too(home):
    cached = files(Path.home() / ".keras" / "datasets" / "fashion-mnist")
    with pytest.raises(UserError) as caught:
        load()
    assert str(cached) in str(caught.value)


@pytest.mark.training
def test_without_a_network_auto_is_the_synthetic_set_and_says_why(home):
    stages = []
    data = load("auto", stages.append)
    assert data.name == "synthetic"
    assert data.origin.startswith("the built-in synthetic set (train-images-idx3-ubyte.gz could not be")
    assert stages[0] == "Downloading Fashion-MNIST (31 MB)"
    assert stages[-1] == "Fashion-MNIST could not be downloaded; preparing the built-in synthetic set"


def test_without_a_network_fashion_mnist_by_name_is_an_error(home):
    with pytest.raises(UserError, match="set LRLAB_DATA_DIR"):
        load("fashion-mnist")


def test_the_synthetic_set_by_name_asks_for_nothing_else(home, monkeypatch):
    monkeypatch.setenv("LRLAB_DATA_DIR", str(home))
    assert load("synthetic").origin == "the built-in synthetic set"


@pytest.mark.real_data
def test_the_named_folder_and_the_cache_are_read(home, real_data, monkeypatch):
    data = load()
    assert (data.name, data.origin) == ("fashion-mnist", "Fashion-MNIST from the folder in LRLAB_DATA_DIR")
    assert (data.train_images.shape, data.test_labels.shape) == ((60_000, 28, 28), (10_000,))

    monkeypatch.delenv("LRLAB_DATA_DIR")
    cache = Path.home() / ".keras" / "datasets" / "fashion-mnist"
    shutil.copytree(real_data, cache)
    cached = load("fashion-mnist")
    assert cached.origin == "Fashion-MNIST from the Keras cache"
    assert (cached.train_images == data.train_images).all()
