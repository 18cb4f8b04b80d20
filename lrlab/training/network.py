"""Networks as Keras models, weights that depend only on a seed, and two fast layers.

With XLA on a CPU, Keras's Dropout takes 1.7 seconds per epoch for its random bits. The gradient of
Keras's Conv2D runs in plain loops, which take ten times as long as one matrix product.
"""

from itertools import count
from math import prod

import keras
import tensorflow as tf

from lrlab.networks import ARTICLE_NETWORK, CLASS_COUNT, IMAGE_SHAPE, Network, layers

ROTATIONS = (13, 15, 26, 6), (17, 29, 16, 24)
PARITY = 0x1BD11BDA


def build_network(
    network: Network = ARTICLE_NETWORK, shape: layers.Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT
) -> keras.Sequential:
    """The Keras model of a network; the default is the article's network with 506,530 parameters.

    It takes float32 of shape (examples, *shape) and gives one probability per class. Raises UserError if
    the network cannot take such examples, and TypeError for a layer that Keras does not have.

    Its attribute `dropout_seed`, an int32 variable of shape (2,), determines the dropout masks. It holds
    the run's seed and the number of the update; the caller assigns it before every update. It is not one
    of the model's weights.
    """
    seed, numbers = tf.Variable([0, 0], trainable=False, dtype=tf.int32), count()

    def made(layer):
        arguments = layer.keras_arguments()
        if isinstance(layer, layers.Weighted) and layer.l2:
            arguments["kernel_regularizer"] = keras.regularizers.L2(layer.l2)
        if isinstance(layer, layers.Dropout):
            return Dropout(**arguments, number=next(numbers), seed=seed)
        if isinstance(layer, layers.Conv):
            return Convolution(**arguments)
        cls = getattr(keras.layers, layer.keras_class, None)
        if cls is None:
            raise TypeError(f"Keras has no layer {layer.keras_class!r}.")
        return cls(**arguments)

    model = keras.Sequential([keras.Input(shape), *map(made, network.layers(shape, classes))])
    model.dropout_seed = seed
    return model


def initial_weights(network: keras.Model, seed: int) -> list:
    """Weights in the order of `network.weights`: Glorot-uniform kernels from `seed`, biases of zero."""
    values = []
    for number, weight in enumerate(network.weights):
        if weight.name not in ("kernel", "bias"):
            raise TypeError(f"It is not known how the weight {weight.path} begins.")
        kernel = keras.initializers.GlorotUniform(seed=seed + number)
        values.append((kernel if weight.name == "kernel" else keras.ops.zeros)(weight.shape))
    return values


class Convolution(keras.layers.Conv2D):
    """A convolution with padding "same", as one matrix product of patches and kernel.

    Takes float32 of shape (images, height, width, channels), and one number each for `kernel_size` and
    `strides`. Equals Keras's Conv2D with these arguments.
    """

    def call(self, inputs):
        size, stride, channels = self.kernel_size[0], self.strides[0], inputs.shape[-1]
        rows, columns = (-(-side // stride) for side in inputs.shape[1:3])
        # If the padding is odd, TensorFlow's "same" puts the extra pixel at the end.
        missing = [
            max(stride * (made - 1) + size - given, 0)
            for made, given in zip((rows, columns), inputs.shape[1:3], strict=True)
        ]
        around = [[more // 2, more - more // 2] for more in missing]
        padded = tf.pad(inputs, [[0, 0], *around, [0, 0]])
        shifted = [
            padded[:, y : y + stride * (rows - 1) + 1 : stride, x : x + stride * (columns - 1) + 1 : stride]
            for y in range(size)
            for x in range(size)
        ]
        patches = tf.reshape(tf.concat(shifted, -1), (-1, size**2 * channels))
        summed = patches @ tf.reshape(self.kernel, (size**2 * channels, self.filters)) + self.bias
        return self.activation(tf.reshape(summed, (-1, rows, columns, self.filters)))


class Dropout(keras.layers.Layer):
    """In training, set a share `rate` of the units to 0 and multiply the others by 1 / (1 - rate).

    Takes float32 of shape (images, ...). The mask depends on three things: `seed` (two int32), the
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
        if not training:
            return inputs
        mask = self.mask(tf.shape(inputs)[0], prod(inputs.shape[1:]))
        return inputs * tf.reshape(mask, (-1, *inputs.shape[1:]))

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
