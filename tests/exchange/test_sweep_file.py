"""A sweep as a TOML file: what it says, and what is wrong in it."""

import pytest

from lrlab.errors import UserError
from lrlab.exchange.sweep_file import EXAMPLE, read_sweep
from lrlab.networks import Dense
from lrlab.optimizers import SGD, Momentum
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, CosineDecay, StepDecay, Warmup

REST = "\nseeds = [1]\npeaks = [0.1]\n"


def test_the_example_is_a_sweep():
    sweep = read_sweep(EXAMPLE)
    assert {each.peaks for each in sweep.candidates} == {(0.01, 0.0316, 0.1, 0.316, 1.0)}
    assert sweep.seeds == (1, 2, 3)
    assert tuple(each[:2] for each in sweep.candidates) == (
        ("Constant", RunSpec(Constant(), epochs=15)),
        ("Step", RunSpec(StepDecay(drop_rate=0.5, drop_every=5), epochs=15)),
        ("Cosine after a warm-up", RunSpec(Warmup(CosineDecay(), 250), "step", epochs=15)),
    )


def test_kinds_may_be_words_or_tables_and_each_optimizer_makes_a_lane():
    sweep = read_sweep(
        'schedules = ["constant"]\noptimizers = ["sgd", { kind = "momentum", momentum = 0.8 }]\n'
        'network = { kind = "dense", widths = [32] }\ndata = "synthetic"\nclock = "step"' + REST
    )
    assert [name for name, *_ in sweep.candidates] == ["Constant, SGD", f"Constant, {Momentum.title}"]
    assert [spec.optimizer for _, spec, _ in sweep.candidates] == [SGD(), Momentum(0.8)]
    assert {(spec.network, spec.data, spec.clock) for _, spec, _ in sweep.candidates} == {
        (Dense((32,)), "synthetic", "step")
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs", "The sweep is not a TOML file"),
        ("epoch = 3", "A sweep has no key 'epoch'. Its keys are: schedules,"),
        ("schedules = 'step'" + REST, "schedules must be a list, but it is 'step'."),
        ("schedules = [3]" + REST, "Schedule 1 must be a kind or a table with a kind, but it is 3."),
        ("schedules = ['nope']" + REST, "schedule must be one of constant,"),
        (
            "schedules = [{drop_rate = 0.5}]" + REST,
            "Schedule 1 must be a kind or a table with a kind, but it is {",
        ),
        ("schedules = [{kind = 'step', drop = 1}]" + REST, "drop"),
        (
            "schedules = [{kind = 'step', name = 3}]" + REST,
            "The name of a schedule must be a text, but it is 3.",
        ),
        ("schedules = ['step']\noptimizers = ['fast']" + REST, "optimizer must be one of"),
        ("schedules = ['step']\nepochs = 0" + REST, "epochs must be a whole number from 1 to 1,000"),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = [-0.1]",
            "A peak rate must be a number above 0, but it is -0.1.",
        ),
        ("schedules = ['step']\nseeds = [1.5]\npeaks = [0.1]", "a seed must be a whole number"),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = {from = 1}",
            "needs from, to, points, but to is missing.",
        ),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = {from = 1, to = 0.1, points = 3}",
            "The peak rates must go up, but they go from 1 to 0.1.",
        ),
        ("seeds = [1]\npeaks = [0.1]", "A sweep needs at least one schedule, but there is none."),
    ],
)
def test_what_is_wrong_in_a_file_is_said(text, message):
    with pytest.raises(UserError) as caught:
        read_sweep(text)
    assert message in str(caught.value)
