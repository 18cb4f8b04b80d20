"""The engine: equal to `keras.Model.fit`, the same every time, and honest about its end."""

from dataclasses import replace
from itertools import islice

import keras
import numpy as np
import pytest
import tensorflow as tf

from lrlab.datasets import Dataset
from lrlab.errors import UserError
from lrlab.networks import Convolutional, Dense
from lrlab.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nadam, RMSprop
from lrlab.runs.records import Control, Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, ExponentialDecay, OneCycle, Warmup
from lrlab.training import lane
from lrlab.training.engine import train, warm_up
from lrlab.training.epoch import Present, compiled_epoch, keras_optimizer, program_of
from lrlab.training.lane import batch_order
from lrlab.training.network import build_network, initial_weights
from tests.datasets.npz import described

pytestmark = pytest.mark.training

# 400 images in batches of 64: six whole batches and one of 16.
SPEC = RunSpec(
    ExponentialDecay(0.3, 0.4), "smooth", epochs=3, batch_size=64, seed=7, train_images=500, data="synthetic"
)
WILD = RunSpec(Constant(10.0), epochs=3, train_images=500, data="synthetic")


class EveryRate(keras.callbacks.Callback):
    """Assigns the rate of every batch, as a user of Keras would, and what draws its dropout masks.

    If the plan cycles the momentum, it assigns it too, under the name that the optimizer has for it.
    """

    def __init__(self, spec):
        super().__init__()
        steps = spec.plan.step_of(np.arange(spec.epochs * spec.batches_per_epoch))
        self.updates = enumerate(spec.plan.at(steps))
        self.momenta = iter(spec.plan.momentum.at(steps) if spec.plan.momentum else ())
        self.name, self.seed = spec.optimizer.momentum_name, spec.seed

    def on_train_batch_begin(self, batch, logs=None):
        number, self.model.optimizer.learning_rate = next(self.updates)
        for momentum in islice(self.momenta, 1):
            setattr(self.model.optimizer, self.name, float(momentum))
        self.model.dropout_seed.assign([self.seed, number])


def compiled(spec):
    """What the engine trains such a run with."""
    return compiled_epoch(program_of(spec), 0)


def inputs(images, spec):
    """The images as a network takes them."""
    images = images.reshape(-1, *spec.data_set.shape)
    return images.astype(np.float32) / 255 if images.dtype == np.uint8 else images


def fit(spec, data):
    """Train the same run with `keras.Model.fit`; returns the network and one history an epoch.

    Its gradients are accumulated by Keras.
    """
    images, labels = data.sample(spec.train_images)
    pixels = inputs(images, spec)
    validation = pixels[spec.fit_images :], labels[spec.fit_images :]
    network = build_network(spec.network, spec.data_set.shape, spec.data_set.class_count)
    for weight, value in zip(network.weights, initial_weights(network, spec.seed), strict=True):
        weight.assign(value)
    entropy = keras.metrics.SparseCategoricalCrossentropy(name="entropy")  # the loss without an L2 penalty
    given, together = spec.optimizer.keras_arguments(), spec.batches_per_update
    if together > 1:
        given["gradient_accumulation_steps"] = together
    optimizer = getattr(keras.optimizers, spec.optimizer.keras_class)(1.0, **given)
    metrics = ["accuracy", entropy]
    # A compiled step would keep the first momentum.
    eagerly = spec.plan.momentum is not None
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=metrics, run_eagerly=eagerly)
    callback = EveryRate(spec)
    histories = []
    for epoch in range(spec.epochs):
        order = batch_order(spec.seed, epoch, spec.fit_images)
        history = network.fit(
            pixels[order],
            labels[order],
            spec.batch_size,
            shuffle=False,
            validation_data=validation,
            callbacks=[callback],
            verbose=0,
        )
        histories.append({name: values[0] for name, values in history.history.items()})
    return network, histories


def records(spec, data):
    """What a run yields but for the time that it took."""
    return [
        replace(record, seconds=0) if isinstance(record, Epoch) else record for record in train(spec, data)
    ]


def diverging(data):
    """WILD with a seed that ends it after its first epoch; which seeds do is the machine's arithmetic."""
    for seed in range(100):
        spec = replace(WILD, seed=seed)
        *epochs, outcome = train(spec, data)
        if outcome.status == "diverged" and len(epochs) > 1:
            return spec
    pytest.fail("No run diverged at a rate of 10.")


@pytest.mark.parametrize(
    ("optimizer", "rate", "network"),
    [
        (SGD(), 0.3, Dense()),
        pytest.param(Momentum(0.8), 0.01, Dense(), marks=pytest.mark.proof),
        (Adam(epsilon=1e-5), 0.001, Dense()),
        *(pytest.param(cls(), cls.usual_lr, Dense(), marks=pytest.mark.proof) for cls in OPTIMIZERS[2:]),
        # With a small epsilon, Adam too magnifies the rounding of gradients near 0.
        pytest.param(AdamW(weight_decay=0.1, epsilon=1e-5), 0.001, Dense(), marks=pytest.mark.proof),
        pytest.param(RMSprop(momentum=0.5), 0.001, Dense(), marks=pytest.mark.proof),
        pytest.param(SGD(), 0.1, Dense((64, 32, 16), dropout=0.3, l2=0.01), marks=pytest.mark.proof),
        (SGD(), 0.02, Convolutional(dropout=0.2, l2=0.001)),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_run_is_what_model_fit_computes(dataset, optimizer, rate, network):
    spec = replace(SPEC, optimizer=optimizer, schedule=ExponentialDecay(rate, 0.4), network=network)
    assert_fitted(spec, dataset)


def cycling(optimizer, rate):
    """A run whose momentum falls and rises by half."""
    cycle = OneCycle(rate, cycle_momentum=True, max_momentum=0.9, base_momentum=0.4)
    return replace(SPEC, optimizer=optimizer, schedule=Warmup(cycle, 1))


CYCLED = [cls for cls in OPTIMIZERS if cls.momentum_name]


@pytest.mark.proof
@pytest.mark.parametrize("cls", CYCLED, ids=lambda cls: cls.kind)
def test_a_cycled_momentum_is_what_model_fit_has_if_it_is_set_before_every_update(dataset, cls):
    # RMSprop divides by the mean of squares, which magnifies the rounding of gradients near 0.
    optimizer = cls(epsilon=1e-4) if cls is RMSprop else cls()
    assert_fitted(cycling(optimizer, min(cls.usual_lr, 0.03)), dataset)


@pytest.mark.parametrize("cls", CYCLED, ids=lambda cls: cls.kind)
def test_a_compiled_momentum_is_what_keras_has_if_it_is_set_before_every_update(cls):
    gradients = np.random.default_rng(1).normal(size=(12, 3)).astype(np.float32)
    momenta = np.abs(np.linspace(-0.9, 0.9, 12)).astype(np.float32)
    program = replace(cycling(cls(), 0.01), network=Dense((2,)))
    name = compiled(program).momentum_name

    def made():
        weights = keras.Variable(np.zeros(3, np.float32))
        optimizer = keras_optimizer(program_of(program).optimizer)
        optimizer.build([weights])
        optimizer.learning_rate.assign(0.01)
        return weights, optimizer

    weights, optimizer = made()

    @tf.function(jit_compile=True, autograph=False)
    def update(gradient, momentum):
        setattr(optimizer, name, Present(momentum))
        optimizer.apply([gradient], [weights])

    expected, plain = made()
    for gradient, momentum in zip(gradients, momenta, strict=True):
        update(tf.constant(gradient), tf.constant(momentum))
        setattr(plain, name, float(momentum))
        plain.apply([tf.constant(gradient)], [expected])
        np.testing.assert_allclose(weights.numpy(), expected.numpy(), rtol=1e-5, atol=1e-8)


def test_a_cycled_momentum_replaces_the_optimizers_own_in_pieces_too(dataset, monkeypatch):
    first = records(cycling(Momentum(0.1), 0.03), dataset)
    monkeypatch.setattr(lane, "CHUNK_SECONDS", 0)
    assert records(cycling(Momentum(0.5), 0.03), dataset) == first


@pytest.mark.parametrize("kind", ["sgd", "adagrad", "lion"])
def test_without_a_momentum_there_is_none_to_cycle(kind):
    (optimizer,) = [cls() for cls in OPTIMIZERS if cls.kind == kind]
    with pytest.raises(UserError, match="has none to cycle"):
        cycling(optimizer, 0.1)


@pytest.mark.parametrize(
    ("optimizer", "rate", "network", "size", "together"),
    [
        (SGD(), 0.3, Dense(), 50, 4),
        # Seven batches, the last with 16 images: Keras's mean is that of the batches, not of the images.
        (AdamW(weight_decay=0.1), 0.001, Dense((64, 32), dropout=0.3, l2=0.01), 64, 7),
        pytest.param(Nadam(), 0.001, Dense(), 50, 2, marks=pytest.mark.proof),
        pytest.param(SGD(), 0.02, Convolutional(dropout=0.2), 50, 4, marks=pytest.mark.proof),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_accumulated_gradients_are_what_model_fit_accumulates(
    dataset, optimizer, rate, network, size, together
):
    schedule = ExponentialDecay(rate, 0.4)
    sizes = {"batch_size": size, "batches_per_update": together}
    spec = replace(SPEC, optimizer=optimizer, schedule=schedule, network=network, **sizes)
    assert spec.batches_per_epoch % together == 0  # so that Keras carries no batch to the next epoch
    assert_fitted(spec, dataset)


def test_batches_left_over_make_one_more_update_at_the_end_of_an_epoch(dataset):
    # Seven batches of 64 images, the last with 16, in updates of three, three and one: the mean of equal
    # batches is that of a larger one, so these are three batches of 192 images, the last with 16.
    spec = replace(SPEC, batches_per_update=3)
    large = replace(SPEC, batch_size=192)
    assert (spec.batches_per_epoch, spec.steps_per_epoch) == (7, 3)
    np.testing.assert_array_equal(spec.plan.rates(), large.plan.rates())
    assert_fitted(spec, dataset, large)


def assert_fitted(spec, data, other=None):
    """The engine and Keras, which trains `other` if given, measure the same and end with the same weights."""
    *epochs, outcome = train(spec, data)
    ours = compiled(spec).network
    theirs, histories = fit(other or spec, data)
    # The two add up the same float32 numbers in another order, which differs by about 1e-6 an update and
    # grows from update to update.
    for epoch, history in zip(epochs, histories, strict=True):
        for name, their_name in (
            *(("loss", "entropy"), ("accuracy", "accuracy")),
            *(("val_loss", "val_entropy"), ("val_accuracy", "val_accuracy")),
        ):
            assert getattr(epoch, name) == pytest.approx(history[their_name], rel=1e-4), (epoch.epoch, name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=2e-5)
    test = theirs.evaluate(inputs(data.test_images, spec), data.test_labels, verbose=0)
    assert (outcome.test_loss, outcome.test_accuracy) == pytest.approx(test[:0:-1], rel=1e-4)


def own_data(shape, classes, kind):
    """A set of 600 noisy examples of that shape, each with the pattern of its class."""
    random = np.random.default_rng(3)
    patterns, labels = random.random((classes, *shape)), random.permutation(np.arange(600) % classes)
    examples = (patterns[labels] + random.random((600, *shape))) / 2
    examples = np.round(255 * examples).astype(kind) if kind == np.uint8 else (4 * examples - 2).astype(kind)
    return Dataset("own", "", examples[:500], labels[:500], examples[500:], labels[500:])


@pytest.mark.parametrize(
    ("network", "shape", "classes", "kind"),
    [
        (Dense((16,)), (20,), 3, np.float32),
        (Dense((16,), dropout=0.2), (6, 5, 3), 12, np.uint8),
        (Convolutional((4, 6), 8, l2=0.001), (9, 14, 3), 4, np.uint8),
        pytest.param(Convolutional((4,), 8), (16, 16, 1), 2, np.uint8, marks=pytest.mark.proof),
    ],
    ids=str,
)
def test_examples_of_any_shape_are_trained(network, shape, classes, kind):
    known = described(shape, classes, 500, 100)
    spec = replace(SPEC, network=network, schedule=ExponentialDecay(0.1, 0.1), data=known)
    data = own_data(shape, classes, kind)
    assert_fitted(spec, data)
    *epochs, _ = train(replace(spec, epochs=20), data)
    assert epochs[-1].val_accuracy > 1.5 / classes
    assert epochs[-1].loss < epochs[0].loss


def test_a_network_that_cannot_take_the_examples_is_an_error():
    with pytest.raises(UserError, match=r"needs images of shape .* has the shape \(20,\)"):
        replace(SPEC, network=Convolutional(), data=described((20,), 3))


@pytest.mark.parametrize("clock", ["epoch", "step", "smooth"])
def test_the_rates_that_were_applied_are_the_rates_that_are_drawn(dataset, clock):
    spec = replace(SPEC, clock=clock)
    rates = spec.plan.rates().astype(np.float32).reshape(spec.epochs, -1)
    epochs = list(train(spec, dataset))[:-1]
    assert [epoch.lr for epoch in epochs] == rates[:, 0].tolist()
    assert [epoch.lr_end for epoch in epochs] == rates[:, -1].tolist()


def test_a_run_learns_and_is_scored_at_its_end(dataset):
    *epochs, outcome = train(SPEC, dataset)
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2]
    assert epochs[-1].loss < epochs[0].loss
    assert (outcome.status, outcome.message) == ("completed", "")
    assert 0.3 < outcome.test_accuracy <= 1
    assert all(epoch.seconds > 0 for epoch in epochs)


@pytest.mark.parametrize(
    "optimizer",
    [cls if cls in (SGD, Adam) else pytest.param(cls, marks=pytest.mark.proof) for cls in OPTIMIZERS],
    ids=lambda cls: cls.kind,
)
def test_a_run_is_the_same_bit_for_bit_whatever_ran_before(dataset, optimizer):
    optimizer = optimizer()
    spec = replace(SPEC, optimizer=optimizer)
    first = records(spec, dataset)
    state = compiled(spec).state
    other = records(replace(spec, seed=8, schedule=Constant(0.5)), dataset)
    assert other != first
    assert records(spec, dataset) == first
    for before, after in zip(state, compiled(spec).state, strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_product_of_nadams_momenta_is_part_of_the_state(dataset):
    spec = replace(SPEC, optimizer=Nadam())
    *_, product = compiled(spec).fresh(1)
    assert product == 1
    list(train(spec, dataset))
    updates = np.arange(spec.plan.steps) + 1
    expected = np.prod(0.9 * (1 - 0.5 * 0.96**updates))
    assert compiled(spec).state[-1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seconds", [0, 0.002, 1000])
@pytest.mark.parametrize("together", [1, 3])
def test_a_run_is_the_same_bit_for_bit_however_its_epochs_are_cut(dataset, monkeypatch, seconds, together):
    spec = replace(SPEC, batch_size=10, batches_per_update=together)
    whole = records(spec, dataset)
    monkeypatch.setattr(lane, "CHUNK_SECONDS", seconds)
    assert records(spec, dataset) == whole


def test_a_run_diverges_at_the_same_step_however_its_epochs_are_cut(dataset, monkeypatch):
    spec = diverging(dataset)
    monkeypatch.setattr(lane, "CHUNK_SECONDS", 0)
    by_step = records(spec, dataset)
    monkeypatch.setattr(lane, "CHUNK_SECONDS", 1000)
    assert repr(records(spec, dataset)) == repr(by_step)  # NaN equals nothing, itself included


def test_a_loss_that_is_no_number_is_a_result(dataset):
    *epochs, outcome = train(diverging(dataset), dataset)
    last = epochs[-1]
    assert not np.isfinite(last.loss)
    assert 0 <= last.accuracy <= 1
    kind = "infinite" if np.isinf(last.loss) else "NaN"
    assert outcome.message.startswith(f"The loss became {kind} in epoch {last.epoch + 1}, step ")
    assert "at a rate of 10: the steps were too large. Try a smaller initial" in outcome.message
    assert outcome.test_accuracy is not None


def test_a_run_with_a_last_loss_that_is_no_number_is_never_complete(dataset):
    ends = {}
    for seed in range(40):
        *epochs, outcome = train(replace(WILD, seed=seed, epochs=1, batch_size=10, train_images=112), dataset)
        finite = np.isfinite(epochs[-1].loss) and np.isfinite(epochs[-1].val_loss)
        ends[outcome.status] = ends.get(outcome.status, 0) + 1
        assert outcome.status == ("completed" if finite else "diverged")
    assert ends["diverged"] > 0


@pytest.mark.parametrize("asked", [0, 1, 2, 9])
def test_a_run_stops_between_two_batches(dataset, monkeypatch, asked):
    monkeypatch.setattr(lane, "CHUNK_SECONDS", 0)
    answers = iter(range(1000))
    *epochs, outcome = train(SPEC, dataset, lambda: Control(stop=next(answers) == asked))
    assert outcome == Outcome("stopped", f"Stopped in epoch {len(epochs) + 1} of 3.")
    # The first epoch is one piece; of the later ones each of the seven batches is.
    assert len(epochs) == (asked + 6) // 7


def test_the_order_of_the_batches_depends_on_seed_and_epoch_alone():
    order = batch_order(1, 0, 1000)
    assert order.dtype == np.int32
    assert sorted(order) == list(range(1000))
    np.testing.assert_array_equal(batch_order(1, 0, 1000), order)
    assert (batch_order(1, 1, 1000) != order).any()
    assert (batch_order(2, 0, 1000) != order).any()


def test_the_network_is_the_articles():
    network = build_network()
    assert network.count_params() == 506_530
    shapes = [tuple(weight.shape) for weight in network.weights]
    assert shapes == [(784, 512), (512,), (512, 200), (200,), (200, 10), (10,)]


def test_weights_depend_on_the_seed_alone():
    network = build_network()
    first, again, other = (
        [np.asarray(weight) for weight in initial_weights(network, seed)] for seed in (1, 1, 2)
    )
    for number, weight in enumerate(first):
        np.testing.assert_array_equal(weight, again[number])
        if weight.ndim == 1:
            assert not weight.any()
        else:
            assert (weight != other[number]).any()
            limit = np.sqrt(6 / sum(weight.shape))
            assert 0.9 * limit < np.abs(weight).max() <= limit


def test_warming_up_leaves_no_trace(dataset):
    before = records(SPEC, dataset)
    assert warm_up(SPEC) > 1e6  # operations a second
    assert records(SPEC, dataset) == before
