"""RunSpec: what determines a run, checked and as JSON."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lrlab import article
from lrlab.errors import UserError
from lrlab.optimizers import OPTIMIZERS, Adam
from lrlab.schedules import SCHEDULES, WarmupStableDecay
from lrlab.spec import DATA, RunSpec


def test_the_articles_run_has_250_steps_an_epoch():
    spec = RunSpec()
    assert (spec.fit_images, spec.steps_per_epoch) == (16_000, article.STEPS_PER_EPOCH)
    assert spec.plan.steps == 25_000


def test_the_last_batch_may_be_smaller():
    assert RunSpec(train_images=1000, batch_size=300).steps_per_epoch == 3


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(SCHEDULES),
    clock=st.sampled_from(("epoch", "step", "smooth")),
    optimizer=st.sampled_from(OPTIMIZERS).map(lambda cls: cls()) | st.builds(Adam, st.floats(0, 1)),
    data=st.sampled_from(DATA),
    epochs=st.integers(1, 100),
    batch_size=st.integers(10, 80),
    seed=st.integers(0, 2**32 - 1),
    train_images=st.integers(100, 60_000),
)
def test_json_round_trip(kind, **fields):
    assume(kind is not WarmupStableDecay or fields["epochs"] >= 25)  # its phases are that long
    spec = RunSpec(schedule=kind(), **fields)
    assert RunSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "sgdd"}, "one of sgd, momentum"),
        ({"optimizer": {"kind": "sgd", "momentum": 0.9}}, "sgd has no parameter 'momentum'. It takes none"),
        ({"optimizer": {"kind": "adam", "beta_1": 2}}, "beta_1 must be a number from 0 to 1, but it is 2"),
        ({"optimizer": {"beta_1": 0.5}}, "but it is None"),
        ({"optimizer": ["adam"]}, "but it is"),
        ({"data": "mnist"}, "one of auto, fashion-mnist, synthetic"),
        ({"seed": -1}, "seed must be"),
        ({"train_images": 60_001}, "from 100 to 60,000"),
        ({"batch_size": 0}, "from 1 to 16,000"),
        ({"batch_size": 16_001}, "from 1 to 16,000"),
        ({"epochs": 0}, "from 1 to 1,000"),
        ({"epochs": "ten"}, "'ten'"),
        ({"validation_split": 1.0}, "validation_split must be"),
        ({"momentum": 0.9}, "A run has no momentum. It takes: schedule"),
        ({"schedule": {"kind": "constant", "initial_lr": 1e9}}, "initial_lr must be"),
        ({"schedule": "constant"}, "A schedule is a JSON object"),
    ],
)
def test_bad_json_is_refused_with_the_allowed_values(change, message):
    record = {**json.loads(RunSpec().to_json()), **change}
    with pytest.raises(UserError, match=message):
        RunSpec.from_json(json.dumps(record))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", None])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(UserError, match="JSON object"):
        RunSpec.from_json(text)


def test_a_run_of_an_earlier_version_names_its_optimizer_alone():
    record = {**json.loads(RunSpec().to_json()), "optimizer": "adam"}
    assert RunSpec.from_json(json.dumps(record)).optimizer == Adam()
