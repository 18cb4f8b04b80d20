"""What all tests share: a home of their own, the real images where they are, and a small data set."""

import os
import re
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("LRLAB_NICE", "0")  # a test waits for the training that it starts

from lrlab import jobs
from lrlab.datasets import Dataset
from lrlab.datasets.fashion_mnist import FASHION_MNIST
from lrlab.datasets.idx import MD5
from lrlab.datasets.sources import keras_cache
from lrlab.datasets.synthetic import synthetic
from lrlab.errors import UserError
from lrlab.store import Store

# Nothing is judged by how long it takes: the load of the machine decides that. The examples are the same in
# each run, so that a test fails for a change and not by chance; `make proof` looks for new ones.
TIMELESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", **TIMELESS, derandomize=True, max_examples=100)
settings.register_profile("proof", **TIMELESS, max_examples=200, print_blob=True)
settings.load_profile("same")

REAL_DATA = Path(os.environ.get("LRLAB_DATA_DIR") or keras_cache(FASHION_MNIST.files)).resolve()
LONG = ("proof", "browser", "training")
DISCARD = "http://127.0.0.1:9/"


def new_home(folder: Path, monkeypatch) -> Path:
    """Have an LRLAB_HOME that is new, with nothing of the user's around it and no network behind it."""
    home = folder / "lrlab-home"
    user = folder / "user"
    user.mkdir()
    for name, value in {"HOME": user, "USERPROFILE": user, "LRLAB_HOME": home}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("KERAS_HOME", "LRLAB_DATA_DIR", "LRLAB_PUBLIC", "LRLAB_TEACHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LRLAB_DATA_URL", DISCARD)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return home


@contextmanager
def shared_home(folder: Path):
    """A new LRLAB_HOME that the tests of a module share, and with it the worker that pages start there."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        home = new_home(folder, monkeypatch)
        yield monkeypatch
        _end_worker(home)


def _end_worker(home):
    with suppress(UserError):  # a store that cannot be opened has no worker
        jobs.shut_down(Store(home))  # a page may have started one


def with_real_data(monkeypatch) -> Path:
    """Have LRLAB_DATA_DIR name the folder with the four files of Fashion-MNIST, which is returned."""
    if not all((REAL_DATA / name).is_file() for name in MD5):
        pytest.skip("Fashion-MNIST is neither in the folder that LRLAB_DATA_DIR names nor in the Keras cache")
    monkeypatch.setenv("LRLAB_DATA_DIR", str(REAL_DATA))
    return REAL_DATA


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A new LRLAB_HOME for one test."""
    home = new_home(tmp_path, monkeypatch)
    yield home
    _end_worker(home)


@pytest.fixture
def real_data(home, monkeypatch):
    """The folder with the four files of Fashion-MNIST, which LRLAB_DATA_DIR then names."""
    return with_real_data(monkeypatch)


def pytest_ignore_collect(collection_path, config):
    """Not to load TensorFlow, leave out the files of tests that were not asked for."""
    without = re.findall(r"not (\w+)", config.option.markexpr)
    if collection_path.suffix == ".py" and without:
        marks = rf"^pytestmark = pytest\.mark\.({'|'.join(without)})$"
        return bool(re.search(marks, collection_path.read_text(encoding="utf-8"), re.MULTILINE)) or None
    return None


def pytest_collection_modifyitems(items):
    """Begin with the long files, of each kind in turn: a browser waits while a training computes."""
    before, places = Counter(), {}
    for item in items:
        if item.path not in places:
            kind = next((kind for kind in LONG if item.get_closest_marker(kind)), None)
            places[item.path] = (kind is None, before[kind])
            before[kind] += 1
    items.sort(key=lambda item: places[item.path])


@pytest.fixture(autouse=True)
def _marked(pytestconfig):
    """Fails a test that loads TensorFlow and is not marked "training" where those are left out."""
    yield
    if "not training" in pytestconfig.option.markexpr:
        assert "tensorflow" not in sys.modules, "a test that loads TensorFlow is marked `training`"


def pytest_sessionfinish(session):
    """Where CI is set, a test that is skipped has failed: everything that tests need is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
