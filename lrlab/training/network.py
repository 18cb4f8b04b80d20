"""Networks as Keras models, weights that depend only on a seed, and two fast layers.

With XLA on a CPU, Keras's Dropout takes 1.7 seconds per epoch for its random bits. The gradient of
Keras's Conv2D runs in plain loops, which take ten times as long as one matrix product.
"""

import keras
import tensorflow as tf

from lrlab.networks import ARTICLE_NETWORK, CLASS_COUNT, SIDE, Convolutional, Network

ROTATIONS = (13, 15, 26, 6), (17, 29, 16, 24)
PARITY = 0x1BD11BDA


def build_network(network: Network = ARTICLE_NETWORK) -> keras.Sequential:
    """The Keras model of a network; the default is the article's network with 506,530 parameters.

    Its attribute `dropout_seed`, an int32 variable of shape (2,), determines the dropout masks. It holds
    the run's seed and the number of the update; the caller assigns it before every update. It is not one
    of the model's weights.
    """
    seed = tf.Variable([0, 0], trainable=False, dtype=tf.int32)
    regularizer = keras.regularizers.L2(network.l2) if network.l2 else None

    def dense(width, activation="relu"):
        return keras.layers.Dense(width, activation, kernel_regularizer=regularizer)

    def convolution(filters):
        return Convolution(filters, activation="relu", kernel_regularizer=regularizer)

    def hidden(*widths):
        for number, width in enumerate(widths):
            yield dense(width)
            if network.dropout:
                yield Dropout(network.dropout, number, seed)

    layers = [keras.Input((SIDE, SIDE))]
    if isinstance(network, Convolutional):
        layers += [keras.layers.Reshape((SIDE, SIDE, 1)), *map(convolution, network.filters)]
        layers += [keras.layers.Flatten(), *hidden(network.width)]
    else:
        layers += [keras.layers.Flatten(), *hidden(*network.widths)]
    model = keras.Sequential([*layers, dense(CLASS_COUNT, "softmax")])
    model.dropout_seed = seed
    return model


def initial_weights(network: keras.Model, seed: int) -> list:
    """Weights in the order of `network.weights`: Glorot-uniform kernels from `seed`, biases of zero."""
    return [
        keras.initializers.GlorotUniform(seed=seed + number)(weight.shape)
        if len(weight.shape) > 1
        else keras.ops.zeros(weight.shape)
        for number, weight in enumerate(network.weights)
    ]


class Convolution(keras.layers.Conv2D):
    """A 3x3 convolution with stride 2 and padding "same", as one matrix product of patches and kernel.

    Takes float32 of shape (images, height, width, channels). Equals Keras's Conv2D with these arguments.
    """

    def __init__(self, filters: int, **kwargs):
        super().__init__(filters, kernel_size=3, strides=2, padding="same", **kwargs)

    def call(self, inputs):
        high, wide, channels = inputs.shape[1:]
        rows, columns = (high + 1) // 2, (wide + 1) // 2
        # If the padding is odd, TensorFlow's "same" puts the extra pixel at the end.
        around = [
            [(2 * made + 1 - given) // 2, (2 * made + 2 - given) // 2]
            for made, given in ((rows, high), (columns, wide))
        ]
        padded = tf.pad(inputs, [[0, 0], *around, [0, 0]])
        shifted = [
            padded[:, y : y + 2 * rows - 1 : 2, x : x + 2 * columns - 1 : 2]
            for y in range(3)
            for x in range(3)
        ]
        patches = tf.reshape(tf.concat(shifted, -1), (-1, 9 * channels))
        summed = patches @ tf.reshape(self.kernel, (9 * channels, self.filters)) + self.bias
        return self.activation(tf.reshape(summed, (-1, rows, columns, self.filters)))


class Dropout(keras.layers.Layer):
    """In training, set a share `rate` of the units to 0 and multiply the others by 1 / (1 - rate).

    Takes float32 of shape (images, units). The mask depends on three things: `seed` (two int32), the
    layer's `number` in its network, and the position in the batch. It does not depend on the batch size,
    so padding the last batch does not change its mask. It is the same with and without XLA, which
    `tf.random.stateless_uniform(alg="threefry")` needs. Srivastava et al., 2014.
    """

    def __init__(self, rate: float, number: int, seed: tf.Variable):
        super().__init__()
        self.rate = rate
        self.number = number
        self.seed = seed

    def call(self, inputs, training=False):
        return inputs * self.mask(tf.shape(inputs)[0], inputs.shape[1]) if training else inputs

    def mask(self, images, units: int):
        """The factors of the units: float32 of shape (images, units)."""
        half = (units + 1) // 2  # one counter gives two words
        rows = tf.range(images, dtype=tf.int32)[:, None]
        columns = tf.range(half, dtype=tf.int32)[None] + self.number * 2**16
        rows, columns = (tf.cast(tf.broadcast_to(x, (images, half)), tf.uint32) for x in (rows, columns))
        bits = tf.concat(threefry(tf.cast(self.seed, tf.uint32), (rows, columns)), 1)[:, :units]
        kept = bits >= tf.constant(round(self.rate * 2**32), tf.uint32)
        return tf.where(kept, 1 / (1 - self.rate), 0.0)


def threefry(key, counter):
    """Two tensors of random bits from two tensors of counters and a key of two words; all uint32.

    Threefry-2x32 with 20 rounds: Salmon et al., 2011, "Parallel Random Numbers: As Easy as 1, 2, 3".
    """
    keys = key[0], key[1], key[0] ^ key[1] ^ PARITY
    x, y = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x += y
            y = x ^ (tf.bitwise.left_shift(y, rotation) | tf.bitwise.right_shift(y, 32 - rotation))
        x += keys[(group + 1) % 3]
        y += keys[(group + 2) % 3] + (group + 1)
    return x, y
