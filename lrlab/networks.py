"""The networks that a run can train: frozen values, and what each of them costs in numbers.

All take an image of 28x28 pixels and end in a softmax over ten classes. Their weights and the layers
themselves are made by `lrlab.training.network`.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from lrlab.schedules.parameter import Parametrised, factor, from_record, of_kind, size, sizes

SIDE = 28
CLASS_COUNT = 10
FLOAT = 4
MAX_DROPOUT = 0.9


class Layer(NamedTuple):
    """A layer with weights: a product that makes `outputs` numbers of `inputs`, at each of `places`."""

    places: int
    inputs: int
    outputs: int

    @property
    def operations(self) -> int:
        """Multiplications and additions for one image."""
        return 2 * self.places * self.inputs * self.outputs


@dataclass(frozen=True)
class Network(Parametrised):
    """A network of a certain shape; it says what one image costs in it."""

    title: ClassVar[str]

    def layers(self) -> tuple[Layer, ...]:
        """The layers with weights, from the image to the classes."""
        raise NotImplementedError

    def dropped(self) -> int:
        """How many numbers pass through dropout, for one image."""
        raise NotImplementedError

    def parameter_count(self) -> int:
        """How many numbers are learnt: kernels and biases."""
        return sum((layer.inputs + 1) * layer.outputs for layer in self.layers())

    def operations(self) -> int:
        """Multiplications and additions in the products of one image's forward pass."""
        return sum(layer.operations for layer in self.layers())

    def training_operations(self) -> int:
        """The same for one image's forward and backward pass.

        Backward, each layer has two products of the same size, one for the gradient of its weights and
        one for that of its input; the first layer does without the second.
        """
        return 3 * self.operations() - self.layers()[0].operations

    def activation_bytes(self) -> int:
        """What one image takes as float32: itself, the output of every layer, and what a convolution reads.

        A convolution reads each pixel once for every place of the kernel, as rows of a matrix.
        """
        outputs = sum(layer.places * layer.outputs for layer in self.layers())
        patches = sum(layer.places * layer.inputs for layer in self.layers() if layer.places > 1)
        return FLOAT * (SIDE * SIDE + outputs + patches + self.dropped())


@dataclass(frozen=True)
class Dense(Network):
    """Layers in which every unit sees all of the layer before; the default is the article's."""

    kind = "dense"
    title = "Dense layers"

    widths: tuple[int, ...] = sizes((512, 200), "n", "Units in each hidden layer.", most=6, high=4096)
    dropout: float = factor(
        0.0, "p", "Share of each hidden layer that is left out.", low=0.0, high=MAX_DROPOUT, slider=(0.0, 0.9)
    )
    l2: float = factor(
        0.0, r"\lambda", "Weight of the sum of squares in the loss.", low=0.0, slider=(0.0, 0.01)
    )

    def layers(self):
        inputs, outputs = (SIDE * SIDE, *self.widths), (*self.widths, CLASS_COUNT)
        return tuple(Layer(1, *pair) for pair in zip(inputs, outputs, strict=True))

    def dropped(self):
        return sum(self.widths) if self.dropout else 0


@dataclass(frozen=True)
class Convolutional(Network):
    """Convolutions of 3x3 in strides of 2, then one hidden dense layer.

    The strides halve the image where max pooling would, which is slow under XLA on a CPU. Springenberg
    et al., 2015, "Striving for Simplicity" (arXiv:1412.6806).
    """

    kind = "convolutional"
    title = "Small convolutional"

    filters: tuple[int, ...] = sizes((16, 32), "n", "Filters in each convolution.", most=3, high=128)
    width: int = size(64, "m", "Units in the hidden dense layer.", high=1024)
    dropout: float = factor(
        0.0, "p", "Share of the dense layer that is left out.", low=0.0, high=MAX_DROPOUT, slider=(0.0, 0.9)
    )
    l2: float = factor(
        0.0, r"\lambda", "Weight of the sum of squares in the loss.", low=0.0, slider=(0.0, 0.01)
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
    """The network that `to_dict` wrote, or that a kind alone names; raises UserError for others."""
    return from_record("network", NETWORKS, record)
