"""A set of labelled images, and the article's choice of training images from it."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

from lrlab import article

ALIGNED = 64  # bytes


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

    @property
    def images(self) -> np.ndarray:
        """All images, the test images last; without a copy if they were put `together`."""
        first, last = self.train_images, self.test_images
        if first.base is not None and first.base is last.base and _end(first) == last.ctypes.data:
            return as_strided(first, (len(first) + len(last), *first.shape[1:]), first.strides)
        return np.concatenate([first, last])

    def chosen(self, count) -> np.ndarray:
        """The indices of the `count` training images of every run, int32, in the article's order."""
        drawn = random.Random(article.SEED).sample(range(len(self.train_images)), count)
        return np.array(drawn, np.int32)

    def sample(self, count):
        """The training images and labels of the `count` images that are `chosen`."""
        chosen = self.chosen(count)
        return self.train_images[chosen], self.train_labels[chosen]


def together(
    train_images: np.ndarray, train_labels: np.ndarray, test_images: np.ndarray, test_labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same arrays; the images are parts of one, aligned so that TensorFlow needs no copy of its own."""
    count, size = len(train_images), train_images.nbytes + test_images.nbytes
    space = np.empty(size + ALIGNED, np.uint8)
    start = -space.ctypes.data % ALIGNED
    whole = space[start : start + size].view(train_images.dtype).reshape(-1, *train_images.shape[1:])
    whole[:count], whole[count:] = train_images, test_images
    return whole[:count], train_labels, whole[count:], test_labels


def _end(array):
    return array.ctypes.data + array.nbytes
