"""The Keras script of a run: executed, it measures what the engine measured, update by update."""

import ast
import csv
import io
import os
import subprocess
import sys
import tokenize
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.datasets.kept import own_from_path
from lrlab.datasets.sources import load
from lrlab.errors import UserError
from lrlab.exchange.history import read_runs
from lrlab.exchange.script import keras_script
from lrlab.networks import NETWORKS, Convolutional, Dense
from lrlab.optimizers import OPTIMIZERS, Adam, Momentum, Nesterov, RMSprop
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.plan import CLOCKS
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import SCHEDULES, Constant, CosineDecay, ExponentialDecay, OneCycle, Warmup
from lrlab.training.engine import train
from lrlab.training.epoch import keras_optimizer
from lrlab.training.network import build_network
from tests.datasets.npz import described, npz, whole

pytestmark = pytest.mark.training

ROOT = Path(__file__).parents[2]
# How far losses (as a share) and accuracies may be from the engine's. Measured: 6e-7 and none up to 100
# updates; 7e-4 and 5e-4 after 500 at rates up to 0.1, where units cross zero on one side and not on the
# other. At 0.5 training is chaotic: 0.24 and 0.09, and in float64 a change of all first weights by 1e-7
# changes the first epoch's loss by 0.06.
FEW_UPDATES = 2e-4, 0.011
SMALL_RATES = 1e-2, 5e-3
ARTICLE_SPECS = {
    curve.id: RunSpec(curve.schedule, curve.clock) for curve in CURVES if curve.id != "time-based"
} | {"adam": RunSpec(Constant(0.001), optimizer=Adam())}
LARGE = [name for name, spec in ARTICLE_SPECS.items() if spec.plan.rates()[0] > 0.1]
# 400 images in batches of 64: six whole batches and one of 16.
SMALL = RunSpec(ExponentialDecay(0.3, 0.1), epochs=4, seed=7, train_images=500, data="synthetic")
STOPPING = EarlyStopping(patience=2, min_delta=0.02, restore_best=True)
PLATEAU = ReduceOnPlateau(factor=0.3, patience=1, min_delta=0.05, cooldown=1, min_lr=0.01)


def script(spec, **known):
    return keras_script(Result(known.pop("name", "A run"), (), spec, **known))


def executed(code, folder, *arguments, **environment):
    """What the script prints when it is run in a process of its own, and the rows that it logs."""
    file = folder / "again.py"
    file.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file, *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO((folder / "again.csv").read_text())))
    return done.stdout, [{name: float(value) for name, value in row.items()} for row in rows]


def assert_measured(epochs, rows, loss, accuracy, l2=False):
    """Every rate is the same; losses differ by a share of at most `loss`, accuracies by `accuracy`."""
    assert len(rows) == len(epochs)
    for epoch, row in zip(epochs, rows, strict=True):
        assert row["epoch"] == epoch.epoch
        assert row["learning_rate"] == pytest.approx(epoch.lr, rel=1e-6)
        assert row.get("lr_end", row["learning_rate"]) == pytest.approx(epoch.lr_end, rel=1e-6)
        for kind in ("", "val_"):
            theirs = row[f"{kind}entropy" if l2 else f"{kind}loss"]
            assert theirs == pytest.approx(getattr(epoch, f"{kind}loss"), rel=loss)
            assert row[f"{kind}accuracy"] == pytest.approx(getattr(epoch, f"{kind}accuracy"), abs=accuracy)


@pytest.fixture
def keras_home(real_data, tmp_path):
    """A KERAS_HOME in which Fashion-MNIST is, as if Keras had downloaded it."""
    folder = tmp_path / "keras" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for file in real_data.glob("*.gz"):
        (folder / file.name).symlink_to(file)
    return str(tmp_path / "keras")


@pytest.mark.proof
@pytest.mark.parametrize("name", [name for name in ARTICLE_SPECS if name not in LARGE])
def test_the_articles_small_rates_are_trained_again(name, keras_home, tmp_path):
    spec = ARTICLE_SPECS[name]
    _, rows = executed(script(spec, data="fashion-mnist"), tmp_path, "2", KERAS_HOME=keras_home)
    epochs = list(islice(train(spec, load("fashion-mnist")), 2))
    assert_measured(epochs, rows, *SMALL_RATES)


@pytest.mark.proof
@pytest.mark.parametrize("name", LARGE)
def test_the_articles_large_rates_are_the_same_update_by_update(name, keras_home, tmp_path):
    """On so few images, 26 updates, that rounding has not grown yet."""
    spec = replace(ARTICLE_SPECS[name], train_images=1000)
    _, rows = executed(script(spec, data="fashion-mnist"), tmp_path, "2", KERAS_HOME=keras_home)
    assert_measured(list(islice(train(spec, load("fashion-mnist")), 2)), rows, *FEW_UPDATES)


@pytest.mark.proof
@pytest.mark.parametrize(
    "spec",
    [
        replace(
            SMALL,
            schedule=ExponentialDecay(0.02, 0.4),
            clock="smooth",
            optimizer=Momentum(0.8),
            network=Convolutional((4, 8), width=16, l2=0.01),
        ),
        replace(SMALL, epochs=30, schedule=Constant(0.2), early_stopping=STOPPING),
        replace(SMALL, epochs=12, schedule=CosineDecay(0.3), clock="smooth", plateau=PLATEAU),
        replace(SMALL, batch_size=50, batches_per_update=2, epochs=12, plateau=PLATEAU, optimizer=Momentum()),
        replace(SMALL, batch_size=50, batches_per_update=8, schedule=Constant(0.1)),
        replace(
            SMALL,
            epochs=30,
            plateau=PLATEAU,
            early_stopping=replace(STOPPING, monitor="val_accuracy", patience=3),
            network=Dense((32,), l2=0.001),
        ),
    ],
    ids=[
        *("convolutional", "early-stopping", "plateau"),
        *("accumulated-plateau", "accumulated-constant", "both"),
    ],
)
def test_a_run_is_trained_again_to_its_end(spec, tmp_path):
    printed, rows = executed(script(spec), tmp_path, PYTHONPATH=str(ROOT))
    *epochs, outcome = train(spec, load("synthetic"))
    l2 = bool(spec.network.l2)
    assert_measured(epochs, rows, *FEW_UPDATES, l2)
    assert (len(epochs) < spec.epochs) == bool(spec.early_stopping)
    lowered = [epoch.lr < 0.9 * rate for epoch, rate in zip(epochs, spec.plan.epoch_rates(), strict=False)]
    assert any(lowered) == bool(spec.plateau)
    scores = dict(score.split() for score in printed.splitlines()[-1].partition(": ")[2].split(", "))
    test = float(scores["entropy" if l2 else "loss"]), float(scores["accuracy"])
    assert test == pytest.approx((outcome.test_loss, outcome.test_accuracy), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    "spec",
    [
        replace(SMALL, optimizer=Momentum(0.0), clock="smooth"),
        pytest.param(
            replace(SMALL, optimizer=Adam(), batch_size=50, batches_per_update=4, clock="step"),
            marks=pytest.mark.proof,
        ),
        pytest.param(
            replace(SMALL, optimizer=Nesterov(), epochs=12, plateau=PLATEAU), marks=pytest.mark.proof
        ),
    ],
    ids=["smooth", "accumulated", "plateau"],
)
def test_a_cycled_momentum_is_trained_again(spec, tmp_path):
    cycle = OneCycle(0.01, cycle_momentum=True, max_momentum=0.95, base_momentum=0.3)
    spec = replace(spec, schedule=cycle)
    code = script(spec)
    assert "not repeated" not in code
    _, rows = executed(code, tmp_path, PYTHONPATH=str(ROOT))
    *epochs, _ = train(spec, load("synthetic"))
    assert_measured(epochs, rows, *FEW_UPDATES)
    *others, _ = train(replace(spec, schedule=replace(cycle, cycle_momentum=False)), load("synthetic"))
    assert others[-1].loss != pytest.approx(epochs[-1].loss, rel=2 * FEW_UPDATES[0])  # it makes a difference


def test_where_keras_cannot_cycle_the_momentum_its_first_value_stays():
    cycle = OneCycle(0.01, cycle_momentum=True, max_momentum=0.8, base_momentum=0.5)
    code = script(replace(SMALL, schedule=cycle, optimizer=RMSprop()))
    comment = " ".join(line.removeprefix("#").strip() for line in code.partition("\n\n")[0].splitlines())
    assert "The cycled momentum is not repeated: " in comment
    assert "the optimizer keeps its first value" in comment
    written = " ".join(code.split())
    assert "keras.optimizers.RMSprop(float(rate(0)), rho=0.9, momentum=0.8, " in written


@pytest.mark.proof
def test_what_is_logged_can_be_read_again(tmp_path):
    spec = replace(SMALL, clock="smooth", network=Dense((32,), dropout=0.2))
    executed(script(spec), tmp_path, PYTHONPATH=str(ROOT))
    (result,) = read_runs("again.csv", (tmp_path / "again.csv").read_bytes())
    epochs = list(train(spec, load("synthetic")))[:-1]
    assert [epoch.lr_end for epoch in result.epochs] == pytest.approx([e.lr_end for e in epochs], rel=1e-6)
    # The masks are others.
    assert [epoch.loss for epoch in result.epochs] == pytest.approx([e.loss for e in epochs], rel=0.1)


def calls(code, start):
    """What each call that begins like this makes, in the order of the source."""
    found = [ast.unparse(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [eval(call, {"keras": keras}) for call in found if call.startswith(start)]


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.kind)
def test_the_optimizer_is_the_engines(cls):
    optimizer = cls(**{name: 0.8 * getattr(cls(), name) or 0.5 for name in cls.parameters()})
    code = script(replace(SMALL, optimizer=optimizer, schedule=Constant(1.0)))
    (written,) = calls(code, "keras.optimizers.")
    assert written.get_config() | {"name": ""} == keras_optimizer(optimizer).get_config() | {"name": ""}


@pytest.mark.parametrize(("shape", "classes"), [((28, 28, 1), 10), ((9, 14, 3), 4)])
@pytest.mark.parametrize("cls", NETWORKS, ids=lambda cls: cls.kind)
def test_the_network_is_the_engines(cls, shape, classes):
    spec = replace(SMALL, network=cls(l2=0.01), data=described(shape, classes))
    code = script(spec)
    (model,) = calls(code, "keras.Sequential(")
    theirs = build_network(spec.network, shape, classes)
    assert model.input_shape == theirs.input_shape
    assert [weight.shape for weight in model.weights] == [weight.shape for weight in theirs.weights]
    for mine, other in zip(model.layers, theirs.layers, strict=True):
        config, wanted = mine.get_config(), other.get_config()
        assert config | {"name": ""} == wanted | {"name": ""}


@pytest.mark.parametrize("network", [Dense((4,), dropout=0.3, l2=0.01), Dense((4,))], ids=str)
def test_vectors_are_used_as_they_are(network):
    code = script(replace(SMALL, network=network, data=described((20,), 3)))
    (model,) = calls(code, "keras.Sequential(")
    assert (model.input_shape, model.output_shape) == ((None, 20), (None, 3))
    assert model.count_params() == network.parameter_count((20,), 3)
    assert "reshape(-1, 20)" in code
    assert "/ 255" not in code


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
def test_no_name_is_given_twice(cls, clock):
    for schedule, plateau in product((cls(), Warmup(cls(), 3)), (None, PLATEAU)):
        spec = RunSpec(
            schedule, clock, plateau=plateau, network=Dense(dropout=0.1, l2=0.1), batches_per_update=4
        )
        names = []
        for node in ast.parse(script(spec, data="synthetic")).body:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.append(name)
                case ast.Import(names=imported) | ast.ImportFrom(names=imported):
                    names += [alias.name for alias in imported]
                case ast.Assign(targets=targets):
                    names += [target.id for target in targets if isinstance(target, ast.Name)]
        assert len(set(names)) == len(names)


def without_comments(code):
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type not in (tokenize.COMMENT, tokenize.NL)]


@given(
    st.text(st.characters(exclude_categories=()), max_size=200)
    | st.sampled_from(
        [
            "a\nimport os",
            "a\rimport os",
            "a\u2028import os\x0cimport os",
            '"""\n"""',
            "\\",
            "\\\n",
            "-*- coding: rot13 -*-",
            "coding: utf-16",
            "\x00",
            "\ud800",
            "{load}",
            "%s",
            "x" * 500,
        ]
    )
)
def test_a_name_cannot_leave_its_comment(text):
    code = script(SMALL, name=text, versions={text: text})
    compile(code.encode(), "script", "exec")  # as from a file, where a comment can name the encoding
    assert without_comments(code) == without_comments(script(SMALL))


@pytest.mark.parametrize(("kind", "is_tested"), [("colour", True), ("vectors", False)])
def test_a_run_on_ones_own_set_is_trained_again_from_its_file(kind, is_tested, home, tmp_path):
    file = tmp_path / "own data.npz"
    file.write_bytes(npz(**whole(kind, test=60 * is_tested)))
    network = Dense((16,)) if kind == "vectors" else Convolutional((4,), width=8)
    data = own_from_path(file)
    spec = RunSpec(Constant(0.1), epochs=2, train_images=150, batch_size=16, data=data, network=network)
    code = script(spec, data=data.name, name="Mine")
    assert f"whose sha256 is {data.digest}" in " ".join(code.replace("#", "").split())
    printed, rows = executed(code, tmp_path, str(file), "2")
    *epochs, outcome = train(spec, load(data))
    assert_measured(epochs, rows, *FEW_UPDATES)
    scores = dict(score.split() for score in printed.splitlines()[-1].partition(": ")[2].split(", "))
    assert float(scores["loss"]) == pytest.approx(outcome.test_loss, rel=1e-3)


def test_without_the_path_of_the_file_a_script_says_so(tmp_path):
    file = tmp_path / "again.py"
    file.write_text(script(replace(SMALL, data=described())), encoding="utf-8")
    done = subprocess.run([sys.executable, file], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Write the path of the data set's .npz file after the name of this script." in done.stderr


def test_mnist_is_loaded_by_keras():
    code = script(replace(SMALL, data="mnist"), data="mnist")
    assert "keras.datasets.mnist.load_data()" in code
    assert "Data: MNIST" in code
    assert "lrlab" not in code


def test_the_comment_says_what_is_known():
    epoch = Epoch(3, 0.3, 0.2, 0.51234, 0.8, 0.61234, 0.7, 1.0)
    spec = replace(SMALL, network=Dense((8,), dropout=0.1, l2=0.1), batches_per_update=4)
    versions = {"python": "3.12.1", "keras": "3.15.1"}
    known = {"data": "synthetic", "versions": versions, "has_manual_rate": True}
    code = keras_script(Result("My  run", (epoch,), spec, **known))
    comment = " ".join(line.removeprefix("#").strip() for line in code.partition("\n\n")[0].splitlines())
    for words in (
        "Run: My run Data: the built-in synthetic set, which needs LR Lab, too",
        "Trained with python 3.12.1, keras 3.15.1",
        "epoch 4: loss 0.5123, accuracy 0.8000, val_loss 0.6123, val_accuracy 0.7000",
        "The dropout masks are not repeated",
        "The rate that was set by hand is not repeated",
        "The last update of an epoch is not repeated",
        "LR Lab's losses are called entropy and val_entropy here",
    ):
        assert words in comment
    plain = script(replace(SMALL, data="auto"), data="fashion-mnist")
    assert "Data: Fashion-MNIST" in plain
    assert "lrlab" not in plain
    assert "not repeated" not in plain
    assert "The range test does not end by its loss" in " ".join(script(range_test_spec(SMALL)).split("\n# "))
    assert "range test" not in plain


def test_of_curves_alone_there_is_no_script():
    with pytest.raises(UserError, match="'log' has only curves: it is unknown how it was trained"):
        keras_script(Result("log", ()))
