"""Networks as values: what they may be, how they are written, and what they cost by hand."""

import importlib
import json
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab import networks
from lrlab.errors import UserError
from lrlab.networks import (
    ARTICLE_NETWORK,
    NETWORKS,
    Convolutional,
    Dense,
    Network,
    network_from_record,
    network_of_kind,
)
from lrlab.networks.layers import Conv, DenseLayer, Dropout, Flatten

DENSE = st.builds(
    Dense,
    widths=st.lists(st.integers(1, 4096), min_size=1, max_size=6),
    dropout=st.floats(0, 0.9),
    l2=st.floats(0, 1),
)
CONVOLUTIONAL = st.builds(
    Convolutional,
    filters=st.lists(st.integers(1, 128), min_size=1, max_size=3),
    width=st.integers(1, 1024),
    dropout=st.floats(0, 0.9),
    l2=st.floats(0, 1),
)


def test_the_articles_network_by_hand():
    first, second, third = 784 * 512, 512 * 200, 200 * 10
    assert Dense((512, 200), 0.0, 0.0) == ARTICLE_NETWORK
    assert ARTICLE_NETWORK.parameter_count() == first + second + third + 512 + 200 + 10 == 506_530
    assert ARTICLE_NETWORK.operations() == 2 * (first + second + third)
    assert ARTICLE_NETWORK.training_operations() == 6 * (first + second + third) - 2 * first
    assert ARTICLE_NETWORK.activation_bytes() == 4 * (784 + 512 + 200 + 10)


def test_a_convolutional_network_by_hand():
    network = Convolutional((16, 32), 64)
    first, second, dense, last = 14 * 14 * 9 * 16, 7 * 7 * 9 * 16 * 32, 7 * 7 * 32 * 64, 64 * 10
    assert network.operations() == 2 * (first + second + dense + last)
    assert network.training_operations() == 6 * (first + second + dense + last) - 2 * first
    patches = 14 * 14 * 9 + 7 * 7 * 9 * 16
    assert network.activation_bytes() == 4 * (784 + patches + 14 * 14 * 16 + 7 * 7 * 32 + 64 + 10)


def test_three_convolutions_leave_a_side_of_four():
    *convolutions, _, hidden, _ = Convolutional((1, 1, 1), 1).layers()
    shape = 28, 28, 1
    for layer in convolutions:
        before, shape = shape, layer.output_shape(shape)
    assert convolutions[-1].product(before) == (16, 9, 1)
    assert hidden.product((16,)) == (1, 16, 1)


def test_the_layers_are_a_list_for_any_input_and_number_of_classes():
    assert Dense((7, 5), dropout=0.2, l2=0.1).layers((20,), 3) == (
        Flatten(),
        *(DenseLayer(7, "relu", l2=0.1), Dropout(0.2)),
        *(DenseLayer(5, "relu", l2=0.1), Dropout(0.2)),
        DenseLayer(3, "softmax", l2=0.1),
    )
    assert Convolutional((4, 6), 8, dropout=0.3).layers((9, 7, 3), 2) == (
        *(Conv(4, 3, 2, "relu"), Conv(6, 3, 2, "relu"), Flatten()),
        *(DenseLayer(8, "relu"), Dropout(0.3), DenseLayer(2, "softmax")),
    )


def test_costs_for_vectors_and_colour_images_by_hand():
    network = Dense((7,))
    assert network.parameter_count((20,), 3) == 20 * 7 + 7 + 7 * 3 + 3
    assert network.operations((20,), 3) == 2 * (20 * 7 + 7 * 3)
    assert network.activation_bytes((20,), 3) == 4 * (20 + 7 + 3)
    network = Convolutional((4,), 8)  # a 9x7 image becomes 5x4
    assert network.parameter_count((9, 7, 3), 2) == 27 * 4 + 4 + 80 * 8 + 8 + 8 * 2 + 2
    products = [2 * 20 * 27 * 4, 2 * 80 * 8, 2 * 8 * 2]
    assert network.operations((9, 7, 3), 2) == sum(products)
    assert network.training_operations((9, 7, 3), 2) == 3 * sum(products) - products[0]
    assert network.activation_bytes((9, 7, 3), 2) == 4 * (9 * 7 * 3 + 20 * 27 + 20 * 4 + 8 + 2)


@pytest.mark.parametrize("cost", ["parameter_count", "operations", "training_operations", "activation_bytes"])
def test_a_convolution_of_a_vector_is_refused(cost):
    with pytest.raises(UserError, match=r"needs images of shape .* has the shape \(20,\). Choose dense"):
        getattr(Convolutional(), cost)((20,))


def test_every_network_is_in_the_catalogue():
    found = set()
    for module in pkgutil.iter_modules(networks.__path__):
        for value in vars(importlib.import_module(f"lrlab.networks.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Network) and value is not Network:
                found.add(value)
    assert found == set(NETWORKS)


def test_dropout_takes_room_of_its_own():
    assert Dense((30, 20), dropout=0.5).activation_bytes() - Dense((30, 20)).activation_bytes() == 4 * 50
    assert Convolutional(dropout=0.5).activation_bytes() - Convolutional().activation_bytes() == 4 * 64


@given(DENSE | CONVOLUTIONAL)
def test_json_round_trip(network):
    again = network_from_record(json.loads(json.dumps(network.to_dict())))
    assert again == network
    assert hash(again) == hash(network)


SIDES = st.integers(1, 64)


@given(DENSE | CONVOLUTIONAL, st.tuples(SIDES, SIDES, st.sampled_from((1, 3))), st.integers(2, 100))
def test_training_takes_two_to_three_times_the_operations(network, shape, classes):
    forward = network.operations(shape, classes)
    assert 2 * forward <= network.training_operations(shape, classes) < 3 * forward


@pytest.mark.parametrize("cls", NETWORKS, ids=lambda cls: cls.kind)
def test_a_kind_alone_names_the_defaults(cls):
    assert network_of_kind(cls.kind) == network_from_record(cls.kind) == cls()
    assert cls.title


def test_sizes_are_whole_numbers():
    network = Dense([512.0, 200])
    assert network.widths == (512, 200)
    assert all(isinstance(width, int) for width in network.widths)
    sizes = Dense.parameters()["widths"]
    assert sizes.check("widths", sizes.read("widths", "512, 200")) == (512, 200)


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("dense", {"widths": 512}, "widths must be 1 to 6 numbers, but it is 512"),
        ("dense", {"widths": ()}, "widths must be 1 to 6 numbers"),
        ("dense", {"widths": [1] * 7}, "widths must be 1 to 6 numbers"),
        ("dense", {"widths": [0]}, "each of widths must be a whole number from 1 to 4,096, but it is 0"),
        ("dense", {"widths": [4097]}, "from 1 to 4,096, but it is 4097"),
        ("dense", {"widths": [1.5]}, "each of widths must be a whole number"),
        ("dense", {"widths": [True]}, "each of widths must be a whole number"),
        ("dense", {"widths": [float("nan")]}, "each of widths must be a whole number"),
        ("dense", {"dropout": 0.95}, "dropout must be a number from 0 to 0.9, but it is 0.95"),
        ("dense", {"dropout": -0.1}, "dropout must be a number from 0 to 0.9"),
        ("dense", {"l2": 1.5}, "l2 must be a number from 0 to 1, but it is 1.5"),
        ("convolutional", {"filters": [8] * 4}, "filters must be 1 to 3 numbers"),
        ("convolutional", {"filters": [129]}, "each of filters must be a whole number from 1 to 128"),
        ("convolutional", {"width": 0}, "width must be a whole number from 1 to 1,024, but it is 0"),
        (
            "convolutional",
            {"widths": [3]},
            "The network convolutional has no parameter 'widths'. It takes: fil",
        ),
        ("recurrent", {}, "network must be one of dense, convolutional, but it is 'recurrent'"),
        (None, {}, "network must be one of dense, convolutional, but it is None"),
    ],
)
def test_what_is_not_allowed_is_said(kind, parameters, message):
    with pytest.raises(UserError, match=message):
        network_of_kind(kind, **parameters)
    with pytest.raises(UserError, match=message):
        network_from_record({"kind": kind, **parameters})


@pytest.mark.parametrize("record", [3, ["dense"], {}, {1: 2}])
def test_what_is_no_record_is_refused(record):
    with pytest.raises(UserError, match="network must be one of dense, convolutional"):
        network_from_record(record)
