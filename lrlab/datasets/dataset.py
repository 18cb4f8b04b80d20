"""A set of labelled images, and the article's choice of training images from it."""

import random
from dataclasses import dataclass

import numpy as np

from lrlab import article

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images uint8 of shape (n, 28, 28) and labels uint8 of shape (n,), for training and for testing.

    `name` is "fashion-mnist" or "synthetic"; `origin` says in words where the images come from.
    """

    name: str
    origin: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def chosen(self, count) -> np.ndarray:
        """The indices of the `count` training images of every run, int32, in the article's order."""
        drawn = random.Random(article.SEED).sample(range(len(self.train_images)), count)
        return np.array(drawn, np.int32)

    def sample(self, count):
        """The training images and labels of the `count` images that are `chosen`."""
        chosen = self.chosen(count)
        return self.train_images[chosen], self.train_labels[chosen]
