"""The compiled epoch: network, optimizer and the loop over batches as one XLA program.

Keras layers, losses and optimizers do the mathematics; what is compiled is the loop around them, so
that Python is entered once for many batches. See TensorFlow's guide "Better performance with
tf.function" and `tf.function(jit_compile=True)`.
"""

from functools import lru_cache, partial

import keras
import numpy as np
import tensorflow as tf

from lrlab.networks import Network
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
LOSS, HITS, RATE, GRADIENT, MOVE = COLUMNS = range(5)
SLICE = 1000


@lru_cache(maxsize=12)
def compiled_epoch(network: Network, optimizer: Optimizer, batch_size: int) -> "CompiledEpoch":
    """The one CompiledEpoch of this process for a network, an optimizer and a batch size."""
    return CompiledEpoch(network, optimizer, batch_size)


def keras_optimizer(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    """Keras's own optimizer with the same parameters; its rate is set at every update."""
    given = {name: getattr(optimizer, name) for name in optimizer.parameters()}
    return CLASSES[optimizer.kind](learning_rate=1.0, **given)


class CompiledEpoch:
    """A network and an optimizer whose batches run inside one compiled loop; compiled at first use.

    Images are uint8 of shape (n, 28, 28), labels integers of shape (n,); pixels become float32 / 255
    inside the loop. The results depend on the arguments and on the state alone, not on how an epoch is
    cut into calls of `steps`. `holder` is for its user: whose state it holds.
    """

    def __init__(self, network, optimizer, batch_size):
        self.batch_size = batch_size
        self.network = build_network(network)
        self.optimizer = keras_optimizer(optimizer)
        self.optimizer.build(self.network.trainable_variables)
        self._unused = [variable.numpy() for variable in self.optimizer.variables]
        self.holder = None

    def fresh(self, seed: int) -> list[np.ndarray]:
        """The state that a run begins with: weights from `seed`, an optimizer that has seen nothing."""
        return [*map(np.asarray, initial_weights(self.network, seed)), *self._unused]

    @property
    def state(self) -> list[np.ndarray]:
        """A copy of the weights and of all that the optimizer keeps."""
        return [np.array(variable.numpy()) for variable in self._variables()]

    @state.setter
    def state(self, arrays):
        for variable, value in zip(self._variables(), arrays, strict=True):
            variable.assign(value)

    def _variables(self):
        return [*self.network.weights, *self.optimizer.variables]

    def steps(self, images, labels, order, rates, log, start: int, stop: int, seed: int, first: int):
        """Train on batches `start` to `stop` of an epoch and return `log` with their rows filled.

        `order`, int32, says which image comes when; `rates`, float32, holds one rate a step; `log`,
        float32 of shape (steps, 5), takes each batch's sum of losses, its number of right answers and the
        rate that the optimizer held, and, for the first step of the epoch alone, since it takes time, the
        length of the gradient and of the update as a share of the weights' length. No batch follows one
        whose loss is NaN or infinite. `seed` and `first`, the number in the run of the epoch's first
        update, draw the dropout masks.
        """
        drawn = tf.constant([np.uint32(seed).astype(np.int32), first], tf.int32)
        if start == 0:
            log = self._steps(images, labels, order, rates, log, tf.constant(0), tf.constant(1), drawn, True)
        if max(start, 1) < stop:
            start, stop = tf.constant(max(start, 1)), tf.constant(stop)
            log = self._steps(images, labels, order, rates, log, start, stop, drawn, False)
        return log

    @tf.function(jit_compile=True, autograph=False)
    def _steps(self, images, labels, order, rates, log, start, stop, drawn, measured):
        count = order.shape[0]
        variables = self.network.trainable_variables

        def step(i, log):
            places = i * self.batch_size + tf.range(self.batch_size)
            # The last batch may be smaller: the places past the end weigh nothing.
            weights = tf.cast(places < count, tf.float32)
            chosen = tf.gather(order, tf.minimum(places, count - 1))
            batch, answers = _pixels(tf.gather(images, chosen)), tf.gather(labels, chosen)
            self.optimizer.learning_rate.assign(rates[i])
            self.network.dropout_seed.assign(drawn + tf.stack([0, i]))
            with tf.GradientTape() as tape:
                predicted = self.network(batch, training=True)
                losses = weights * _losses(answers, predicted)
                mean = tf.reduce_sum(losses) / tf.reduce_sum(weights)
                penalised = tf.add_n([mean, *self.network.losses])
            gradients = tape.gradient(penalised, variables)
            before = [tf.identity(variable) for variable in variables] if measured else []
            self.optimizer.apply(gradients, variables)
            moved = [variable - old for variable, old in zip(variables, before, strict=False)]
            hits = tf.reduce_sum(weights * _hits(answers, predicted))
            row = [tf.reduce_sum(losses), hits, self.optimizer.learning_rate.value]
            row += [_length(gradients), _length(moved) / _length(before)] if measured else [0.0, 0.0]
            return i + 1, tf.tensor_scatter_nd_update(log, [[i]], tf.stack(row)[None])

        def goes_on(i, log):
            return (i < stop) & tf.math.is_finite(log[tf.maximum(i - 1, 0), LOSS])

        return tf.while_loop(goes_on, step, [start, log])[1]

    def score(self, images, labels) -> tuple[float, float]:
        """Mean loss and accuracy over all the images, with the weights as they are."""
        loss, hits = self._score(images, labels)
        return float(loss) / len(labels), float(hits) / len(labels)

    @tf.function(jit_compile=True, autograph=False)
    def _score(self, images, labels):
        count = labels.shape[0]
        size = min(SLICE, count)  # the activations of all images at once would not fit into memory

        def add(i, loss, hits):
            places = i + tf.range(size)
            weights = tf.cast(places < count, tf.float32)
            chosen = tf.minimum(places, count - 1)
            answers = tf.gather(labels, chosen)
            predicted = self.network(_pixels(tf.gather(images, chosen)), training=False)
            loss += tf.reduce_sum(weights * _losses(answers, predicted))
            return i + size, loss, hits + tf.reduce_sum(weights * _hits(answers, predicted))

        return tf.while_loop(lambda i, *_: i < count, add, [0, 0.0, 0.0])[1:]


def on_device(images: np.ndarray, labels: np.ndarray):
    """Images and labels as tensors: uint8 and int32."""
    return tf.constant(images), tf.constant(labels.astype(np.int32))


def _pixels(images):
    return tf.cast(images, tf.float32) / 255.0


def _losses(labels, predicted):
    return keras.losses.sparse_categorical_crossentropy(labels, predicted)


def _hits(labels, predicted):
    return tf.cast(tf.argmax(predicted, -1, output_type=labels.dtype) == labels, tf.float32)


def _length(tensors):
    return tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(tensor)) for tensor in tensors]))
