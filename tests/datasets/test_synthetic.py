"""The synthetic set: the same everywhere, of ten balanced classes, with some labels wrong."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from lrlab.datasets.synthetic import WRONG_LABELS, few, synthetic

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def whole():
    return synthetic()


def test_shapes_and_types_are_those_of_fashion_mnist(whole):
    assert whole.name == "synthetic"
    assert whole.train_images.shape == (60_000, 28, 28)
    assert whole.train_labels.shape == (60_000,)
    assert whole.test_images.shape == (10_000, 28, 28)
    assert whole.test_labels.shape == (10_000,)
    for array in (whole.train_images, whole.train_labels, whole.test_images, whole.test_labels):
        assert array.dtype == np.uint8


def test_another_process_draws_the_same(whole):
    code = (
        "import hashlib; from lrlab.datasets.synthetic import synthetic; data = synthetic();"
        "arrays = data.train_images, data.train_labels, data.test_images, data.test_labels;"
        "print(*(hashlib.sha256(a.tobytes()).hexdigest() for a in arrays))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    arrays = whole.train_images, whole.train_labels, whole.test_images, whole.test_labels
    assert there.split() == [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays]


def test_the_few_to_show_are_the_first_of_all(whole):
    images, labels = few()
    np.testing.assert_array_equal(images, whole.train_images[: len(images)])
    np.testing.assert_array_equal(labels, whole.train_labels[: len(labels)])


def test_the_ten_classes_are_balanced(whole):
    for labels in (whole.train_labels, whole.test_labels):
        share = np.bincount(labels, minlength=10) / len(labels)
        np.testing.assert_allclose(share, 0.1, atol=0.012)


def test_images_of_a_class_differ_and_use_the_range(whole):
    assert len(np.unique(whole.train_images[:2000], axis=0)) == 2000
    assert whole.train_images.min() == 0
    assert whole.train_images.max() > 200
    assert 0.1 < whole.train_images.mean() / 255 < 0.6


def test_some_labels_are_wrong(whole):
    """Trousers and bags look like nothing else: those whose nearest neighbours disagree are mislabelled."""
    images = whole.train_images[:6000].reshape(6000, -1).astype(np.float32)
    labels = whole.train_labels[:6000]
    squares = (images**2).sum(1)
    distance = squares[:, None] - 2 * images @ images.T + squares
    np.fill_diagonal(distance, np.inf)
    nearest = labels[np.argpartition(distance, 15, axis=1)[:, :15]]
    votes = np.stack([(nearest == label).sum(1) for label in range(10)], axis=1)
    clear = votes.max(1) >= 12
    wrong = (votes.argmax(1) != labels)[clear].mean()
    # One in ten of the labels that were drawn anew comes out right by chance.
    assert wrong == pytest.approx(0.9 * WRONG_LABELS, abs=0.03)


def test_it_is_drawn_once(whole):
    assert whole.origin == "the built-in synthetic set"
    assert synthetic().train_images is whole.train_images
