"""What is declared once works everywhere: a schedule, optimizer, network, data set and export target."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lrlab.cli.main import main
from lrlab.datasets import BUILT_IN
from lrlab.datasets.built_in import BuiltIn
from lrlab.datasets.sources import load
from lrlab.exchange.script import keras_script
from lrlab.export import TARGETS, Target, javascript, source
from lrlab.links.query import read
from lrlab.links.scene import from_query
from lrlab.networks import NETWORKS, Network
from lrlab.networks.layers import DenseLayer, Flatten
from lrlab.optimizers import OPTIMIZERS, Optimizer
from lrlab.parameters.declare import rate, share, size, span
from lrlab.runs import cost
from lrlab.runs.plan import Plan
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import SCHEDULES, Schedule
from lrlab.training.engine import train
from lrlab.ui.train import race_setup
from tests import test_readme
from tests.pages import TIMEOUT

pytestmark = pytest.mark.training
APP = Path(__file__).parents[1] / "app.py"


@dataclass(frozen=True)
class Sawtooth(Schedule):
    """Fall linearly over each period, and begin again."""

    kind = "sawtooth"
    title = "Sawtooth"
    latex = r"\eta_t = \eta_0 (1 - (t \bmod P) / P)"

    initial_lr: float = rate(0.1, r"\eta_0", "The rate at the start of each period.")
    tooth_length: float = span(4.0, "P", "Length of a period.", low=0.5)

    def at(self, t):
        return self.initial_lr * (1 - t % self.tooth_length / self.tooth_length)


@dataclass(frozen=True)
class Adamax(Optimizer):
    """Adam with the maximum norm. Kingma and Ba, 2015, section 7.1."""

    kind = "adamax"
    title = "Adamax"
    keras_class = "Adamax"
    usual_lr = 0.001

    beta_1: float = share(0.9, r"\beta_1", "Decay of the first moment.")

    def slots(self):
        return 2


@dataclass(frozen=True)
class Bottleneck(Network):
    """One hidden layer."""

    kind = "bottleneck"
    title = "Bottleneck"

    neck: int = size(16, "n", "Units of the hidden layer.", high=64)

    def layers(self, shape=(28, 28, 1), classes=10):
        return Flatten(), DenseLayer(self.neck), DenseLayer(classes, "softmax")


def stripes():
    """Images of 6 x 8 pixels in two colours of stripes, upright or level."""
    dice = np.random.default_rng(7)
    labels = dice.integers(0, 2, 400).astype(np.uint8)
    images = dice.integers(0, 60, (400, 6, 8, 3)).astype(np.uint8)
    images[labels == 0, ::2] += 150
    images[labels == 1, :, ::2] += 150
    return images[:300], labels[:300], images[300:], labels[300:]


STRIPES = BuiltIn(
    name="stripes",
    title="Stripes",
    shape=(6, 8, 3),
    class_names=("level", "upright"),
    train=300,
    test=100,
    licence="free",
    arrays=stripes,
)


@pytest.fixture(autouse=True)
def listed():
    """Everything of this file is one entry of its catalogue, and nothing else is changed."""
    own = ((SCHEDULES, Sawtooth), (OPTIMIZERS, Adamax), (NETWORKS, Bottleneck), (BUILT_IN, STRIPES))
    for catalogue, entry in own:
        catalogue.append(entry)
    TARGETS["table"] = Target("Table", lambda export: f"rates = {export.plan.rates().tolist()}\n")
    yield
    for catalogue, _ in own:
        catalogue.pop()
    del TARGETS["table"]


@pytest.fixture
def spec():
    return RunSpec(
        Sawtooth(0.002, 0.5),
        clock="smooth",
        optimizer=Adamax(0.8),
        network=Bottleneck(12),
        epochs=2,
        train_images=200,
        batch_size=20,
        data="stripes",
    )


def test_the_pages_have_its_controls(home):
    page = AppTest.from_file(APP, default_timeout=TIMEOUT).run()
    page.get("menu_button")[0].set_value("sawtooth").run()
    assert not page.exception
    assert any("Tooth length" in slider.label for slider in page.select_slider)
    page.session_state["panel"] = next(tab for tab in page.tabs if "Export" in tab.label).label
    page.run()
    form = next(control for control in page.segmented_control if control.label == "Format")
    assert "Table" in [*form.options]

    page.switch_page("pages/lab/train.py").run()
    assert not page.exception
    page.multiselect(key=race_setup.CHOSEN_OPTIMIZERS).set_value(["adamax"]).run()
    assert not page.exception
    page.selectbox(key=race_setup.NETWORK).set_value("bottleneck").run()
    page.selectbox(key=race_setup.DATA_SET).set_value("stripes").run()
    assert not page.exception
    assert any("Stripes" in caption.value for caption in page.caption)
    numbers = {number.key for number in page.number_input}
    assert {"option.adamax.beta_1.field", "option.bottleneck.neck.field"} <= numbers


def test_the_command_line_takes_and_describes_it(home, capsys):
    assert main(["curve", "sawtooth", "tooth_length=2", "--epochs", "3", "--per-epoch"]) == 0
    rates = [float(line.split(",")[2]) for line in capsys.readouterr().out.splitlines()[1:]]
    assert rates == [0.1, 0.05, 0.1]
    with pytest.raises(SystemExit, match="0"):
        main(["train", "sawtooth", "--optimizer", "adamax", "--network", "bottleneck", "--help"])
    printed = capsys.readouterr().out
    assert all(f"  {name}=" in printed for name in ("tooth_length", "beta_1", "neck"))
    assert main(["export", "sawtooth", "--epochs", "2", "--steps-per-epoch", "1", "--to", "table"]) == 0
    assert capsys.readouterr().out.endswith("rates = [0.1, 0.07500000000000001]\n")


def test_links_and_json_carry_it(spec):
    assert RunSpec.from_json(spec.to_json()) == spec
    assert json.loads(spec.to_json())["optimizer"] == {"kind": "adamax", "beta_1": 0.8}
    scene, problems = from_query(read("?c=sawtooth~0.3~2~_w5"))
    (curve,) = scene.curves
    assert problems == ()
    assert curve.schedule.core == Sawtooth(0.3, 2.0)


def test_its_code_gives_its_rates():
    plan = Plan(Sawtooth(), 5, 2, "smooth")
    names = {}
    exec(source(plan, "keras"), names)
    given = [float(names["optimizer"]._learning_rate(step)) for step in range(plan.steps)]
    np.testing.assert_allclose(given, plan.rates(), rtol=1e-6)
    assert "tooth_length" in repr(javascript(plan))


def test_its_cost_is_known_and_it_trains_as_its_script_does(spec):
    optimizer = keras.optimizers.Adamax()
    model = keras.Sequential([keras.Input((6, 8, 3)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(12, "relu"))
    model.add(keras.layers.Dense(2, "softmax"))
    optimizer.build(model.trainable_variables)
    weights = Bottleneck(12).parameter_count(STRIPES.shape, STRIPES.class_count)
    assert weights == model.count_params()
    slots = [variable for variable in optimizer.variables if variable.shape.rank]
    assert Adamax().slots() * weights == sum(int(np.prod(variable.shape)) for variable in slots)
    products = 2 * (6 * 8 * 3 * 12 + 12 * 2)
    assert cost.operations(spec) == 160 * (3 * products - 2 * 6 * 8 * 3 * 12) + 40 * products
    assert cost.memory(spec) < cost.memory(replace(spec, network=Bottleneck(64)))

    epochs = [record for record in train(spec, load("stripes")) if isinstance(record, Epoch)]
    assert len(epochs) == 2
    assert epochs[1].loss < epochs[0].loss
    code = keras_script(Result("Own", tuple(epochs), spec))
    compile(code, "script", "exec")
    assert "# Data: Stripes, which needs LR Lab, too" in code
    assert "keras.optimizers.Adamax(" in code
    assert "beta_1=0.8" in code
    assert "keras.layers.Dense(units=12" in code


@pytest.mark.parametrize("heading", ["schedule", "optimizer", "network", "data"])
def test_the_readme_has_to_name_it(heading):
    if heading == "schedule":
        with pytest.raises(ValueError, match="not enough values"):
            test_readme.test_every_kind_and_parameter_is_in_the_table()
    elif heading == "data":
        with pytest.raises(ValueError, match="not enough values"):
            test_readme.test_every_data_set_is_in_the_table()
    else:
        catalogue = {"optimizer": OPTIMIZERS, "network": NETWORKS}[heading]
        with pytest.raises(AssertionError):
            test_readme.test_the_table_is_the_catalogue(heading, catalogue)
