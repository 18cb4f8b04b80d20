"""RunSpec: what determines a run, checked and as JSON."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab import article
from lrlab.datasets.catalogue import choices
from lrlab.datasets.own import OwnData
from lrlab.errors import UserError
from lrlab.networks import NETWORKS, Convolutional, Dense
from lrlab.optimizers import OPTIMIZERS, Adam
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.spec import RunSpec
from lrlab.schedules import SCHEDULES, WarmupStableDecay

OWN = OwnData("0123456789abcdef" * 4, "digits.npz", (8, 8, 1), 10, 100_000, 300)


def test_the_articles_run_has_250_steps_an_epoch():
    spec = RunSpec()
    assert (spec.fit_images, spec.steps_per_epoch) == (16_000, article.STEPS_PER_EPOCH)
    assert spec.plan.steps == 25_000


def test_the_last_batch_may_be_smaller():
    assert RunSpec(train_images=1000, batch_size=300).steps_per_epoch == 3


@pytest.mark.parametrize(("together", "steps"), [(1, 250), (2, 125), (4, 63), (249, 2), (250, 1), (300, 1)])
def test_with_accumulated_gradients_an_epoch_has_fewer_updates(together, steps):
    spec = RunSpec(batches_per_update=together)
    assert (spec.batches_per_epoch, spec.steps_per_epoch, spec.plan.steps) == (250, steps, 100 * steps)
    assert spec.recipe != RunSpec().recipe or together == 1


def test_the_record_of_a_run_without_accumulated_gradients_is_that_of_earlier_versions():
    assert "batches_per_update" not in json.loads(RunSpec().to_json())
    assert json.loads(RunSpec(batches_per_update=4).to_json())["batches_per_update"] == 4


@given(
    kind=st.sampled_from(SCHEDULES),
    clock=st.sampled_from(("epoch", "step", "smooth")),
    optimizer=st.sampled_from(OPTIMIZERS).map(lambda cls: cls()) | st.builds(Adam, st.floats(0, 1)),
    data=st.sampled_from([*choices(), OWN]),
    epochs=st.integers(1, 100),
    batch_size=st.integers(10, 80),
    seed=st.integers(0, 2**32 - 1),
    train_images=st.integers(100, 60_000),
    network=st.sampled_from(NETWORKS).map(lambda cls: cls())
    | st.builds(Dense, st.lists(st.integers(1, 4096), min_size=1, max_size=6), st.floats(0, 0.9)),
    early_stopping=st.none() | st.builds(EarlyStopping, patience=st.integers(0, 1000)),
    plateau=st.none() | st.builds(ReduceOnPlateau, factor=st.floats(0, 0.9), min_lr=st.floats(0, 10)),
    batches_per_update=st.integers(1, 10_000),
)
def test_json_round_trip(kind, **fields):
    assume(kind is not WarmupStableDecay or fields["epochs"] >= 25)  # its phases are that long
    spec = RunSpec(schedule=kind(), **fields)
    assert RunSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "sgdd"}, "one of sgd, momentum"),
        (
            {"optimizer": {"kind": "sgd", "momentum": 0.9}},
            "sgd has no parameter 'momentum'. It takes no parameters",
        ),
        ({"optimizer": {"kind": "adam", "beta_1": 2}}, "beta_1 must be a number from 0 to 1, but it is 2"),
        ({"optimizer": {"beta_1": 0.5}}, "but it is None"),
        ({"optimizer": ["adam"]}, "but it is"),
        ({"data": "cifar"}, "one of auto, fashion-mnist, synthetic, mnist, but it is 'cifar'"),
        ({"data": ["auto"]}, "one of auto, fashion-mnist, synthetic, mnist"),
        ({"seed": -1}, "seed must be"),
        ({"train_images": 60_001}, "from 100 to 60,000"),
        ({"batch_size": 0}, "from 1 to 1,000,000"),
        ({"batch_size": 16_001}, "from 1 to 16,000"),
        ({"batches_per_update": 0}, "batches_per_update must be a whole number from 1 to 10,000"),
        ({"epochs": 0}, "from 1 to 1,000"),
        ({"epochs": "ten"}, "'ten'"),
        ({"validation_split": 1.0}, "validation_split must be"),
        ({"momentum": 0.9}, "A run has no field momentum. Its fields are: schedule"),
        ({"schedule": {"kind": "constant", "initial_lr": 1e9}}, "initial_lr must be"),
        ({"schedule": "constant"}, "A schedule must be a JSON object"),
        ({"network": "densest"}, "network must be one of dense, convolutional, but it is 'densest'"),
        ({"network": None}, "network must be one of dense, convolutional, but it is None"),
        (
            {"network": {"kind": "dense", "filters": [3]}},
            "dense has no parameter 'filters'. It takes: widths",
        ),
        ({"network": {"kind": "dense", "widths": []}}, "widths must be 1 to 6 numbers"),
        ({"network": {"kind": "dense", "widths": [2.5]}}, "each of widths must be a whole number from 1"),
        ({"early_stopping": "early"}, "controller must be one of early-stopping, reduce-on-plateau"),
        ({"early_stopping": {"kind": "early-stopping", "monitor": "f1"}}, "one of val_loss, val_accuracy"),
        ({"early_stopping": {"kind": "reduce-on-plateau"}}, "early_stopping must be an EarlyStopping"),
        ({"plateau": "early-stopping"}, "plateau must be a ReduceOnPlateau"),
        (
            {"plateau": {"kind": "reduce-on-plateau", "factor": 1}},
            "factor must be a number from 0 to 0.999999",
        ),
    ],
)
def test_bad_json_is_refused_with_the_allowed_values(change, message):
    record = {**json.loads(RunSpec().to_json()), **change}
    with pytest.raises(UserError, match=message):
        RunSpec.from_json(json.dumps(record))


def test_one_cannot_train_on_more_than_there_is():
    assert RunSpec(data=OWN, train_images=100_000).fit_images == 80_000
    with pytest.raises(UserError, match="train_images must be a whole number from 100 to 100,000"):
        RunSpec(data=OWN, train_images=100_001)
    few = OwnData(OWN.digest, OWN.title, (8, 8, 1), 10, 150, 30)
    with pytest.raises(UserError, match="train_images must be a whole number from 100 to 150"):
        RunSpec(data=few)


def test_ones_own_set_is_known_by_its_digest():
    spec = RunSpec(data=OWN)
    renamed = RunSpec(data=OwnData(OWN.digest, "other.npz", (8, 8, 1), 10, 100_000, 300))
    assert (renamed, renamed.recipe) == (spec, spec.recipe)
    assert json.loads(spec.to_json())["data"]["title"] == "digits.npz"
    assert spec.with_data(OWN.name) == spec  # the store writes the name of the set that was used
    assert spec.recipe == RunSpec().recipe


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", None])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(UserError, match="JSON object"):
        RunSpec.from_json(text)


def test_a_run_of_an_earlier_version_names_its_optimizer_alone():
    record = {**json.loads(RunSpec().to_json()), "optimizer": "adam"}
    assert RunSpec.from_json(json.dumps(record)).optimizer == Adam()


def test_a_run_of_an_earlier_version_has_the_articles_network_and_no_controllers():
    record = json.loads(RunSpec().to_json())
    for name in ("network", "early_stopping", "plateau"):
        del record[name]
    assert RunSpec.from_json(json.dumps(record)) == RunSpec(network=Dense((512, 200)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": "dense"}, "network must be a Network, but it is 'dense'"),
        ({"network": None}, "network must be a Network, but it is None"),
        ({"early_stopping": ReduceOnPlateau()}, "early_stopping must be an EarlyStopping, but it is Reduce"),
        ({"plateau": True}, "plateau must be a ReduceOnPlateau, but it is True"),
    ],
)
def test_what_is_of_another_type_is_refused(change, message):
    with pytest.raises(UserError, match=message):
        RunSpec(**change)


def test_a_run_whose_network_came_out_of_json_can_be_looked_up():
    spec = RunSpec(network=Convolutional([8, 16]), plateau=ReduceOnPlateau(), early_stopping=EarlyStopping())
    assert hash(RunSpec.from_json(spec.to_json())) == hash(spec)
