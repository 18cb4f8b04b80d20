"""The networks that a run can train, and the cost of each.

All take an image of 28x28 pixels and end in a softmax over ten classes. `lrlab.training.network` builds
their layers and weights.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from lrlab.parameters.declare import factor, size, sizes
from lrlab.parameters.record import Parametrised, from_record, of_kind

SIDE = 28
CLASS_COUNT = 10
FLOAT = 4
MAX_DROPOUT = 0.9


class Layer(NamedTuple):
    """A layer with weights: it maps `inputs` numbers to `outputs` numbers, at each of `places` positions."""

    places: int
    inputs: int
    outputs: int

    @property
    def operations(self) -> int:
        """Multiplications and additions for one image."""
        return 2 * self.places * self.inputs * self.outputs


@dataclass(frozen=True)
class Network(Parametrised):
    """Base class: the architecture of a network, and the cost of one image in it."""

    title: ClassVar[str]

    def layers(self) -> tuple[Layer, ...]:
        """The layers with weights, from the image to the classes."""
        raise NotImplementedError

    def dropped(self) -> int:
        """Number of activations that pass through dropout, for one image."""
        raise NotImplementedError

    def parameter_count(self) -> int:
        """Number of trainable parameters: kernels and biases."""
        return sum((layer.inputs + 1) * layer.outputs for layer in self.layers())

    def operations(self) -> int:
        """Multiplications and additions in the matrix products of one image's forward pass."""
        return sum(layer.operations for layer in self.layers())

    def training_operations(self) -> int:
        """The same for one image's forward and backward pass.

        In the backward pass each layer has two products of the same size: one for the gradient of its
        weights, and one for the gradient of its input. The first layer needs only the first of them.
        """
        return 3 * self.operations() - self.layers()[0].operations

    def activation_bytes(self) -> int:
        """Bytes for one image in float32: the image, the outputs of all layers, and copied patches.

        A convolution copies the patch under its kernel, at each position, into a row of a matrix.
        """
        outputs = sum(layer.places * layer.outputs for layer in self.layers())
        patches = sum(layer.places * layer.inputs for layer in self.layers() if layer.places > 1)
        return FLOAT * (SIDE * SIDE + outputs + patches + self.dropped())


@dataclass(frozen=True)
class Dense(Network):
    """Fully connected layers; the default is the article's network."""

    kind = "dense"
    title = "Dense layers"

    widths: tuple[int, ...] = sizes((512, 200), "n", "Units in each hidden layer.", most=6, high=4096)
    dropout: float = factor(
        0.0, "p", "Dropout rate of each hidden layer.", low=0.0, high=MAX_DROPOUT, slider=(0.0, 0.9)
    )
    l2: float = factor(
        0.0, r"\lambda", "L2 penalty: factor of the sum of squared weights.", low=0.0, slider=(0.0, 0.01)
    )

    def layers(self):
        inputs, outputs = (SIDE * SIDE, *self.widths), (*self.widths, CLASS_COUNT)
        return tuple(Layer(1, *pair) for pair in zip(inputs, outputs, strict=True))

    def dropped(self):
        return sum(self.widths) if self.dropout else 0


@dataclass(frozen=True)
class Convolutional(Network):
    """3x3 convolutions with stride 2, then one hidden dense layer.

    The strides halve the image instead of max pooling, which is slow under XLA on a CPU. Springenberg
    et al., 2015, "Striving for Simplicity" (arXiv:1412.6806).
    """

    kind = "convolutional"
    title = "Small convolutional"

    filters: tuple[int, ...] = sizes((16, 32), "n", "Filters in each convolution.", most=3, high=128)
    width: int = size(64, "m", "Units in the hidden dense layer.", high=1024)
    dropout: float = factor(
        0.0, "p", "Dropout rate of the dense layer.", low=0.0, high=MAX_DROPOUT, slider=(0.0, 0.9)
    )
    l2: float = factor(
        0.0, r"\lambda", "L2 penalty: factor of the sum of squared weights.", low=0.0, slider=(0.0, 0.01)
    )

    def layers(self):
        layers, side, channels = [], SIDE, 1
        for filters in self.filters:
            side = (side + 1) // 2
            layers.append(Layer(side * side, 9 * channels, filters))
            channels = filters
        dense = Layer(1, side * side * channels, self.width), Layer(1, self.width, CLASS_COUNT)
        return (*layers, *dense)

    def dropped(self):
        return self.width if self.dropout else 0


NETWORKS: tuple[type[Network], ...] = (Dense, Convolutional)
ARTICLE_NETWORK = Dense()


def network_of_kind(kind, **parameters) -> Network:
    """The network of that kind; raises UserError for an unknown kind or parameter name."""
    return of_kind("network", NETWORKS, kind, parameters)


def network_from_record(record) -> Network:
    """The network that `to_dict` wrote, or the default one of a kind; raises UserError otherwise."""
    return from_record("network", NETWORKS, record)
