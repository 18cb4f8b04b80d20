"""Layers as values: how Keras calls each, what it puts out, and what that costs for one example."""

from dataclasses import dataclass, field, fields
from math import prod
from typing import ClassVar, NamedTuple

Shape = tuple[int, ...]  # of one example: (height, width, channels) for an image, (n,) for a vector


class Product(NamedTuple):
    """A matrix product: it maps `inputs` numbers to `outputs` numbers, at each of `places` positions."""

    places: int
    inputs: int
    outputs: int


@dataclass(frozen=True)
class Layer:
    """Base class of a layer. Its fields are arguments of the Keras class."""

    keras_class: ClassVar[str]  # in keras.layers

    def keras_arguments(self) -> dict[str, int | float | str]:
        """The arguments of the Keras class by name, without a regularizer."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of the output for an input of that shape."""
        return shape

    def parameter_count(self, shape: Shape) -> int:
        """Number of trainable parameters."""
        return 0

    def operations(self, shape: Shape) -> int:
        """Multiplications and additions in matrix products."""
        return 0

    def written(self, shape: Shape) -> int:
        """How many numbers the layer writes to memory in the forward pass."""
        return prod(self.output_shape(shape))


@dataclass(frozen=True)
class Flatten(Layer):
    """Turns an input of any shape into a vector, without a copy."""

    keras_class = "Flatten"

    def output_shape(self, shape):
        return (prod(shape),)

    def written(self, shape):
        return 0


@dataclass(frozen=True)
class Dropout(Layer):
    """Sets a share `rate` of its inputs to 0 in training."""

    keras_class = "Dropout"

    rate: float


@dataclass(frozen=True)
class Weighted(Layer):
    """Base class of a layer with a kernel and a bias; `l2` is the factor of its kernel's squared sum."""

    l2: float = field(default=0.0, kw_only=True)

    def keras_arguments(self):
        arguments = super().keras_arguments()
        del arguments["l2"]  # as a regularizer, it is no plain value
        return arguments

    def product(self, shape: Shape) -> Product:
        """The matrix product with the kernel."""
        raise NotImplementedError

    def parameter_count(self, shape):
        _, inputs, outputs = self.product(shape)
        return (inputs + 1) * outputs

    def operations(self, shape):
        return 2 * prod(self.product(shape))


@dataclass(frozen=True)
class DenseLayer(Weighted):
    """A fully connected layer, from a vector to a vector."""

    keras_class = "Dense"

    units: int
    activation: str = "relu"

    def output_shape(self, shape):
        return (self.units,)

    def product(self, shape):
        (inputs,) = shape
        return Product(1, inputs, self.units)


@dataclass(frozen=True)
class Conv(Weighted):
    """A convolution with padding "same"; a stride of 2 halves height and width, rounded up."""

    keras_class = "Conv2D"

    filters: int
    kernel_size: int
    strides: int
    activation: str = "relu"

    def keras_arguments(self):
        return super().keras_arguments() | {"padding": "same"}

    def output_shape(self, shape):
        height, width, _ = shape
        return -(-height // self.strides), -(-width // self.strides), self.filters

    def product(self, shape):
        height, width, outputs = self.output_shape(shape)
        return Product(height * width, self.kernel_size**2 * shape[-1], outputs)

    def written(self, shape):
        # The patch under the kernel is copied, at each position, into a row of a matrix.
        places, inputs, outputs = self.product(shape)
        return places * (inputs + outputs)
