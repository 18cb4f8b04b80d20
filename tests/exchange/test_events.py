"""TensorBoard's event files: TensorFlow reads in them what the runs hold."""

import io
import math
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.exchange.events import TAGS, to_event_files
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from tests.exchange.test_record import example, results

pytestmark = pytest.mark.training

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from lrlab.exchange import to_event_files
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
assert to_event_files([Result("a", (Epoch(0, *[0.5] * 7),))])
print([name for name in ("tensorflow", "keras", "tensorboard") if name in sys.modules])
"""


def unpacked(content):
    """The names in a zip, each with its bytes."""
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def events(content, folder):
    """The events of each run folder, as TensorFlow reads them: (step, wall time, {tag: value})."""
    import tensorflow as tf

    found = {}
    with ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
        for name in archive.namelist():
            first, *rest = tf.compat.v1.train.summary_iterator(str(folder / name))
            assert first.file_version == "brain.Event:2"
            found[name.rpartition("/")[0]] = [
                (e.step, e.wall_time, {v.tag: v.simple_value for v in e.summary.value}) for e in rest
            ]
    return found


@pytest.mark.training
def test_tensorflow_reads_the_runs(tmp_path):
    read = events(to_event_files([example(name="Cosine (mine)")]), tmp_path)
    assert read == {
        "Cosine-mine-seed9125/train": [
            (
                0,
                1.7e9 + 1.5,
                {"epoch_loss": 0.5, "epoch_accuracy": f32(0.8), "epoch_learning_rate": f32(0.1)},
            ),
            (
                1,
                1.7e9 + 3,
                {"epoch_loss": f32(0.4), "epoch_accuracy": f32(0.8), "epoch_learning_rate": f32(0.1)},
            ),
        ],
        "Cosine-mine-seed9125/validation": [
            (0, 1.7e9 + 1.5, {"epoch_loss": f32(0.6), "epoch_accuracy": f32(0.7)}),
            (1, 1.7e9 + 3, {"epoch_loss": f32(0.6), "epoch_accuracy": f32(0.7)}),
        ],
    }


def f32(value):
    return float(np.float32(value))


@pytest.mark.training
def test_folders_and_tags_are_those_of_keras(tmp_path, monkeypatch):
    import keras
    import tensorflow as tf

    x, y = np.zeros((8, 2), "float32"), np.zeros(8, "int64")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    board = keras.callbacks.TensorBoard(tmp_path, write_graph=False)
    # tf.summary.scalar, by which Keras writes, needs TensorBoard to be installed; write does not.
    monkeypatch.setattr(board.summary, "scalar", lambda tag, data, step: tf.summary.write(tag, data, step))
    rate = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1)
    model.fit(x, y, validation_split=0.5, epochs=2, verbose=0, callbacks=[rate, board])
    written = {
        part: {
            value.tag
            for file in (tmp_path / part).glob("*tfevents*")
            for event in tf.compat.v1.train.summary_iterator(str(file))
            for value in event.summary.value
            if value.tag.startswith("epoch_")
        }
        for part in TAGS
    }
    assert written == {part: set(tags) for part, tags in TAGS.items()}


@pytest.mark.training
def test_what_was_not_measured_is_left_out_and_what_diverged_is_not(tmp_path):
    nan = math.nan
    log = Result("log", (Epoch(0, nan, nan, 0.5, nan, nan, nan, nan), Epoch(1, nan, nan, nan, *[nan] * 4)))
    read = events(to_event_files([log]), tmp_path)
    assert list(read) == ["log-imported/train"]
    (_, began, first), (_, ended, last) = read["log-imported/train"]
    assert (began, ended, first, list(last)) == (0, 0, {"epoch_loss": 0.5}, ["epoch_loss"])
    assert math.isnan(last["epoch_loss"])


@pytest.mark.training
def test_infinite_numbers_are_written(tmp_path):
    high = Result("log", (Epoch(0, 0.1, 0.1, math.inf, 0.1, -math.inf, 1e300, math.inf),))
    read = events(to_event_files([high]), tmp_path)
    assert read["log-imported/train"][0][2]["epoch_loss"] == math.inf
    assert read["log-imported/validation"][0][1:] == (
        0.0,
        {"epoch_loss": -math.inf, "epoch_accuracy": math.inf},
    )


def test_no_two_runs_share_a_folder_and_every_folder_is_safe():
    spec = RunSpec(seed=3)
    names = [
        "a",
        "A",
        "a",
        "../../etc",
        "C:\\x",
        "...",
        "",
        "CON",
        "é/ü",
        "余弦",
        "x" * 200,
        "a-seed3",
        "\ud800",
    ]
    made = [example(name=name, spec=spec) for name in names]
    folders = [name.split("/") for name in unpacked(to_event_files(made))]
    assert all(len(parts) == 3 for parts in folders)
    assert list(dict.fromkeys(parts[0] for parts in folders)) == [
        *("a-seed3", "A-seed3-2", "a-seed3-3", "etc-seed3", "C-x-seed3", "run-seed3", "run-seed3-2"),
        *("CON-seed3", "é-ü-seed3", "余弦-seed3", "x" * 50 + "-seed3", "a-seed3-seed3", "run-seed3-3"),
    ]


@given(st.lists(results(), max_size=4))
def test_any_results_can_be_written(made):
    files = unpacked(to_event_files(made))
    runs = {name.split("/")[0].casefold() for name in files}
    measured = [r for r in made if any(not math.isnan(e.loss) for e in r.epochs)]
    assert len(measured) <= len(runs) <= len(made)
    assert all(len(name.split("/")[0].encode()) < 256 for name in files)


def test_the_same_results_are_the_same_bytes():
    made = [example(), replace(example(), created=None)]
    assert to_event_files(made) == to_event_files(made)
    assert unpacked(to_event_files([])) == {}


def test_no_thread_lingers():
    before = threading.active_count()
    to_event_files([example()] * 5)
    assert threading.active_count() == before


def test_writing_loads_no_tensorflow():
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.parametrize("created", [None, 0.0, 1.7e9])
def test_a_file_is_called_as_tensorboard_looks_for_it(created):
    names = list(unpacked(to_event_files([example(created=created)])))
    stamp = f"{int(created or 0):010}"
    assert names == [f"Cosine-seed9125/{p}/events.out.tfevents.{stamp}.lrlab" for p in TAGS]
