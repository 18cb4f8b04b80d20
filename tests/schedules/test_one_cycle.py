"""One cycle gives PyTorch's own rates, whatever its time counts; PyTorch itself is the oracle."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lrlab.cli.main import main
from lrlab.errors import UserError
from lrlab.runs.plan import Plan
from lrlab.schedules import Cooldown, OneCycle, Warmup
from tests.export.test_javascript import run_javascript

SHAPES = {"cosine": "cos", "linear": "linear"}


def pytorch(schedule, steps):
    """The rate of every update of PyTorch's OneCycleLR; None where it raises before the last update."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that the optimizer has not stepped
        try:
            scheduler = torch.optim.lr_scheduler.OneCycleLR(
                optimizer,
                schedule.max_lr,
                steps,
                pct_start=schedule.rise,
                anneal_strategy=SHAPES[schedule.curve],
                div_factor=schedule.start_factor,
                final_div_factor=schedule.end_factor,
                three_phase=schedule.three_phases,
            )
            while len(rates) < steps:
                rates += scheduler.get_last_lr()
                if len(rates) < steps:
                    scheduler.step()
        except ZeroDivisionError:
            return None
    return np.array(rates)


one_cycles = st.builds(
    OneCycle,
    max_lr=st.floats(1e-3, 1.0),
    rise=st.floats(0.01, 0.99) | st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.6, 0.75, 0.99]),
    three_phases=st.booleans(),
    curve=st.sampled_from(["cosine", "linear"]),
)
sizes = st.tuples(st.integers(1, 40), st.integers(1, 50)).filter(lambda size: size[0] * size[1] >= 2)


@pytest.mark.training
@given(one_cycles, sizes, st.sampled_from(["step", "smooth", "epoch"]))
@example(OneCycle(), (5, 250), "smooth")
@example(OneCycle(rise=0.6, three_phases=True), (20, 1), "step")
@example(OneCycle(rise=0.01), (2, 10), "smooth")
@example(OneCycle(rise=0.1), (2, 5), "smooth")
def test_the_rates_are_pytorchs(schedule, size, clock):
    settings = size[0] if clock == "epoch" else size[0] * size[1]
    expected = pytorch(schedule, settings)
    if expected is None:
        with pytest.raises(UserError, match="exactly one"):
            Plan(schedule, *size, clock)
        return
    plan = Plan(schedule, *size, clock)
    rates = plan.epoch_rates() if clock == "epoch" else plan.rates()
    np.testing.assert_allclose(rates, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.training
@given(one_cycles, st.integers(2, 20), st.integers(2, 10), st.integers(1, 10))
def test_after_a_warm_up_and_under_a_cool_down_too(schedule, epochs, steps_per_epoch, warmup):
    assume(warmup < epochs)
    left = (epochs - warmup) * steps_per_epoch
    expected = pytorch(schedule, left)
    assume(expected is not None)
    after = Plan(Warmup(schedule, warmup), epochs, steps_per_epoch, "smooth").rates()[-left:]
    np.testing.assert_allclose(after, expected, rtol=1e-9, atol=1e-12)
    whole = pytorch(schedule, epochs * steps_per_epoch)
    assume(whole is not None)
    before = Plan(Cooldown(schedule, 1), epochs, steps_per_epoch, "smooth").rates()[:-steps_per_epoch]
    np.testing.assert_allclose(before, whole[:-steps_per_epoch], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("three_phases", [False, True])
@pytest.mark.parametrize("clock", ["epoch", "step", "smooth"])
def test_the_preview_has_the_same_rates(clock, three_phases):
    plan = Plan(OneCycle(rise=0.6, three_phases=three_phases), 4, 5, clock)
    ((steps, rates),) = run_javascript([plan], {"epochs": 20})
    longer = Plan(plan.schedule, 20, 5, clock).rates()
    np.testing.assert_allclose(rates, longer[steps], rtol=1e-9, atol=1e-12)


def test_the_peak_and_the_end_come_where_pytorch_has_them():
    rates = Plan(OneCycle(), 5, 250, "smooth").rates()
    assert (rates.argmax(), rates.argmin()) == (374, 1249)


def test_the_command_line_does_not_begin_at_the_peak(capsys):
    command = "curve one-cycle max_lr=0.1 --epochs 3 --steps-per-epoch 4 --clock smooth"
    assert main(command.split()) == 0
    first = capsys.readouterr().out.splitlines()[1]
    assert first.split(",")[-1] == "0.004"


def test_a_rise_of_one_update_is_refused():
    with pytest.raises(UserError, match=r"The rise is 0\.1 of 10 updates: exactly one"):
        Plan(OneCycle(rise=0.1), 2, 5, "smooth")
