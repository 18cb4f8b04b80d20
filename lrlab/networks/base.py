"""What a network is: a list of layers for any input and number of classes. All costs are sums over it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from lrlab.networks.layers import Layer, Shape
from lrlab.parameters.record import Parametrised

# Of Fashion-MNIST and the synthetic set.
IMAGE_SHAPE: Shape = (28, 28, 1)
CLASS_COUNT = 10
FLOAT = 4  # bytes


@dataclass(frozen=True)
class Network(Parametrised):
    """Base class: the architecture of a network, and the cost of one example in it.

    `shape` is an example's shape: (height, width, channels) for an image, (n,) for a vector. `classes` is
    the number of classes. All methods raise UserError if the network cannot take such examples.
    """

    title: ClassVar[str]

    def layers(self, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> tuple[Layer, ...]:
        """The layers, from the example to a softmax over the classes."""
        raise NotImplementedError

    def parameter_count(self, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
        """Number of trainable parameters: kernels and biases."""
        return sum(layer.parameter_count(given) for layer, given in self._with_inputs(shape, classes))

    def operations(self, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
        """Multiplications and additions in the matrix products of one example's forward pass."""
        return sum(layer.operations(given) for layer, given in self._with_inputs(shape, classes))

    def training_operations(self, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
        """The same for one example's forward and backward pass.

        In the backward pass each layer has two products of the same size: one for the gradient of its
        weights, and one for the gradient of its input. The first product needs only the first of them.
        """
        each = [layer.operations(given) for layer, given in self._with_inputs(shape, classes)]
        return 3 * sum(each) - next(filter(None, each), 0)

    def activation_bytes(self, shape: Shape = IMAGE_SHAPE, classes: int = CLASS_COUNT) -> int:
        """Bytes for one example in float32: the example, and what all layers write."""
        written = sum(layer.written(given) for layer, given in self._with_inputs(shape, classes))
        return FLOAT * (prod(shape) + written)

    def _with_inputs(self, shape: Shape, classes: int) -> Iterator[tuple[Layer, Shape]]:
        """Each layer, and the shape of its input."""
        for layer in self.layers(shape, classes):
            yield layer, shape
            shape = layer.output_shape(shape)
