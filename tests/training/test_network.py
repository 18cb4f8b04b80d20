"""The layers: equal to Keras's own, with dropout that depends on seed, update and layer alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from lrlab.errors import UserError
from lrlab.networks import Convolutional, Dense, Network
from lrlab.networks.layers import DenseLayer, Flatten, Layer
from lrlab.training.network import Convolution, Dropout, build_network, initial_weights, threefry

pytestmark = pytest.mark.training

NETWORKS = (
    Dense(),
    Dense((7,), dropout=0.5, l2=0.1),
    Dense((30, 20, 10), dropout=0.2),
    Convolutional(),
    Convolutional((3,), 5, l2=0.01),
    Convolutional((2, 4, 8), 16, dropout=0.3),
)
each_network = pytest.mark.parametrize("network", NETWORKS, ids=str)


def dropout(rate=0.5, number=0, seed=(7, 0)):
    return Dropout(rate, number, tf.Variable(seed, dtype=tf.int32))


IMAGES = ((28, 28, 1), 10), ((32, 32, 3), 100), ((9, 14, 3), 2), ((1, 1, 1), 3)
VECTORS = (((20,), 4),)
each_network_and_shape = pytest.mark.parametrize(
    ("network", "shape", "classes"),
    [
        (network, *given)
        for network in NETWORKS
        for given in (IMAGES + VECTORS if isinstance(network, Dense) else IMAGES)
    ],
    ids=str,
)


def pixels(count, seed=0):
    return np.random.default_rng(seed).random((count, 28, 28, 1), np.float32)


@each_network_and_shape
def test_a_network_has_as_many_parameters_as_keras_counts(network, shape, classes):
    model = build_network(network, shape, classes)
    assert model.count_params() == network.parameter_count(shape, classes)
    assert (model.input_shape, model.output_shape) == ((None, *shape), (None, classes))
    assert model.layers[-1].activation is keras.activations.softmax


@each_network_and_shape
def test_a_network_takes_as_much_memory_as_its_layers_give_out(network, shape, classes):
    model = build_network(network, shape, classes)
    outputs = [layer.output for layer in model.layers if not isinstance(layer, keras.layers.Flatten)]
    given = sum(np.prod(output.shape[1:]) for output in outputs)
    patches = sum(
        np.prod(layer.output.shape[1:3]) * np.prod(layer.kernel.shape[:3])
        for layer in model.layers
        if isinstance(layer, Convolution)
    )
    assert network.activation_bytes(shape, classes) == 4 * (np.prod(shape) + given + patches)


@each_network_and_shape
def test_keras_gives_out_the_shapes_that_the_layers_say(network, shape, classes):
    model = build_network(network, shape, classes)
    for layer, made in zip(network.layers(shape, classes), model.layers, strict=True):
        shape = layer.output_shape(shape)
        assert made.output.shape[1:] == shape


def test_a_convolution_of_vectors_is_refused():
    with pytest.raises(UserError, match=r"needs images of shape .* has the shape \(20,\). Choose dense"):
        build_network(Convolutional(), (20,), 4)


class Pooled(Layer):
    """A layer that the house does not have, as a new network may bring it."""

    keras_class = "MaxPooling2D"

    def output_shape(self, shape):
        return shape[0] // 2, shape[1] // 2, shape[2]


class Strange(Layer):
    keras_class = "Telepathy"


class Scaled(Layer):
    keras_class = "LayerNormalization"


class Own(Network):
    kind = "own"
    title = "Own"

    def __init__(self, layer):
        self.layer = layer

    def layers(self, shape=(28, 28, 1), classes=10):
        return self.layer, Flatten(), DenseLayer(classes, "softmax")


def test_a_network_may_bring_a_layer_of_its_own():
    network = Own(Pooled())
    model = build_network(network)
    assert isinstance(model.layers[0], keras.layers.MaxPooling2D)
    assert model.count_params() == network.parameter_count() == 14 * 14 * 10 + 10


def test_what_is_not_known_is_an_error():
    with pytest.raises(TypeError, match="Keras has no layer 'Telepathy'"):
        build_network(Own(Strange()))
    with pytest.raises(TypeError, match=r"It is not known how the weight .*gamma begins"):
        initial_weights(build_network(Own(Scaled())), 1)
    with pytest.raises(NotImplementedError):
        build_network(Network())


@each_network
def test_dropout_stands_where_it_is_asked_for(network):
    model = build_network(network)
    layers = [layer for layer in model.layers if isinstance(layer, Dropout)]
    hidden = network.widths if isinstance(network, Dense) else (network.width,)
    assert [layer.rate for layer in layers] == [network.dropout] * (len(hidden) if network.dropout else 0)
    assert [layer.number for layer in layers] == list(range(len(layers)))
    for layer in layers:
        assert isinstance(model.layers[model.layers.index(layer) - 1], keras.layers.Dense)
        assert layer.seed is model.dropout_seed


@each_network
def test_the_seed_of_dropout_is_no_weight(network):
    model = build_network(network)
    known = [*model.weights, *model.variables, *model.non_trainable_variables]
    assert len(known) == 2 * len(model.trainable_variables)
    assert all(variable.dtype == "float32" for variable in known)


def like_keras(network):
    """The same network of nothing but Keras's layers."""
    layers = keras.layers
    penalty = {"kernel_regularizer": keras.regularizers.L2(network.l2)}
    made = [keras.Input((28, 28, 1))]
    for filters in network.filters:
        made.append(layers.Conv2D(filters, 3, 2, "same", activation="relu", **penalty))
    made += [layers.Flatten(), layers.Dense(network.width, "relu", **penalty)]
    return keras.Sequential([*made, layers.Dense(10, "softmax", **penalty)])


def test_a_convolutional_network_is_kerass():
    network = Convolutional((4, 6, 8), 16, l2=0.01)
    ours, theirs = build_network(network), like_keras(network)
    images, labels = pixels(5), np.arange(5)
    values = initial_weights(ours, 3)
    gradients = []
    for model in (ours, theirs):
        for weight, value in zip(model.weights, values, strict=True):
            weight.assign(value)
        with tf.GradientTape() as tape:
            predicted = model(images, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, predicted)
            loss = tf.reduce_mean(losses) + tf.add_n(model.losses)
        gradients.append([loss, *tape.gradient(loss, [v.value for v in model.trainable_variables])])
    for mine, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("size", "stride"), [(3, 2), (3, 1), (5, 2), (1, 2), (2, 3)])
@pytest.mark.parametrize("shape", [(28, 28, 1), (7, 7, 3), (14, 5, 2), (1, 2, 4)])
def test_a_convolution_is_kerass(shape, size, stride):
    ours, theirs = (cls(6, size, stride, "same") for cls in (Convolution, keras.layers.Conv2D))
    images = np.random.default_rng(1).normal(size=(3, *shape)).astype(np.float32)
    assert ours(images).shape == theirs(images).shape
    theirs.set_weights([ours.get_weights()[0], np.arange(6)])
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(images), theirs(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("network", [Dense((20, 30), l2=0.03), Convolutional((4, 5), 6, l2=0.03)], ids=str)
def test_the_penalty_is_kerass_over_every_kernel(network):
    model = build_network(network)
    for weight, value in zip(model.weights, initial_weights(model, 1), strict=True):
        weight.assign(value + 0.1)  # so that a bias would count
    kernels = [weight.numpy().astype(float) for weight in model.weights if len(weight.shape) > 1]
    assert len(model.losses) == len(kernels)
    assert float(tf.add_n(model.losses)) == pytest.approx(0.03 * sum((k**2).sum() for k in kernels), rel=1e-5)
    assert build_network(type(network)()).losses == []


def test_the_kernels_of_convolutions_are_glorots_too():
    network = build_network(Convolutional())
    weights = [np.asarray(weight) for weight in initial_weights(network, 4)]
    assert [weight.shape for weight in weights[:4]] == [(3, 3, 1, 16), (16,), (3, 3, 16, 32), (32,)]
    for number, weight in enumerate(weights):
        if weight.ndim == 1:
            assert not weight.any()
        else:
            np.testing.assert_array_equal(weight, keras.initializers.GlorotUniform(4 + number)(weight.shape))
    limit = np.sqrt(6 / (9 * 16 + 9 * 32))
    assert 0.99 * limit < np.abs(weights[2]).max() <= limit


def test_threefry_gives_the_published_words():
    # Salmon et al.'s known answers: key, counter, words.
    known = (
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    )
    for key, counter, words in known:
        given = threefry(tf.constant(key, tf.uint32), [tf.constant([word], tf.uint32) for word in counter])
        assert tuple(int(word[0]) for word in given) == words


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
def test_dropout_leaves_out_its_share_and_scales_up_the_rest(rate):
    mask = dropout(rate).mask(500, 401).numpy()
    assert mask.shape == (500, 401)
    assert set(np.unique(mask)) == {0, np.float32(1 / (1 - rate))}
    spread = np.sqrt(rate * (1 - rate) / mask.size)
    assert abs((mask == 0).mean() - rate) < 4 * spread
    # Each unit and each image on its own, too: none is always left out.
    for axis, count in ((0, 500), (1, 401)):
        assert np.abs((mask == 0).mean(axis) - rate).max() < 5 * np.sqrt(rate * (1 - rate) / count)


def test_dropout_depends_on_seed_update_and_layer_alone():
    def mask(**given):
        return dropout(**given).mask(64, 100).numpy()

    first = mask()
    np.testing.assert_array_equal(mask(), first)
    others = [mask(number=1), mask(number=5), mask(seed=(7, 1)), mask(seed=(8, 0)), mask(seed=(-7, 0))]
    for one in (first, *others):
        for other in (first, *others):
            if one is not other:
                assert 0.45 < (one == other).mean() < 0.55  # as often as chance would have it


def test_a_larger_batch_begins_with_the_mask_of_a_smaller_one():
    layer = dropout()
    np.testing.assert_array_equal(layer.mask(64, 33)[:5], layer.mask(5, 33))


def test_dropout_is_off_when_not_training():
    layer, units = dropout(), tf.ones((4, 6))
    np.testing.assert_array_equal(layer(units), units)
    np.testing.assert_array_equal(layer(units, training=False), units)
    np.testing.assert_array_equal(layer(2 * units, training=True), 2 * layer.mask(4, 6))
    model = build_network(Dense((50,), dropout=0.9))
    np.testing.assert_array_equal(model.predict(pixels(3), verbose=0), model(pixels(3), training=False))
    assert (model(pixels(3), training=True) != model(pixels(3), training=False)).numpy().any()


def test_dropout_takes_images_too():
    layer, images = dropout(), tf.ones((4, 3, 5, 2))
    np.testing.assert_array_equal(layer(images, training=True), layer.mask(4, 30).numpy().reshape(4, 3, 5, 2))


def test_the_gradient_passes_where_the_units_do():
    layer, units = dropout(0.3), tf.Variable(tf.ones((4, 6)))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(units, training=True))
    np.testing.assert_array_equal(tape.gradient(total, units), layer.mask(4, 6))


def test_a_compiled_loop_draws_the_masks_that_keras_draws():
    model = build_network(Dense((40, 20), dropout=0.5))
    layers = [layer for layer in model.layers if isinstance(layer, Dropout)]

    @tf.function(jit_compile=True, autograph=False)
    def compiled(seed):
        def update(i, masks):
            model.dropout_seed.assign(tf.stack([seed, i]))
            drawn = tf.concat([layer.mask(8, units) for layer, units in zip(layers, (40, 20))], 1)  # noqa: B905
            return i + 1, tf.tensor_scatter_nd_update(masks, [[i]], drawn[None])

        return tf.while_loop(lambda i, masks: i < 3, update, [0, tf.zeros((3, 8, 60))])[1]

    together = compiled(tf.constant(9)).numpy()
    for number in range(3):
        model.dropout_seed.assign([9, number])
        np.testing.assert_array_equal(together[number, :, :40], layers[0].mask(8, 40))
        np.testing.assert_array_equal(together[number, :, 40:], layers[1].mask(8, 20))


class EveryUpdate(keras.callbacks.Callback):
    """Sets the seed of the masks before every update."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed
        self.number = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.model.dropout_seed.assign([self.seed, self.number])
        self.number += 1


@pytest.mark.parametrize("compiled", [True, False])
def test_model_fit_draws_the_masks_of_every_update(compiled):
    model = build_network(Dense((8,), dropout=0.5))
    layer = next(layer for layer in model.layers if isinstance(layer, Dropout))
    # All weights 0 and an output bias: the gradient of the last kernel is 0 where a unit was left out.
    values = [np.zeros(weight.shape, np.float32) for weight in model.weights]
    values[1] += 1
    losses, images, labels = "sparse_categorical_crossentropy", pixels(6), np.arange(6)
    model.compile(keras.optimizers.SGD(1.0), losses, jit_compile=compiled)
    for first in (0, 3):
        model.set_weights(values)
        callback = EveryUpdate(5)
        callback.number = first
        model.fit(images[:1], labels[:1], callbacks=[callback], verbose=0)
        moved = model.get_weights()[2].any(axis=1)
        model.dropout_seed.assign([5, first])
        np.testing.assert_array_equal(moved, layer.mask(1, 8).numpy()[0] > 0)
