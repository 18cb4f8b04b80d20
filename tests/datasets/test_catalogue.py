"""What the data sets say about themselves agrees with what they hold, and with Keras."""

import inspect

import numpy as np
import pytest

from lrlab.datasets import AUTO, BUILT_IN, data_set, title_of
from lrlab.datasets.catalogue import choices
from lrlab.datasets.download import BASE_URL
from lrlab.datasets.mnist import MNIST
from lrlab.datasets.own import OwnData
from lrlab.datasets.sources import load

OWN = OwnData("ab" * 32, "digits.npz", (8, 8, 1), 10, 1000, 300)


def assert_as_described(known, data):
    height, width, channels = known.shape
    assert channels == 1
    for images, labels, count in (
        (data.train_images, data.train_labels, known.train),
        (data.test_images, data.test_labels, known.test),
    ):
        assert (images.shape, labels.shape) == ((count, height, width), (count,))
        assert (images.dtype, labels.dtype) == (known.dtype, np.uint8)
        assert [*np.unique(labels)] == [*range(known.class_count)]
    assert data.name == known.name


@pytest.mark.parametrize("known", [each for each in BUILT_IN if not each.files], ids=lambda each: each.name)
def test_a_drawn_set_is_as_it_says(home, known):
    assert_as_described(known, load(known.name))


@pytest.mark.real_data
def test_fashion_mnist_is_as_it_says(real_data):
    assert_as_described(AUTO[0], load("fashion-mnist"))


def test_what_auto_can_be_has_one_shape():
    first = AUTO[0]
    for other in AUTO[1:]:
        assert (other.shape, other.dtype, other.class_count) == (first.shape, first.dtype, first.class_count)
        assert (other.train, other.test) == (first.train, first.test)
    assert data_set("auto") is first


@pytest.mark.training
@pytest.mark.parametrize("known", [each for each in BUILT_IN if each.keras_module])
def test_keras_loads_the_same_files_from_the_same_place(known):
    import keras

    code = inspect.getsource(inspect.getmodule(getattr(keras.datasets, known.keras_module).load_data))
    for name, checksum in known.files.checksums:
        assert name in code
        if checksum.startswith("sha256"):  # Keras has no checksums of Fashion-MNIST
            assert checksum.removeprefix("sha256:") in code
    assert BASE_URL in code
    if known.files.keras_folder:
        assert f'"{known.files.keras_folder}"' in code


def test_every_set_has_its_own_name_and_title():
    assert len(set(choices())) == len(BUILT_IN) + 1
    assert len({each.title for each in BUILT_IN}) == len(BUILT_IN)
    assert [title_of(each.name) for each in BUILT_IN] == [each.title for each in BUILT_IN]


def test_the_title_of_ones_own_is_known_to_its_run():
    assert title_of(OWN.name, OWN) == "digits.npz"
    assert title_of(OWN.name) == OWN.name
    assert title_of("mnist", OWN) == MNIST.title
