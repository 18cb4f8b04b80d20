"""What a run costs: by hand for the article's, and which way each choice moves it."""

from dataclasses import replace

import pytest

from lrlab.networks import Convolutional, Dense
from lrlab.optimizers import SGD, Adam, Momentum, Nadam, Nesterov, RMSprop
from lrlab.runs.controllers import EarlyStopping
from lrlab.runs.cost import memory, operations
from lrlab.runs.spec import RunSpec
from lrlab.schedules import OneCycle
from tests.datasets.npz import described

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
        {"batches_per_update": 2},
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


def test_costs_follow_the_shape_of_the_images_and_the_number_of_classes():
    forward = 2 * (20 * 512 + 512 * 200 + 200 * 3)
    vectors = replace(ARTICLE_SPEC, data=described((20,), 3))
    assert operations(vectors) == 16_000 * (3 * forward - 2 * 20 * 512) + 4_000 * forward

    def of_shape(*shape):
        return memory(replace(ARTICLE_SPEC, data=described(shape)))

    grey, colour = (of_shape(32, 32, channels) for channels in (1, 3))
    # Each image once as it was read and once as it is used, the first kernel five times, and activations.
    images, kernel, activations = 100_000 * 2048, 2048 * 512 * 4, 1000 * 4 * 2048
    assert colour - grey == images + 6 * kernel + activations
    vectors, more = (of_shape(numbers) for numbers in (1024, 3072))
    assert more - vectors == 4 * images + 6 * kernel + activations
    many = replace(ARTICLE_SPEC, data=described((28, 28, 1), 100))
    assert memory(many) > memory(ARTICLE_SPEC)


def test_each_slot_is_one_more_copy_of_the_weights():
    sizes = [memory(replace(ARTICLE_SPEC, optimizer=optimizer)) for optimizer in (Momentum(0.0), Momentum())]
    assert sizes[1] - sizes[0] == 5 * 4 * 506_530
    assert memory(replace(ARTICLE_SPEC, optimizer=Nadam())) == memory(replace(ARTICLE_SPEC, optimizer=Adam()))


@pytest.mark.training
@pytest.mark.parametrize("optimizer", [Momentum(0.0), Nesterov(0.0), RMSprop(), Adam()], ids=lambda o: o.kind)
def test_a_cycled_momentum_takes_the_slots_that_training_keeps_for_it(optimizer):
    from lrlab.training.epoch import compiled_epoch, program_of

    cycled = replace(ARTICLE_SPEC, schedule=OneCycle(cycle_momentum=True), optimizer=optimizer)
    kept = compiled_epoch(program_of(cycled), 0).optimizer.variables
    slots = sum(variable.shape == (784, 512) for variable in kept)
    none = replace(ARTICLE_SPEC, optimizer=SGD())
    assert memory(cycled) - memory(none) == slots * 5 * 4 * 506_530
