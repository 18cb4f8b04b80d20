"""Fully connected networks."""

from dataclasses import dataclass

from lrlab.networks.base import CLASS_COUNT, IMAGE_SHAPE, Network
from lrlab.networks.layers import DenseLayer, Dropout, Flatten
from lrlab.parameters.declare import factor, sizes

MAX_DROPOUT = 0.9


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

    def layers(self, shape=IMAGE_SHAPE, classes=CLASS_COUNT):
        hidden = []
        for width in self.widths:
            hidden.append(DenseLayer(width, l2=self.l2))
            if self.dropout:
                hidden.append(Dropout(self.dropout))
        return (Flatten(), *hidden, DenseLayer(classes, "softmax", l2=self.l2))


ARTICLE_NETWORK = Dense()
