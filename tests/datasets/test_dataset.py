"""The article's choice of training images: the same for every run."""

import random

import numpy as np

from lrlab import article
from lrlab.datasets import Dataset
from lrlab.datasets.dataset import ALIGNED, together


def numbered(count):
    """A set whose images and labels hold their own number."""
    numbers = np.arange(count, dtype=np.uint32)
    images = np.zeros((count, 28 * 28), np.uint8)
    images[:, :4] = numbers.view(np.uint8).reshape(count, 4)
    labels = (numbers % 10).astype(np.uint8)
    return Dataset("synthetic", "numbered", images.reshape(count, 28, 28), labels, images[:1], labels[:1])


def number(images):
    """What `numbered` wrote into the images."""
    return np.ascontiguousarray(images.reshape(len(images), -1)[:, :4]).view(np.uint32)[:, 0]


def test_it_is_random_sample_under_the_articles_seed():
    random.seed(9125)
    expected = random.sample(range(60_000), article.TRAIN_IMAGES)
    images, labels = numbered(60_000).sample(article.TRAIN_IMAGES)
    np.testing.assert_array_equal(number(images), expected)
    np.testing.assert_array_equal(labels, np.array(expected) % 10)


def test_it_is_the_same_whatever_was_drawn_before():
    data = numbered(1000)
    first = number(data.sample(300)[0])
    random.seed(1)
    random.random()
    np.testing.assert_array_equal(number(data.sample(300)[0]), first)
    assert sorted(number(data.sample(1000)[0])) == list(range(1000))


def test_images_that_were_put_together_are_held_once():
    images, labels = numbered(1000).sample(1000)
    arrays = images[:900].copy(), labels[:900], images[900:].copy(), labels[900:]
    data = Dataset("synthetic", "numbered", *arrays)
    whole = Dataset("synthetic", "numbered", *together(*arrays))
    np.testing.assert_array_equal(whole.images, data.images)
    np.testing.assert_array_equal(whole.test_images, data.test_images)
    assert np.shares_memory(whole.images, whole.train_images)
    assert np.shares_memory(whole.images, whole.test_images)
    assert whole.images.ctypes.data % ALIGNED == 0
    assert not np.shares_memory(data.images, data.train_images)
