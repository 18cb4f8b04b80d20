"""Early stopping and reduce-on-plateau: equal to Keras's callbacks, value by value."""

import json
import math

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.networks import Dense
from lrlab.runs.controllers import MONITORS, EarlyStopping, ReduceOnPlateau, controller_from_record
from lrlab.training.network import build_network, initial_weights

pytestmark = pytest.mark.training

# Ties, some in float32 only, steps about as large as min_delta, the largest numbers and what is none;
# nothing so small that TensorFlow takes it for 0.
VALUES = st.lists(
    st.sampled_from(
        [
            0.5,
            0.5 - 1e-9,
            0.5 + 1e-9,
            0.4999,
            0.4998,
            0.5001,
            0.6,
            0.4,
            0.0,
            math.nan,
            math.inf,
            -math.inf,
            3e38,
        ]
    )
    | st.floats(1e-20, 3)
    | st.just(math.nan),
    min_size=1,
    max_size=25,
)
MARGINS = st.sampled_from([0.0, 1e-4, 0.1]) | st.floats(1e-9, 0.5)
STOPPING = st.builds(
    EarlyStopping,
    monitor=st.sampled_from(MONITORS),
    patience=st.integers(0, 5),
    min_delta=MARGINS,
    start_from_epoch=st.integers(0, 8),
    restore_best=st.booleans(),
)
PLATEAU = st.builds(
    ReduceOnPlateau,
    monitor=st.sampled_from(MONITORS),
    factor=st.sampled_from([0.0, 0.1, 0.5, 0.9]) | st.floats(0, 0.95),
    patience=st.integers(0, 5),
    min_delta=MARGINS,
    cooldown=st.integers(0, 4),
    min_lr=st.sampled_from([0.0, 1e-3, 0.01, 0.1]),
)
RATES = st.sampled_from([0.1, 0.01, 0.001, 0.5]) | st.floats(1e-8, 10)


@pytest.fixture(scope="module")
def model():
    """The least that Keras's callbacks work with; they ask it which way a metric is better."""
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    made.compile(keras.optimizers.SGD(), "mse", metrics=["accuracy"])
    made.evaluate(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
    return made


def keras_stopping(ours):
    given = {name: getattr(ours, name) for name in ("monitor", "patience", "min_delta", "start_from_epoch")}
    return keras.callbacks.EarlyStopping(restore_best_weights=ours.restore_best, **given)


def keras_plateau(ours):
    return keras.callbacks.ReduceLROnPlateau(**{name: getattr(ours, name) for name in ours.parameters()})


def begin(callback, model):
    callback.set_model(model)
    callback.on_train_begin()
    return callback


def reduced(model, callback, epoch, value):
    """The rate that Keras holds after the end of an epoch."""
    callback.on_epoch_end(epoch, {callback.monitor: value})
    return float(model.optimizer.learning_rate)


def same_rate(ours, theirs):
    # Keras rounds to float32 at every reduction.
    return float(np.float32(ours)) == pytest.approx(theirs, rel=5e-6, abs=1e-37)


@given(ours=STOPPING, values=VALUES)
def test_a_run_stops_when_keras_stops_it(model, ours, values):
    callback = begin(keras_stopping(ours), model)
    model.stop_training = False
    for epoch, value in enumerate(values):
        model.set_weights([np.full((1, 1), epoch)])
        callback.on_epoch_end(epoch, {ours.monitor: value})
        assert ours.stops(values[: epoch + 1]) == model.stop_training
        if model.stop_training:
            break
    callback.on_train_end()
    left = int(model.get_weights()[0].item())
    assert left == (ours.best(values[: epoch + 1]) if ours.restore_best else epoch)


@given(ours=PLATEAU, values=VALUES, rate=RATES)
def test_a_constant_rate_falls_as_it_does_in_keras(model, ours, values, rate):
    callback = begin(keras_plateau(ours), model)
    model.optimizer.learning_rate = rate
    for epoch, value in enumerate(values):
        theirs = reduced(model, callback, epoch, value)
        scale = ours.scale(values[: epoch + 1], [rate] * (epoch + 1))
        assert same_rate(ours.applied(rate, scale), theirs)


@given(ours=PLATEAU, epochs=st.lists(st.tuples(VALUES.map(lambda v: v[0]), RATES), min_size=1, max_size=25))
def test_a_schedule_falls_when_keras_would_lower_the_rate_in_force(model, ours, epochs):
    values, rates = zip(*epochs, strict=True)
    callback = begin(keras_plateau(ours), model)
    scale = 1.0
    for epoch, rate in enumerate(rates):
        model.optimizer.learning_rate = float(ours.applied(rate, scale))
        theirs = reduced(model, callback, epoch, values[epoch])
        before, scale = scale, ours.scale(values[: epoch + 1], rates[: epoch + 1])
        assert scale in (before, before * ours.factor)
        assert same_rate(ours.applied(rate, scale), theirs)


@given(
    ours=PLATEAU, rates=st.lists(st.floats(0, 10), min_size=1), scale=st.sampled_from([1.0, 0.1, 1e-9, 0.0])
)
def test_the_rate_in_force_lies_between_its_bounds(ours, rates, scale):
    rates = np.array(rates)
    applied = ours.applied(rates, scale)
    assert applied.shape == rates.shape
    assert (applied <= rates).all()
    assert (applied >= np.minimum(rates, ours.min_lr)).all()
    assert applied.tolist() == [ours.applied(rate, scale) for rate in rates.tolist()]
    np.testing.assert_array_equal(ours.applied(rates, 1.0), rates)


def test_what_is_the_same_in_float32_is_no_improvement(model):
    values = [0.5, 0.5 - 1e-9]
    callback = begin(keras_stopping(EarlyStopping(patience=1)), model)
    model.stop_training = False
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
    assert model.stop_training
    assert EarlyStopping(patience=1).stops(values)


def test_nothing_has_happened_before_the_first_epoch():
    assert ReduceOnPlateau().scale([], []) == 1.0
    assert not EarlyStopping(patience=0).stops([])


def test_a_first_value_that_is_no_number_is_never_improved_upon():
    values = [math.nan, 0.5, 0.4, 0.3]
    assert EarlyStopping(patience=3).stops(values)
    assert EarlyStopping().best(values) == 0


def test_accuracy_improves_upwards():
    rising = [0.1, 0.2, 0.3]
    assert not EarlyStopping("val_accuracy", patience=1).stops(rising)
    assert EarlyStopping("val_accuracy").best(rising) == 2
    assert EarlyStopping("val_loss", patience=1).stops(rising)
    assert EarlyStopping("val_loss").best(rising) == 0


def test_model_fit_does_the_same(dataset):
    stopping = EarlyStopping(patience=4, min_delta=0.01, start_from_epoch=1, restore_best=True)
    plateau = ReduceOnPlateau(factor=0.3, patience=1, min_delta=0.02, cooldown=1, min_lr=0.005)
    rate, weights = 0.3, []
    network = build_network(Dense((16,)))
    for weight, value in zip(network.weights, initial_weights(network, 3), strict=True):
        weight.assign(value)
    network.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])

    def keep(epoch, logs):
        weights.append(network.get_weights())

    history = network.fit(
        dataset.train_images[:600].astype(np.float32) / 255,
        dataset.train_labels[:600],
        validation_split=0.2,
        shuffle=False,
        epochs=60,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=keep),
            keras_plateau(plateau),
            keras_stopping(stopping),
        ],
        verbose=0,
    ).history
    values = history["val_loss"]
    for epoch, theirs in enumerate(history["learning_rate"]):
        scale = plateau.scale(values[:epoch], [rate] * epoch)
        assert same_rate(plateau.applied(rate, scale), theirs)
    assert min(history["learning_rate"]) < rate
    assert len(values) < 60
    assert [stopping.stops(values[: n + 1]) for n in range(len(values))] == [False] * (len(values) - 1) + [
        True
    ]
    best = stopping.best(values)
    assert best < len(values) - 1
    for mine, theirs in zip(weights[best], network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@given(STOPPING | PLATEAU)
def test_json_round_trip(controller):
    assert controller_from_record(json.loads(json.dumps(controller.to_dict()))) == controller


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("plateau", "controller must be one of early-stopping, reduce-on-plateau, but it is 'plateau'"),
        (
            {"kind": "early-stopping", "factor": 1},
            "early-stopping has no parameter 'factor'. It takes: monitor",
        ),
        ({"kind": "early-stopping", "monitor": "auc"}, "one of val_loss, val_accuracy, loss, accuracy"),
        ({"kind": "early-stopping", "patience": 1.5}, "patience must be a whole number from 0 to 1,000"),
        ({"kind": "early-stopping", "patience": -1}, "patience must be a whole number from 0 to 1,000"),
        ({"kind": "early-stopping", "min_delta": 11}, "min_delta must be a number from 0 to 10"),
        ({"kind": "early-stopping", "restore_best": 1}, "restore_best must be true or false"),
        ({"kind": "reduce-on-plateau", "factor": 1.0}, "factor must be a number from 0 to 0.999999"),
        ({"kind": "reduce-on-plateau", "cooldown": 1001}, "cooldown must be a whole number from 0 to 1,000"),
        ({"kind": "reduce-on-plateau", "min_lr": -0.1}, "min_lr must be a number from 0 to 100"),
        (None, "but it is None"),
    ],
)
def test_what_is_not_allowed_is_said(record, message):
    with pytest.raises(UserError, match=message):
        controller_from_record(record)
