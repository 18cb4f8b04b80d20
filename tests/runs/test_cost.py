"""What a run costs: by hand for the article's, and which way each choice moves it."""

from dataclasses import replace

import pytest

from lrlab.networks import Convolutional, Dense
from lrlab.optimizers import OPTIMIZERS, SGD, Adam, Momentum, RMSprop
from lrlab.runs.controllers import EarlyStopping
from lrlab.runs.cost import memory, operations, slots
from lrlab.runs.spec import RunSpec

ARTICLE_SPEC = RunSpec()


def test_operations_of_the_articles_epoch_by_hand():
    forward = 2 * (784 * 512 + 512 * 200 + 200 * 10)
    assert operations(ARTICLE_SPEC) == 16_000 * (3 * forward - 2 * 784 * 512) + 4_000 * forward


def test_operations_do_not_depend_on_what_is_no_product():
    for change in ({"batch_size": 1}, {"optimizer": Adam()}, {"network": Dense(dropout=0.5, l2=0.1)}):
        assert operations(replace(ARTICLE_SPEC, **change)) == operations(ARTICLE_SPEC)


@pytest.mark.parametrize(
    "change",
    [
        {"batch_size": 8000},
        {"train_images": 60_000},
        {"optimizer": Momentum()},
        {"network": Dense((4096, 4096))},
        {"network": Convolutional()},
        {"early_stopping": EarlyStopping(restore_best=True)},
    ],
)
def test_what_takes_more_memory(change):
    assert memory(replace(ARTICLE_SPEC, **change)) > memory(ARTICLE_SPEC)


def test_each_lane_takes_more_memory():
    sizes = [memory(replace(ARTICLE_SPEC, optimizer=Adam()), lanes) for lanes in (1, 2, 12)]
    assert sizes == sorted(set(sizes))


def test_memory_is_in_bytes():
    assert 0.8e9 < memory(ARTICLE_SPEC) < 1.2e9
    assert memory(replace(ARTICLE_SPEC, early_stopping=EarlyStopping())) == memory(ARTICLE_SPEC)


@pytest.mark.training
@pytest.mark.parametrize(
    "optimizer", [*(cls() for cls in OPTIMIZERS), RMSprop(momentum=0.5)], ids=lambda optimizer: str(optimizer)
)
def test_an_optimizer_keeps_as_much_as_keras_says(optimizer):
    from lrlab.training.epoch import keras_optimizer
    from lrlab.training.network import build_network

    network = build_network(Dense((3,)))
    keras, none = keras_optimizer(optimizer), keras_optimizer(SGD())
    for built in (keras, none):
        built.build(network.trainable_variables)
    kept = len(keras.variables) - len(none.variables)
    assert kept == slots(optimizer) * len(network.trainable_variables)
