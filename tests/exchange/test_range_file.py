"""A range test as a TOML file: what it says, and what is wrong in it."""

import pytest

from lrlab.errors import UserError
from lrlab.exchange.range_file import EXAMPLE, read_range_test
from lrlab.optimizers import SGD, Adam
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.spec import RunSpec


def test_the_example_tests_two_optimizers_with_the_usual_rates():
    groups = read_range_test(EXAMPLE)
    sgd, adam = (range_test_spec(RunSpec(optimizer=each)) for each in (SGD(), Adam()))
    assert groups == [
        [("Range test, SGD", sgd.with_seed(seed)), ("Range test, Adam", adam.with_seed(seed))]
        for seed in (1, 2, 3)
    ]


def test_what_is_left_out_is_as_in_the_command():
    assert read_range_test("") == [[("Range test, SGD", range_test_spec(RunSpec()))]]
    [[(_, spec)]] = read_range_test("updates = 120\nfrom = 0.001\nto = 1\nbatch_size = 32")
    assert spec == range_test_spec(RunSpec(batch_size=32), 120, 0.001, 1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("updates", "The range test is not a TOML file: "),
        ("updates", "`lrlab range-test --example` prints one."),
        ("schedules = ['step']", "A range test has no key 'schedules'. Its keys are: optimizers, updates,"),
        ("epochs = 3", "A range test has no key 'epochs'."),
        ("updates = 0", "updates must be a whole number from 100 to 100,000, but it is 0."),
        ("from = 1\nto = 0.1", "The last rate must be above the first, but they are 0.1 and 1."),
        ("from = 0", "A rate must be a number above 0, but 0 is under from."),
        ("seeds = []", "A range test needs at least one seed, but there is none."),
        ("optimizers = []", "At least one optimizer is needed"),
        (
            "optimizers = ['sgd', 'sgd']",
            "Each optimizer of a range test must be another one, but ",
        ),
        (f"seeds = {[*range(2001)]}", "at most 2,000 runs, but 1 optimizers x 2001 seeds are 2,001."),
    ],
)
def test_what_is_wrong_in_a_file_is_said(text, message):
    with pytest.raises(UserError) as caught:
        read_range_test(text)
    assert message in str(caught.value)
