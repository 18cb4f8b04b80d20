"""Files that others wrote: what is in them comes in, and what cannot is said in a sentence."""

import json
import math
import time
import tomllib
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.analysis import end
from lrlab.errors import UserError
from lrlab.exchange import read_runs, to_csv, to_json
from lrlab.exchange.history import MOST_BYTES
from lrlab.runs.records import Epoch, last_validated
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.ui.compare import files
from lrlab.ui.train import settings
from tests.exchange.test_record import example, results

ROOT = Path(__file__).parents[2]
LOG = (
    "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss\r\n"
    "0,0.5,0.1,1.5,0.4,1.6\r\n1,0.6,0.05,1.2,0.5,1.4\r\n"
)
EXPECTED = (
    "This must be runs of LR Lab as JSON or CSV, a CSVLogger file with the columns epoch and loss, or a"
)


def run(text, name="log.csv"):
    """The one run that a text holds."""
    (result,) = read_runs(name, text.encode() if isinstance(text, str) else text)
    return result


def refused(content, name="log.csv"):
    """What is said to a file that cannot be read."""
    with pytest.raises(UserError) as caught:
        read_runs(name, content.encode() if isinstance(content, str) else content)
    return str(caught.value)


def column(result, name):
    """One value of every epoch."""
    return [getattr(epoch, name) for epoch in result.epochs]


def fit(*callbacks, validation_split=0.0, metrics=("accuracy",), epochs=3, **more):
    """The History of a tiny training with a rate that halves."""
    import keras

    keras.utils.set_random_seed(1)
    x = np.random.default_rng(1).normal(size=(32, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy", metrics=list(metrics))
    rate = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr)
    return model.fit(
        x,
        (x[:, 0] > 0).astype("int64"),
        batch_size=8,
        epochs=epochs,
        validation_split=validation_split,
        verbose=0,
        callbacks=[rate, *callbacks],
        **more,
    )


def csv_logger(file, separator=",", append=False):
    import keras

    return keras.callbacks.CSVLogger(file, separator, append)


@pytest.mark.training
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("validation_split", [0.0, 0.25])
def test_a_file_that_csvlogger_wrote(tmp_path, separator, validation_split):
    file = tmp_path / "my training.log"
    history = fit(csv_logger(file, separator), validation_split=validation_split)
    result = run(file.read_bytes(), str(file))
    assert (result.name, result.status, result.spec, result.data) == ("my training", "completed", None, None)
    assert column(result, "epoch") == [0, 1, 2]
    assert column(result, "lr") == column(result, "lr_end") == [0.5, 0.25, 0.125]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        if name in history.history:
            assert column(result, name) == history.history[name]
        else:
            assert not validation_split
            assert all(map(math.isnan, column(result, name)))
    for name in ("seconds", "grad_norm", "update_ratio"):
        assert all(map(math.isnan, column(result, name)))


@pytest.mark.training
def test_a_training_that_is_not_validated_in_every_epoch(tmp_path):
    file = tmp_path / "log.csv"
    fit(csv_logger(file), validation_split=0.25, epochs=4, validation_freq=2)
    result = run(file.read_bytes())
    assert result.status == "completed"
    for name in ("val_loss", "val_accuracy"):
        assert [math.isnan(value) for value in column(result, name)] == [True, False, True, False]


@pytest.mark.training
def test_trainings_that_csvlogger_appended_are_runs_of_their_own(tmp_path):
    file = tmp_path / "log.csv"
    for epochs in (3, 1, 2):
        fit(csv_logger(file, append=True), epochs=epochs)
    read = read_runs("log.csv", file.read_bytes())
    assert [(r.name, column(r, "epoch")) for r in read] == [
        ("log", [0, 1, 2]),
        ("log (2)", [0]),
        ("log (3)", [0, 1]),
    ]


def test_files_that_were_put_behind_each_other_are_runs_too():
    assert [(r.name, len(r.epochs)) for r in read_runs("log.csv", (LOG * 2).encode())] == [
        ("log", 2),
        ("log (2)", 2),
    ]


@pytest.mark.training
@pytest.mark.parametrize("metric", ["acc", "accuracy", "sparse_categorical_accuracy"])
def test_the_history_of_a_training_as_json(metric):
    history = fit(validation_split=0.25, metrics=(metric,))
    whole = {"epoch": history.epoch, "history": history.history, "params": history.params}
    for text in (json.dumps(history.history), json.dumps(whole), json.dumps(history.history, indent=2)):
        result = run(text, "C:\\runs\\history.json")
        assert (result.name, column(result, "epoch")) == ("history", [0, 1, 2])
        assert column(result, "lr") == [0.5, 0.25, 0.125]
        for name in ("loss", "val_loss"):
            assert column(result, name) == history.history[name]
        key = next(key for key in history.history if "acc" in key and not key.startswith("val_"))
        assert column(result, "accuracy") == history.history[key]
        assert column(result, "val_accuracy") == history.history[f"val_{key}"]


def test_numbers_that_json_wrote_as_text_are_numbers():
    text = json.dumps({"loss": [1.5, math.nan], "lr": [np.float32(0.5)] * 2}, default=str)
    result = run(text)
    assert column(result, "lr") == [0.5, 0.5]
    assert result.status == "diverged"


def test_losses_may_be_nan_infinite_or_missing():
    result = run("epoch,loss,val_loss\n0,1,NA\n1,inf,\n2,-inf,NaN\n3,nan,1\n4,,2\n5,inf,nan\n")
    assert column(result, "loss")[:3] == [1, math.inf, -math.inf]
    assert list(map(math.isnan, column(result, "loss"))) == [False, False, False, True, True, False]
    assert list(map(math.isnan, column(result, "val_loss"))) == [True, True, True, False, False, True]
    assert result.status == "diverged"
    assert column(run('{"loss": [Infinity, 1e999, 2]}'), "loss") == [math.inf, math.inf, 2]
    assert run('{"loss": [Infinity, 1e999, 2]}').status == "completed"


@given(st.lists(st.sampled_from([0.5, 2.0, math.nan, math.inf]), min_size=1, max_size=6), st.booleans())
def test_a_loss_is_nan_only_from_where_training_diverged_on(losses, as_json):
    finite = [math.isfinite(loss) for loss in losses]
    table = pd.DataFrame({"loss": losses})
    text = json.dumps({"loss": losses}) if as_json else table.to_csv(index_label="epoch", na_rep="nan")
    first = next((at for at, loss in enumerate(losses) if math.isnan(loss)), len(losses))
    if True in finite[first:]:
        later = first + finite[first:].index(True)
        refusal = refused(text)
        name = "value number {}" if as_json else "line {}"
        assert f"{name.format(first + 2 - as_json).capitalize()} has no loss, but " in refusal
        assert f"{name.format(later + 2 - as_json)} of the same run has one" in refusal
    elif True not in finite:
        assert "At least one epoch must have a finite loss" in refused(text)
    else:
        assert repr(column(run(text), "loss")) == repr(losses)
        assert run(text).status == ("completed" if finite[-1] else "diverged")


def test_a_run_that_diverged_at_once_comes_with_the_others():
    lost, fine = read_runs("log.csv", b"run,name,epoch,loss\n1,Lost,0,nan\n2,Fine,0,0.5\n")
    assert (lost.status, fine.status) == ("diverged", "completed")


def test_a_missing_loss_of_one_run_is_nothing_to_another():
    rows = "run,epoch,loss\na,0,1\nb,0,2\na,1,nan\nb,1,1\n"
    assert [r.status for r in read_runs("a.csv", rows.encode())] == ["diverged", "completed"]
    assert "Line 4 has no loss, but line 6 of the same run has one" in refused(rows + "a,2,1\n")
    assert [r.status for r in read_runs("a.csv", b"epoch,loss\n0,1\n1,\n0,1\n")] == ["diverged", "completed"]


@pytest.mark.parametrize(
    "text",
    [
        LOG,
        LOG.replace("\r\n", "\n"),
        LOG.replace("\r\n", "\r"),
        LOG.strip(),
        "\ufeff" + LOG,
        "\n\n" + LOG + "\n,,,,,\n",
        LOG.replace(",", " , "),
        LOG.replace(",", ";"),
        LOG.replace(",", "\t"),
        LOG.replace("\n1,", "\n1.0,").replace("\n0,", "\n0.0,"),
        LOG.replace("\n1,", "\n2,").replace("\n0,", "\n1,"),
        LOG.replace("accuracy", "acc").replace("learning_rate", "lr"),
        LOG.replace("accuracy", "categorical_accuracy"),
        LOG.replace("\r\n", ",x\r\n"),
        '"' + LOG.replace(",", '","').replace("\r\n", '"\r\n"').removesuffix('"'),
    ],
)
def test_the_same_log_written_otherwise_is_the_same_run(text):
    assert repr(run(text)) == repr(
        Result(
            "log",
            (
                Epoch(0, 0.1, 0.1, 1.5, 0.5, 1.6, 0.4, math.nan),
                Epoch(1, 0.05, 0.05, 1.2, 0.6, 1.4, 0.5, math.nan),
            ),
        )
    )


def test_only_a_loss_is_needed():
    assert column(run("epoch,loss\n0,0.5\n"), "loss") == [0.5]
    assert column(run('{"loss": [0.5]}'), "loss") == [0.5]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("a/b/training 3.csv", "training 3"),
        ("C:\\logs\\run.log", "run"),
        ("noending", "noending"),
        ("", "run"),
        ("/", "run"),
        ("bad\nname\x00\ud800.csv", "bad name"),
        ("x" * 300 + ".csv", "x" * 70),
    ],
)
def test_a_run_is_called_by_its_file(name, called):
    assert run(LOG, name).name == called
    assert refused("", name).isprintable()
    assert len(refused("", name)) < 300


@pytest.mark.slow
@given(st.lists(results(), min_size=1, max_size=3))
def test_lr_labs_json_comes_back_the_same(made):
    assert repr(read_runs("runs.json", to_json(made).encode())) == repr(made)


@pytest.mark.slow
@given(st.lists(results(), min_size=1, max_size=3))
def test_lr_labs_csv_comes_back_as_curves(made):
    curves = [
        Result(r.name, r.epochs, status="completed" if math.isfinite(r.epochs[-1].loss) else "diverged")
        for r in made
        if r.epochs
    ]
    content = to_csv(made).encode()
    if not curves:
        assert "has no epoch" in refused(content)
    elif all(map(without_holes, curves)) and any(finite_losses(curve) for curve in curves):
        assert repr(read_runs("runs.csv", content)) == repr(curves)
    else:
        assert " loss" in refused(content)


def finite_losses(result):
    """In which epochs the loss is finite."""
    return [at for at, loss in enumerate(column(result, "loss")) if math.isfinite(loss)]


def without_holes(result):
    """Whether no loss is NaN before a finite one."""
    finite = finite_losses(result) or [0]
    return not any(map(math.isnan, column(result, "loss")[: finite[-1]]))


def test_lr_labs_csv_out_of_a_spreadsheet():
    made = [example(name="=A1"), example(name="=A1"), example(name="Step")]
    curves = [(r.name, r.epochs) for r in made]
    content = to_csv(made)
    assert [(r.name, r.epochs) for r in read_runs("a.csv", content.replace(",", ";").encode())] == curves
    header, *rows = content.splitlines()
    by_epoch = "\n".join([header, *sorted(rows, key=lambda row: row.split(",")[7])])
    assert [(r.name, r.epochs) for r in read_runs("a.csv", by_epoch.encode())] == curves
    nameless = pd.DataFrame({"run": [4, 4, 7], "epoch": [0, 1, 0], "loss": [3, 2, 1.5]}).to_csv(index=False)
    assert [r.name for r in read_runs("a.csv", nameless.encode())] == ["a", "a (2)"]


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b" \r\n\t\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (PNG, "it is not text in UTF-8"),
        (LOG.encode("utf-16"), "it is not text in UTF-8"),
        (b"epoch,loss\n0,\xff", "it is not text in UTF-8"),
        (b"PK\x03\x04\x14\x00", "begins with 'PK\\x03"),
        (b"<!DOCTYPE html><html>" + b"x" * 200, "begins with '<!DOCTYPE html><html>xxx"),
        (b"accuracy,loss\n1,2\n", "begins with 'accuracy,loss'"),
        (b"epoch,accuracy\n1,2\n", "begins with 'epoch,accuracy'"),
        (b"0,0.5,0.1\n1,0.6,0.1\n", "begins with '0,0.5,0.1'"),
        (b"epoch,loss\n", "it has no epoch"),
        (b'epoch,loss\n0,"1', "line 2 is not CSV: unexpected end of data"),
        (b'epoch,loss\n0,"1"2\n', "line 2 is not CSV"),
        (b"epoch,loss\n0," + b"1" * 200_000, "line 2 is not CSV: field larger than field limit"),
        (b'epoch,loss\n0,"' + b"x\n" * 100_000, "is not CSV"),
        (b"{", "it is not JSON"),
        (b"[" * 1_000_000, "it is not JSON"),
        (b'{"loss":' * 500_000, "it is not JSON"),
        (b"[1, 2]", "it is JSON with another structure"),
        (b"{}", "it has no list"),
        (b'{"loss": 0.5}', "it is JSON with another structure"),
        (b'{"loss": {"0": 0.5}}', "it is JSON with another structure"),
        (b'{"loss": [1], "epoch": 1}', "it is JSON with another structure"),
        (b'{"history": [1]}', "it has 'history' of 1"),
        (b'{"history": {"loss": [1]}, "epoch": "0"}', "it is JSON with another structure"),
        (b'{"accuracy": [1], "\\ud800": [2]}', "it has 'accuracy' of 1, '\\ud800' of 1"),
        (b'{"loss": [1, 2], "accuracy": [1]}', "it has 'loss' of 2, 'accuracy' of 1"),
        (b'{"loss": [1, 2], "epoch": [0]}', "it has 'loss' of 2, 'epoch' of 1"),
        (b'{"loss": []}', "it has no epoch"),
        (b'{"format": "lrlab.runs", "version": 1, "runs": []}', "it has no epoch"),
    ],
)
def test_what_is_no_such_file_is_told_what_was_expected(content, message):
    refusal = refused(content)
    assert refusal.startswith(f"log.csv: {EXPECTED}")
    assert message in refusal
    assert len(refusal) < 500


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("epoch,loss\n0,high\n", "Line 2 must have a number like 0.5 as loss, but it has 'high'."),
        (
            "epoch,loss,val_accuracy\n0,1,65\n",
            "Line 2 must have a share from 0 to 1 as val_accuracy, but it has '65'. If it is in percent",
        ),
        ("epoch,loss,acc\n0,1,-0.5\n", "must have a share from 0 to 1 as accuracy, but it has '-0.5'."),
        ("epoch,loss,acc\n0,1,inf\n", "must have a share from 0 to 1 as accuracy, but it has 'inf'."),
        ('{"loss": [1], "accuracy": [1.5]}', "Value number 1 must have a share from 0 to 1 as accuracy, but"),
        ("run,name,epoch,loss\n1,Mine,0,nan\n", "At least one epoch must have a finite loss, but"),
        ("epoch;loss\n0;0,5\n", "Line 2 must have a number like 0.5 as loss, but it has '0,5'."),
        ("epoch,loss\n0,1_0\n", "Line 2 must have a number like 0.5 as loss, but it has '1_0'."),
        ("epoch,loss\n0,1\nx,1\n", "Line 3 must have a number like 0.5 as epoch, but it has 'x'."),
        ("epoch,loss\nnan,1\n", "Line 2 must have a whole number as epoch, but it has 'nan'."),
        ("epoch,loss\nNA,1\n", "Line 2 must have a whole number as epoch, but it has 'NA'."),
        ("epoch,loss\n0,1\n,1\n", "Line 3 must have a whole number as epoch, but it has ''."),
        ("epoch,loss\n0.5,1\n", "Line 2 must have a whole number as epoch, but it has '0.5'."),
        ("epoch,loss\ninf,1\n", "Line 2 must have a whole number as epoch, but it has 'inf'."),
        ("epoch,loss\n2,1\n", "Epochs must begin at 0 or at 1, but line 2 has epoch 2."),
        ("epoch,loss\n-1,1\n", "Epochs must begin at 0 or at 1, but line 2 has epoch -1."),
        ("epoch,loss\n0,1\n1,1\n1,1\n", "Line 4 must have epoch 2, the one after the last, but it has 1."),
        ("epoch,loss\n0,1\n2,1\n", "Line 3 must have epoch 1, the one after the last, but it has 2. Put"),
        ("epoch,loss\n0,1\n1\n", "Line 3 must have 2 values, one per column, but it has 1."),
        ("epoch,loss\n0,1,2\n", "Line 2 must have 2 values, one per column, but it has 3."),
        ("epoch,loss,loss\n0,1,2\n", "There must be one column loss, but there are 2."),
        ("run,epoch,loss\n1,0,1\n1,0,1\n", "Line 3 must have epoch 1, the one after the last, but it has 0."),
        ("run,run,epoch,loss\n1,1,0,1\n", "There must be one column run, but there are 2."),
        ('{"loss": ["high"]}', "Value number 1 must have a number like 0.5 as loss, but it has 'high'."),
        ('{"loss": [0.5, [1]]}', "Value number 2 must have a number like 0.5 as loss, but it has a list."),
        ('{"loss": [true]}', "Value number 1 must have a number like 0.5 as loss, but it has True."),
        ('{"loss": [1' + "0" * 400 + "]}", "must have a number like 0.5 as loss, but it has 1000"),
        ('{"loss": [1], "epoch": [null]}', "must have a whole number as epoch, but it has None."),
        ('{"loss": [1, 2], "epoch": [0, 3]}', "must have epoch 1, the one after the last, but it has 3."),
        ('{"loss": [' + "[" * 900 + "]" * 900 + "]}", "as loss, but it has a list."),
        ('{"format": "lrlab.runs", "version": 3, "runs": []}', "written in version 3 of the format"),
        (json.dumps(json.loads(to_json([example()])) | {"runs": [3]}), "an object of its own, but it is 3."),
    ],
)
def test_where_a_file_is_wrong_is_said(content, message):
    refusal = refused(content)
    assert refusal.startswith("log.csv: ")
    assert message in refusal


def test_too_many_epochs_and_too_many_runs_are_refused():
    def log(count):
        return "epoch,loss\n" + "".join(f"{number},1\n" for number in range(count))

    assert len(run(log(1000)).epochs) == 1000
    assert "A run has at most 1000 epochs, but line 1002 has one more." in refused(log(1001))
    assert "A run has at most 1000 epochs, but value number 1001" in refused(json.dumps({"loss": [1] * 1001}))
    assert len(read_runs("log.csv", b"epoch,loss\n" + b"0,1\n" * 500)) == 500
    assert "A file holds at most 500 runs, but line 502 begins another." in refused(
        "epoch,loss\n" + "0,1\n" * 501
    )


def test_ten_million_rows_are_refused_at_once():
    content = b"epoch,loss\n" + b"0,1\n" * 10_000_000
    began = time.thread_time()
    assert refused(content) == (
        "log.csv: A file with runs can have at most 10,000,000 bytes, but this one has 40,000,011. "
        "Import fewer runs at a time."
    )
    assert time.thread_time() - began < 0.1


@pytest.mark.proof
def test_as_many_runs_as_are_exported_can_be_read_again():
    def run(seed):
        numbers = np.random.default_rng(seed).random((100, 9)).astype("float32").astype(float)
        epochs = tuple(Epoch(number, *row) for number, row in enumerate(numbers.tolist()))
        return replace(example(), name=f"Cosine decay {seed}", epochs=epochs, spec=RunSpec(seed=seed))

    made = [run(seed) for seed in range(500)]
    content = to_json(made).encode()
    assert 8_000_000 < len(content) < MOST_BYTES
    assert read_runs("runs.json", content) == made


def test_what_can_be_read_can_be_uploaded():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert MOST_BYTES <= files.MOST_MEGABYTES * 1024**2 < 1.1 * MOST_BYTES
    # The server refuses what exceeds its own limit, whatever a widget allows.
    assert config["server"]["maxUploadSize"] == max(files.MOST_MEGABYTES, settings.MOST_MEGABYTES)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("begin", "again"),
    [
        ("epoch,loss\n", "0,1\n"),
        ("epoch,loss\n", "\n"),
        ("epoch,loss\n0,1\n", "epoch,loss\n"),
        ("epoch,loss", ","),
        ("epoch,loss\n", "1,"),
        ('{"loss":[0', ",[]"),
        ("", "{"),
        ("", '"'),
        ('{"format": "lrlab.runs", "version": 1, "runs": [0', ",{}"),
    ],
)
def test_no_file_takes_long(begin, again):
    end = "]}" * begin.startswith("{")
    content = (begin + again * ((MOST_BYTES - len(begin + end)) // len(again)) + end).encode()
    began = time.process_time()
    check(content, "log.csv")
    assert time.process_time() - began < 10  # the slowest takes 2.6


@pytest.mark.proof
@pytest.mark.parametrize(("begin", "again", "end"), [("epoch,loss", ",", ""), ('{"loss":[0', ",[]", "]}")])
def test_no_file_takes_much_memory(begin, again, end):
    content = (begin + again * (9_900_000 // len(again)) + end).encode()
    tracemalloc.start()
    refused(content)
    assert tracemalloc.get_traced_memory()[1] < 300e6
    tracemalloc.stop()


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_give_runs_or_a_sentence(content, name):
    check(content, name)


PIECES = [
    *(
        "epoch",
        "loss",
        "lr",
        "run",
        "name",
        "val_loss",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        '"',
        "'",
        "0",
        "1",
        "2",
    ),
    *(
        "0.5",
        "NA",
        "nan",
        "-inf",
        "1e999",
        "1_0",
        "\ufeff",
        "\x00",
        "é",
        "{",
        "}",
        "[",
        "]",
        ":",
        "null",
        "true",
    ),
    *('"epoch"', '"loss"', '"history"', '"format":"lrlab.runs"', '"\\ud800"', "epoch,loss\n0,1\n"),
]
whole = st.sampled_from(
    [LOG, to_csv([example()]), to_json([example()]), '{"loss": [1, 2], "lr": [0.1, 0.1]}']
)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_pieces_give_runs_or_a_sentence(pieces):
    check("".join(pieces).encode(), "log.csv")


@given(whole, st.integers(0, 500), st.integers(0, 5), st.sampled_from(PIECES))
def test_any_damage_gives_runs_or_a_sentence(text, at, gone, piece):
    check((text[:at] + piece + text[at + gone :]).encode(), "log.csv")


def check(content, name):
    """Runs that can be written and read again, or one short sentence."""
    try:
        read = read_runs(name, content)
    except UserError as error:
        outcome = str(error)
    else:
        outcome = "fine"
        assert read
        assert repr(read_runs("runs.json", to_json(read).encode())) == repr(read)
    assert len(outcome.encode()) < 2000


@pytest.mark.slow
@given(st.integers(1, 60), st.integers(1, 12))
def test_shorter_lists_of_validation_are_those_of_every_nth_epoch(epochs, every):
    measured = [n / 100 for n in range(1, epochs + 1) if n % every == 0]
    history = {"loss": [1.0] * epochs, "val_loss": measured, "val_accuracy": measured}
    possible = [n for n in range(1, epochs + 1) if epochs // n == len(measured)]
    if possible != [every]:  # the lengths do not say in which epochs
        with pytest.raises(UserError, match=f"'val_loss' of {len(measured)}"):
            read_runs("a.json", json.dumps(history).encode())
        return
    (run,) = read_runs("a.json", json.dumps(history).encode())
    for number, epoch in enumerate(run.epochs, 1):
        expected = number / 100 if number % every == 0 else math.nan
        assert (epoch.val_loss, epoch.val_accuracy) == pytest.approx((expected, expected), nan_ok=True)


@pytest.mark.parametrize(
    ("name", "epochs", "validated", "val_loss"),
    [
        ("valfreq.csv", 4, 4, 0.6),
        ("valfreq.json", 4, 4, 0.6),
        ("valfreq_40.csv", 40, 40, 0.318),
        ("valfreq5_38.csv", 38, 35, 0.3696),
        ("nan_val_mid.csv", 3, 3, 0.9),
    ],
)
def test_the_last_validation_is_the_last_measured_one(name, epochs, validated, val_loss):
    (run,) = read_runs(name, (Path(__file__).parents[1] / "fixtures" / "logs" / name).read_bytes())
    last = last_validated(run.epochs)
    assert (len(run.epochs), last.epoch + 1, last.val_loss) == (epochs, validated, val_loss)
    assert end(run, "val_loss").value == val_loss
