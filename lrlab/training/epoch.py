"""The compiled epoch: network, optimizer and the loop over batches as one XLA program.

Keras layers, losses and optimizers do the mathematics. The loop around them is compiled too, so Python
makes one call for many batches. See TensorFlow's guide "Better performance with tf.function" and
`tf.function(jit_compile=True)`.
"""

from functools import cache
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from lrlab.datasets import Dataset
from lrlab.datasets.dataset import ALIGNED
from lrlab.networks import Network
from lrlab.networks.layers import Shape
from lrlab.optimizers import Optimizer
from lrlab.runs.spec import RunSpec
from lrlab.training.network import build_network, initial_weights

LOSS, HITS, RATE, GRADIENT, MOVE = LOG_COLUMNS = range(5)
ROWS = 1024  # steps per call
SLICE = 1000  # examples scored per loop step


class Program(NamedTuple):
    """What determines a CompiledEpoch; `shape` and `classes` are the data set's."""

    network: Network
    optimizer: Optimizer
    batch_size: int
    batches_per_update: int
    shape: Shape
    classes: int
    cycles_momentum: bool = False


def program_of(spec: RunSpec) -> Program:
    """The Program that trains a run."""
    known = spec.data_set
    sizes = spec.batch_size, spec.batches_per_update
    cycles = spec.plan.momentum is not None
    return Program(spec.network, spec.trained_optimizer, *sizes, known.shape, known.class_count, cycles)


@cache
def compiled_epoch(program: Program, place: int) -> "CompiledEpoch":
    """This process's CompiledEpoch for a program and a place.

    One thread at a time can use it. Threads that train at the same time use different places.
    """
    return CompiledEpoch(program)


def programs() -> int:
    """How many CompiledEpochs this process holds."""
    return compiled_epoch.cache_info().currsize


def keras_optimizer(optimizer: Optimizer) -> keras.optimizers.Optimizer:
    """The Keras optimizer with the same parameters; the loop sets its rate at every update."""
    return getattr(keras.optimizers, optimizer.keras_class)(1.0, **optimizer.keras_arguments())


class CompiledEpoch:
    """A network and an optimizer that train in one compiled loop. The first use compiles it.

    Images are of shape (n, *shape), labels are integers of shape (n,). If the images are uint8, the loop
    converts them to float32 and divides them by 255; float32 is used as it is. The results depend only on
    the arguments and the state. It makes no difference how an epoch is split into calls of `steps`.
    """

    def __init__(self, program: Program):
        self.batch_size, self.batches_per_update = program.batch_size, program.batches_per_update
        self.momentum_name = program.optimizer.momentum_name if program.cycles_momentum else ""
        self.network = build_network(program.network, program.shape, program.classes)
        self.optimizer = keras_optimizer(program.optimizer)
        self.optimizer.build(self.network.trainable_variables)
        self._unused = [variable.numpy() for variable in self.optimizer.variables]

    def fresh(self, seed: int) -> list[np.ndarray]:
        """The initial state of a run: weights from `seed`, and an unused optimizer."""
        return [*map(np.asarray, initial_weights(self.network, seed)), *self._unused]

    @property
    def state(self) -> list[np.ndarray]:
        """A copy of the weights and of all optimizer variables."""
        return [np.array(variable.numpy()) for variable in self._variables()]

    @state.setter
    def state(self, arrays):
        for variable, value in zip(self._variables(), arrays, strict=True):
            variable.assign(value)

    def _variables(self):
        return [*self.network.weights, *self.optimizer.variables]

    def steps(
        self,
        images,
        labels,
        order,
        rates,
        start: int,
        stop: int,
        seed: int,
        first: int,
        momentum=None,
        measured: bool = False,
    ) -> np.ndarray:
        """Train steps `start` to `stop` of an epoch; returns one row per step, float32 (n, 5).

        A step is one update with the mean gradient of `batches_per_update` batches. The last one of an epoch
        may have fewer batches, and its last batch fewer images.

        `order`, int32, is the order of the images. `rates`, float32, has one rate per step of the epoch.
        `first` is the number of the epoch's first batch in the run. `seed` and `first` determine the
        dropout masks. `momentum`, float32, has one value per step of the epoch, if the program cycles it.
        A row has five columns:

        1. The sum of the losses of its images.
        2. The number of correct predictions.
        3. The rate that the optimizer used.
        4. The norm of the gradient.
        5. The norm of the update, divided by the norm of the weights.

        Columns 4 and 5 take time, so only the first step of the epoch has them, or all if they are
        `measured`; they are 0 elsewhere. If the loss of a step is NaN or infinite, training ends and that
        step has the last row.
        """
        drawn = tf.constant([np.uint32(seed).astype(np.int32), first], tf.int32)
        given = (images, labels, _padded(order, images), _padded(rates, images), tf.constant(len(order)))
        momenta = _padded(momentum, images) if self.momentum_name else None
        rows = []
        while start < stop:
            end = min(start + ROWS, stop) if start else 1
            places = tf.constant(start), tf.constant(end)
            log = self._steps(*given, *places, drawn, measured or start == 0, momenta)
            rows.append(log.numpy()[: end - start])
            if not np.isfinite(last := rows[-1][:, LOSS]).all():
                rows[-1] = rows[-1][: np.argmin(np.isfinite(last)) + 1]
                break
            start = end
        return np.concatenate(rows)

    @tf.function(jit_compile=True, autograph=False)
    def _steps(self, images, labels, order, rates, count, start, stop, drawn, measured, momenta):
        variables = self.network.trainable_variables

        def gradients_of(batch_number):
            """The gradients of a batch, the sum of its losses, and its hits."""
            places = batch_number * self.batch_size + tf.range(self.batch_size)
            # The last batch may be smaller: places after its end have weight 0.
            weights = tf.cast(places < count, tf.float32)
            chosen = tf.gather(order, tf.minimum(places, count - 1))
            batch, answers = _pixels(tf.gather(images, chosen)), tf.gather(labels, chosen)
            self.network.dropout_seed.assign(drawn + tf.stack([0, batch_number]))
            with tf.GradientTape() as tape:
                predicted = self.network(batch, training=True)
                losses = weights * _losses(answers, predicted)
                mean = tf.reduce_sum(losses) / tf.reduce_sum(weights)
                penalised = tf.add_n([mean, *self.network.losses])
            hits = tf.reduce_sum(weights * _hits(answers, predicted))
            return tape.gradient(penalised, variables), tf.reduce_sum(losses), hits

        def mean_gradients(i):
            """The mean gradients of the batches of a step, the sum of their losses, and their hits."""
            if self.batches_per_update == 1:
                return gradients_of(i)
            begin = i * self.batches_per_update
            end = tf.minimum(begin + self.batches_per_update, -(-count // self.batch_size))

            def add(number, *sums):
                return number + 1, *map(tf.add, sums, tf.nest.flatten(gradients_of(number)))

            nothing = [*map(tf.zeros_like, variables), 0.0, 0.0]
            _, *sums, loss, hits = tf.while_loop(lambda number, *_: number < end, add, [begin, *nothing])
            return [each / tf.cast(end - begin, tf.float32) for each in sums], loss, hits

        def step(i, log):
            self.optimizer.learning_rate.assign(tf.gather(rates, i))
            if self.momentum_name:
                setattr(self.optimizer, self.momentum_name, Present(tf.gather(momenta, i)))
            gradients, loss, hits = mean_gradients(i)
            before = [tf.identity(variable) for variable in variables] if measured else []
            self.optimizer.apply(gradients, variables)
            moved = [variable - old for variable, old in zip(variables, before, strict=False)]
            row = [loss, hits, self.optimizer.learning_rate.value]
            row += [_length(gradients), _length(moved) / _length(before)] if measured else [0.0, 0.0]
            return i + 1, tf.tensor_scatter_nd_update(log, [[i - start]], tf.stack(row)[None])

        def goes_on(i, log):
            # Not log[...]: XLA would treat `start` as a constant, and compile again for each value.
            return (i < stop) & tf.math.is_finite(tf.gather(log, tf.maximum(i - start - 1, 0))[LOSS])

        return tf.while_loop(goes_on, step, [start, tf.zeros((ROWS, len(LOG_COLUMNS)))])[1]

    def score(self, images, labels, chosen) -> tuple[float, float]:
        """Mean loss and accuracy of the current weights on the images with the indices `chosen`, int32."""
        loss, hits = self._score(images, labels, _padded(chosen, images), tf.constant(len(chosen)))
        return float(loss) / len(chosen), float(hits) / len(chosen)

    @tf.function(jit_compile=True, autograph=False)
    def _score(self, images, labels, chosen, count):
        def add(i, loss, hits):
            places = i + tf.range(SLICE)  # the activations of all images at once would not fit into memory
            weights = tf.cast(places < count, tf.float32)
            which = tf.gather(chosen, tf.minimum(places, count - 1))
            answers = tf.gather(labels, which)
            predicted = self.network(_pixels(tf.gather(images, which)), training=False)
            loss += tf.reduce_sum(weights * _losses(answers, predicted))
            return i + SLICE, loss, hits + tf.reduce_sum(weights * _hits(answers, predicted))

        return tf.while_loop(lambda i, *_: i < count, add, [0, 0.0, 0.0])[1:]


class Present:
    """A momentum above 0 that is a tensor. Keras decides with Python's `if` whether there is any."""

    def __init__(self, value):
        self.value, self.dtype = value, value.dtype

    def __tf_tensor__(self, dtype=None, name=None):
        return tf.convert_to_tensor(self.value, dtype, name=name)

    def __ne__(self, zero):
        return True

    def __gt__(self, zero):
        return True

    def __mul__(self, other):
        return self.value * other

    def __rmul__(self, other):
        return other * self.value

    def __rsub__(self, other):
        return other - self.value


def on_device(data: Dataset, shape: Shape):
    """All images of a data set, of shape (n, *shape), and labels (int32), with the test images last."""
    images = data.images.reshape(-1, *shape)
    if images.ctypes.data % ALIGNED == 0 and images.flags.writeable:  # then TensorFlow needs no copy
        images = tf.experimental.dlpack.from_dlpack(images.__dlpack__())
    return tf.convert_to_tensor(images), tf.constant(
        np.concatenate([data.train_labels, data.test_labels]), tf.int32
    )


def _padded(array, images):
    """The array padded to the number of images. Every run then has the same shape, and XLA compiles once."""
    return tf.constant(np.pad(array, (0, len(images) - len(array))))


def _pixels(images):
    return tf.cast(images, tf.float32) / 255.0 if images.dtype == tf.uint8 else images


def _losses(labels, predicted):
    return keras.losses.sparse_categorical_crossentropy(labels, predicted)


def _hits(labels, predicted):
    return tf.cast(tf.argmax(predicted, -1, output_type=labels.dtype) == labels, tf.float32)


def _length(tensors):
    return tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(tensor)) for tensor in tensors]))
