"""What all tests share: a home of their own, the real images where they are, and a small data set."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from lrlab import jobs
from lrlab.data import Dataset
from lrlab.data.idx import MD5
from lrlab.data.sources import keras_cache
from lrlab.data.synthetic import synthetic
from lrlab.errors import UserError
from lrlab.store import Store

REAL_DATA = Path(os.environ.get("LRLAB_DATA_DIR") or keras_cache()).resolve()
DISCARD = "http://127.0.0.1:9/"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An LRLAB_HOME that is new, with nothing of the user's around it and no network behind it."""
    folder = tmp_path / "lrlab-home"
    user = tmp_path / "user"
    user.mkdir()
    for name, value in {"HOME": user, "USERPROFILE": user, "LRLAB_HOME": folder}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("KERAS_HOME", "LRLAB_DATA_DIR", "LRLAB_PUBLIC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LRLAB_DATA_URL", DISCARD)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield folder
    with suppress(UserError):  # a store that cannot be opened has no worker
        jobs.shut_down(Store(folder))  # a page may have started one


@pytest.fixture
def real_data(home, monkeypatch):
    """The folder with the four files of Fashion-MNIST, which LRLAB_DATA_DIR then names."""
    if not all((REAL_DATA / name).is_file() for name in MD5):
        pytest.skip("Fashion-MNIST is neither in the folder that LRLAB_DATA_DIR names nor in the Keras cache")
    monkeypatch.setenv("LRLAB_DATA_DIR", str(REAL_DATA))
    return REAL_DATA


@pytest.fixture(scope="session")
def dataset():
    """2,000 training and 500 test images of the synthetic set."""
    whole = synthetic()
    return Dataset(
        whole.name,
        whole.origin,
        whole.train_images[:2000],
        whole.train_labels[:2000],
        whole.test_images[:500],
        whole.test_labels[:500],
    )
