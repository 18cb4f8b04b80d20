"""A race as a TOML file: what it says, and what is wrong in it."""

import pytest

from lrlab.errors import UserError
from lrlab.exchange.race_file import EXAMPLE, read_race
from lrlab.optimizers import SGD, Adam
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, CosineDecay, StepDecay, Warmup

REST = "\nseeds = [1]\n"


def test_the_example_is_a_race_at_its_own_rates():
    groups = read_race(EXAMPLE)
    cosine = RunSpec(Warmup(CosineDecay(0.3), 250), "step", epochs=15)
    constant = RunSpec(Constant(0.1), epochs=15)
    assert groups == [
        [
            ("Constant", constant.with_seed(seed)),
            ("Cosine after a warm-up", cosine.with_seed(seed)),
        ]
        for seed in (1, 2, 3)
    ]


def test_all_lanes_can_be_scaled_to_one_peak_rate():
    text = 'optimizers = ["sgd", "adam"]\nschedules = ["constant", "step"]\npeak = 0.05' + REST
    (group,) = read_race(text)
    assert [(name, spec.optimizer) for name, spec in group] == [
        ("Constant, SGD", SGD()),
        ("Constant, Adam", Adam()),
        ("Step, SGD", SGD()),
        ("Step, Adam", Adam()),
    ]
    assert {spec.schedule for _, spec in group} == {Constant(0.05), StepDecay(0.05)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs", "The race is not a TOML file: "),
        ("peaks = [1]", "A race has no key 'peaks'. Its keys are: schedules, optimizers, seeds, clock,"),
        ("seeds = [1]", "A race needs at least one schedule, but there is none."),
        ("schedules = ['step']", "A race needs at least one seed, but there is none."),
        (
            "schedules = ['step', 'step']" + REST,
            "Each schedule of a race must be another one, but Step comes",
        ),
        (
            "schedules = ['step']\nseeds = [1, 1]",
            "Each seed of a race must be another one, but 1 comes twice.",
        ),
        (
            "schedules = [" + ", ".join(f"{{kind = 'step', name = '{n}'}}" for n in range(13)) + "]" + REST,
            "A race has at most 12 lanes and 2,000 runs, but 13 lanes x 1 seeds are 13.",
        ),
        (
            f"schedules = ['step']\nseeds = {[*range(2001)]}",
            "A race has at most 12 lanes and 2,000 runs, but 1 lanes x 2001 seeds are 2,001.",
        ),
        ("schedules = ['step']\npeak = 1000" + REST, "initial_lr must be a number from 1e-08 to 100"),
        (
            "schedules = ['step']\npeak = 'high'" + REST,
            "A rate must be a number above 0, but 'high' is",
        ),
        (
            "schedules = ['step']\noptimizers = [{kind = 'adam', peaks = [1]}]" + REST,
            "The optimizer adam has no parameter 'peaks'.",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_said(text, message):
    with pytest.raises(UserError) as caught:
        read_race(text)
    assert message in str(caught.value)
