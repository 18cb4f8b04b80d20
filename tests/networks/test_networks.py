"""Networks as values: what they may be, how they are written, and what they cost by hand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.networks import (
    ARTICLE_NETWORK,
    NETWORKS,
    Convolutional,
    Dense,
    network_from_record,
    network_of_kind,
)

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
    assert Convolutional((1, 1, 1), 1).layers()[2:4] == ((16, 9, 1), (1, 16, 1))


def test_dropout_takes_room_of_its_own():
    assert Dense((30, 20), dropout=0.5).activation_bytes() - Dense((30, 20)).activation_bytes() == 4 * 50
    assert Convolutional(dropout=0.5).activation_bytes() - Convolutional().activation_bytes() == 4 * 64


@given(DENSE | CONVOLUTIONAL)
def test_json_round_trip(network):
    again = network_from_record(json.loads(json.dumps(network.to_dict())))
    assert again == network
    assert hash(again) == hash(network)


@given(DENSE | CONVOLUTIONAL)
def test_training_takes_two_to_three_times_the_operations(network):
    assert 2 * network.operations() <= network.training_operations() < 3 * network.operations()


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
        ("dense", {"widths": [0]}, "each of widths must be a whole number from 1 to 4096, but it is 0"),
        ("dense", {"widths": [4097]}, "from 1 to 4096, but it is 4097"),
        ("dense", {"widths": [1.5]}, "each of widths must be a whole number"),
        ("dense", {"widths": [True]}, "each of widths must be a whole number"),
        ("dense", {"widths": [float("nan")]}, "each of widths must be a whole number"),
        ("dense", {"dropout": 0.95}, "dropout must be a number from 0 to 0.9, but it is 0.95"),
        ("dense", {"dropout": -0.1}, "dropout must be a number from 0 to 0.9"),
        ("dense", {"l2": 1.5}, "l2 must be a number from 0 to 1, but it is 1.5"),
        ("convolutional", {"filters": [8] * 4}, "filters must be 1 to 3 numbers"),
        ("convolutional", {"filters": [129]}, "each of filters must be a whole number from 1 to 128"),
        ("convolutional", {"width": 0}, "width must be a whole number from 1 to 1024, but it is 0"),
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
