"""Convolutional networks."""

from dataclasses import dataclass

from lrlab.errors import UserError
from lrlab.networks.base import CLASS_COUNT, IMAGE_SHAPE, Network
from lrlab.networks.dense import MAX_DROPOUT
from lrlab.networks.layers import Conv, DenseLayer, Dropout, Flatten
from lrlab.parameters.declare import factor, size, sizes


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

    def layers(self, shape=IMAGE_SHAPE, classes=CLASS_COUNT):
        if len(shape) != 3:
            raise UserError(
                "A convolutional network needs images of shape (height, width, channels), but an example of "
                f"this data has the shape {shape}. Choose dense layers."
            )
        return (
            *(Conv(filters, 3, 2, l2=self.l2) for filters in self.filters),
            *(Flatten(), DenseLayer(self.width, l2=self.l2)),
            *([Dropout(self.dropout)] if self.dropout else []),
            DenseLayer(classes, "softmax", l2=self.l2),
        )
