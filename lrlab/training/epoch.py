"""The compiled epoch: network, optimizer and the loop over batches as one XLA program.

Keras layers, losses and optimizers do the mathematics; what is compiled is the loop around them, so
that Python is entered once for many batches. See TensorFlow's guide "Better performance with
tf.function" and `tf.function(jit_compile=True)`.
"""

from functools import lru_cache, partial

import keras
import numpy as np
import tensorflow as tf

from lrlab.optimizers import Optimizer
from lrlab.training.network import build_network, initial_weights

CLASSES = {
    "sgd": keras.optimizers.SGD,
    "momentum": keras.optimizers.SGD,
    "nesterov": partial(keras.optimizers.SGD, nesterov=True),
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "adagrad": keras.optimizers.Adagrad,
}
LOSS, HITS, RATE = range(3)


@lru_cache(maxsize=4)
def compiled_epoch(optimizer: Optimizer, batch_size: int) -> "CompiledEpoch":
    """The one CompiledEpoch of this process for an optimizer and a batch size; compiled at first use."""
    return CompiledEpoch(optimizer, batch_size)


def keras_optimizer(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    """Keras's own optimizer with the same parameters; its rate is set at every update."""
    given = {name: getattr(optimizer, name) for name in optimizer.parameters()}
    return CLASSES[optimizer.kind](learning_rate=1.0, **given)


class CompiledEpoch:
    """A network and an optimizer whose batches run inside one compiled loop.

    Images are uint8 of shape (n, 28, 28), labels integers of shape (n,); pixels become float32 / 255
    inside the loop. The results depend on the arguments alone, not on what ran before `reset`, nor
    on how an epoch is cut into calls of `steps`.
    """

    def __init__(self, optimizer, batch_size):
        self.batch_size = batch_size
        self.network = build_network()
        self.optimizer = keras_optimizer(optimizer)
        self.optimizer.build(self.network.trainable_variables)
        self._unused = [variable.numpy() for variable in self.optimizer.variables]

    def reset(self, seed: int) -> None:
        """Begin a run: weights from `seed`, an optimizer that has seen nothing."""
        for weight, value in zip(self.network.weights, initial_weights(self.network, seed), strict=True):
            weight.assign(value)
        for variable, value in zip(self.optimizer.variables, self._unused, strict=True):
            variable.assign(value)

    def steps(self, images, labels, order, rates, log, start: int, stop: int):
        """Train on batches `start` to `stop` of an epoch and return `log` with their rows filled.

        `order`, int32, says which image comes when; `rates`, float32, holds one rate a step; `log`,
        float32 of shape (steps, 3), takes each batch's sum of losses, its number of right answers and
        the rate that the optimizer held. No batch follows one whose loss is NaN or infinite.
        """
        return self._steps(images, labels, order, rates, log, tf.constant(start), tf.constant(stop))

    @tf.function(jit_compile=True, autograph=False)
    def _steps(self, images, labels, order, rates, log, start, stop):
        count = order.shape[0]
        variables = self.network.trainable_variables

        def step(i, log):
            places = i * self.batch_size + tf.range(self.batch_size)
            # The last batch may be smaller: the places past the end weigh nothing.
            weights = tf.cast(places < count, tf.float32)
            chosen = tf.gather(order, tf.minimum(places, count - 1))
            batch, answers = _pixels(tf.gather(images, chosen)), tf.gather(labels, chosen)
            self.optimizer.learning_rate.assign(rates[i])
            with tf.GradientTape() as tape:
                predicted = self.network(batch, training=True)
                losses = weights * _losses(answers, predicted)
                mean = tf.reduce_sum(losses) / tf.reduce_sum(weights)
            self.optimizer.apply(tape.gradient(mean, variables), variables)
            hits = tf.reduce_sum(weights * _hits(answers, predicted))
            row = tf.stack([tf.reduce_sum(losses), hits, self.optimizer.learning_rate.value])
            return i + 1, tf.tensor_scatter_nd_update(log, [[i]], row[None])

        def goes_on(i, log):
            return (i < stop) & tf.math.is_finite(log[tf.maximum(i - 1, 0), LOSS])

        return tf.while_loop(goes_on, step, [start, log])[1]

    def score(self, images, labels) -> tuple[float, float]:
        """Mean loss and accuracy over all the images, with the weights as they are."""
        loss, hits = self._score(images, labels)
        return float(loss) / len(labels), float(hits) / len(labels)

    @tf.function(jit_compile=True, autograph=False)
    def _score(self, images, labels):
        predicted = self.network(_pixels(images), training=False)
        return (
            tf.reduce_sum(_losses(labels, predicted)),
            tf.reduce_sum(_hits(labels, predicted)),
        )


def on_device(images: np.ndarray, labels: np.ndarray):
    """Images and labels as tensors: uint8 and int32."""
    return tf.constant(images), tf.constant(labels.astype(np.int32))


def _pixels(images):
    return tf.cast(images, tf.float32) / 255.0


def _losses(labels, predicted):
    return keras.losses.sparse_categorical_crossentropy(labels, predicted)


def _hits(labels, predicted):
    return tf.cast(tf.argmax(predicted, -1, output_type=labels.dtype) == labels, tf.float32)
