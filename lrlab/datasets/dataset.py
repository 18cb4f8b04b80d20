"""A set of labelled images, and the article's choice of training images from it."""

import random
from dataclasses import dataclass

import numpy as np

from lrlab import article


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels, for training and for testing: as a data set of the catalogue describes them.

    Images have the shape (n, height, width), (n, height, width, channels) or, as vectors, (n, values); labels
    are uint8 of shape (n,). `name` is the data set's name; `origin` says in words where the images come from.
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
