"""One cycle gives PyTorch's own rates, whatever its time counts; PyTorch itself is the oracle."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lrlab.cli.main import main
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.export.applied import applied
from lrlab.optimizers import SGD, Adam, Momentum, RMSprop
from lrlab.runs.plan import Plan
from lrlab.schedules import Cooldown, OneCycle, Warmup
from tests.export.programs import loop
from tests.export.test_javascript import run_javascript

SHAPES = {"cosine": "cos", "linear": "linear"}


def pytorch(schedule, steps, adam=False):
    """The rates and the momenta of PyTorch's OneCycleLR; None where it raises before the last update."""
    torch = pytest.importorskip("torch")
    weights = [torch.nn.Parameter(torch.zeros(1))]
    optimizer = torch.optim.Adam(weights) if adam else torch.optim.SGD(weights, lr=1.0, momentum=0.9)
    rates, momenta = [], []
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
                base_momentum=schedule.base_momentum,
                max_momentum=schedule.max_momentum,
            )
            while len(rates) < steps:
                rates += scheduler.get_last_lr()
                group = optimizer.param_groups[0]
                momenta.append(group["betas"][0] if adam else group["momentum"])
                if len(rates) < steps:
                    scheduler.step()
        except ZeroDivisionError:
            return None
    return np.array(rates), np.array(momenta)


def cycled(momenta, **given):
    return OneCycle(cycle_momentum=True, base_momentum=min(momenta), max_momentum=max(momenta), **given)


one_cycles = st.builds(
    cycled,
    st.tuples(*[st.floats(0, 0.999)] * 2),
    max_lr=st.floats(1e-3, 1.0),
    rise=st.floats(0.01, 0.99) | st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.6, 0.75, 0.99]),
    three_phases=st.booleans(),
    curve=st.sampled_from(["cosine", "linear"]),
)
sizes = st.tuples(st.integers(1, 40), st.integers(1, 50)).filter(lambda size: size[0] * size[1] >= 2)


@pytest.mark.training
@given(one_cycles, sizes, st.sampled_from(["step", "smooth", "epoch"]), st.booleans())
@example(OneCycle(cycle_momentum=True), (5, 250), "smooth", False)
@example(OneCycle(rise=0.6, three_phases=True, cycle_momentum=True), (20, 1), "step", True)
@example(OneCycle(rise=0.01, cycle_momentum=True), (2, 10), "smooth", False)
@example(OneCycle(rise=0.1, cycle_momentum=True), (2, 5), "smooth", False)
def test_the_rates_and_the_momenta_are_pytorchs(schedule, size, clock, adam):
    settings = size[0] if clock == "epoch" else size[0] * size[1]
    expected = pytorch(schedule, settings, adam)
    if expected is None:
        with pytest.raises(UserError, match="exactly one"):
            Plan(schedule, *size, clock)
        return
    plan = Plan(schedule, *size, clock)
    for each, right in zip((plan, plan.momentum), expected, strict=True):
        values = each.epoch_rates() if clock == "epoch" else each.rates()
        np.testing.assert_allclose(values, right, rtol=1e-9, atol=1e-12)


@pytest.mark.training
@given(one_cycles, st.integers(2, 20), st.integers(2, 10), st.integers(1, 10))
def test_after_a_warm_up_and_under_a_cool_down_too(schedule, epochs, steps_per_epoch, warmup):
    assume(warmup < epochs)
    left = (epochs - warmup) * steps_per_epoch
    expected = pytorch(schedule, left)
    assume(expected is not None)
    after = Plan(Warmup(schedule, warmup), epochs, steps_per_epoch, "smooth")
    for each, right in zip((after, after.momentum), expected, strict=True):
        np.testing.assert_allclose(each.rates()[-left:], right, rtol=1e-9, atol=1e-12)
    assert (after.momentum.rates()[:-left] == after.momentum.rates()[-left]).all()
    whole = pytorch(schedule, epochs * steps_per_epoch)
    assume(whole is not None)
    before = Plan(Cooldown(schedule, 1), epochs, steps_per_epoch, "smooth")
    for each, right in zip((before, before.momentum), whole, strict=True):
        expected = right[:-steps_per_epoch]
        np.testing.assert_allclose(each.rates()[:-steps_per_epoch], expected, rtol=1e-9, atol=1e-12)
    assert np.ptp(before.momentum.rates()[-steps_per_epoch:]) == 0


@pytest.mark.parametrize("three_phases", [False, True])
@pytest.mark.parametrize("clock", ["epoch", "step", "smooth"])
def test_the_preview_has_the_same_rates(clock, three_phases):
    plan = Plan(OneCycle(rise=0.6, three_phases=three_phases), 4, 5, clock)
    ((steps, rates),) = run_javascript([plan], {"epochs": 20})
    longer = Plan(plan.schedule, 20, 5, clock).rates()
    np.testing.assert_allclose(rates, longer[steps], rtol=1e-9, atol=1e-15)


def test_a_momentum_that_is_not_cycled_is_none_and_is_not_written():
    assert Plan(Warmup(OneCycle(), 2), 10).momentum is None
    assert "momentum" not in str(OneCycle().to_dict())
    assert OneCycle(cycle_momentum=True).to_dict()["cycle_momentum"] is True


@pytest.mark.parametrize("clock", ["epoch", "step", "smooth"])
def test_exported_python_has_the_momentum_of_the_plan(clock):
    plan = Plan(Cooldown(Warmup(OneCycle(cycle_momentum=True, three_phases=True), 3), 2), 12, 5, clock)
    names = {}
    exec(source(plan, "python"), names)
    times = range(plan.epochs if clock == "epoch" else plan.steps)
    values = plan.momentum.epoch_rates() if clock == "epoch" else plan.momentum.rates()
    np.testing.assert_allclose([names["momentum"](time) for time in times], values, rtol=1e-12)


@pytest.mark.training
@pytest.mark.parametrize("optimizer", [Momentum(0.3), Adam(0.3)])
@pytest.mark.parametrize("clock", ["epoch", "step", "smooth"])
def test_exported_pytorch_has_the_momentum_of_the_plan(clock, optimizer):
    torch = pytest.importorskip("torch")
    plan = Plan(OneCycle(cycle_momentum=True, base_momentum=0.5, max_momentum=0.8), 4, 5, clock)
    names = {"model": torch.nn.Linear(1, 1)}
    code = source(plan, "pytorch", optimizer=optimizer)
    exec(code, names)
    momenta, group = [], names["optimizer"].param_groups[0]
    names["optimizer"].register_step_pre_hook(
        lambda *_: momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
    )
    exec(loop(code), names | {"batches": range(5)})
    np.testing.assert_allclose(momenta, plan.momentum.rates(), rtol=1e-9)


@pytest.mark.parametrize(
    ("schedule", "target", "optimizer", "message"),
    [
        (
            OneCycle(cycle_momentum=True),
            "keras",
            RMSprop(),
            "The Keras export cannot cycle the momentum of RMSprop",
        ),
        *(
            (OneCycle(cycle_momentum=True), target, SGD(), "SGD has none to cycle")
            for target in TARGETS
            if TARGETS[target].has_optimizer
        ),
    ],
)
def test_an_export_that_cannot_cycle_the_momentum_says_so(schedule, target, optimizer, message):
    with pytest.raises(UserError, match=message):
        source(Plan(schedule), target, optimizer=optimizer)


@pytest.mark.parametrize("around", [lambda schedule: schedule, Warmup])
def test_what_runs_is_about_the_rates_alone(around):
    cycled, plain = (Plan(around(OneCycle(cycle_momentum=on)), 10) for on in (True, False))
    assert [case.code for case in applied(cycled)] == [case.code for case in applied(plain)]


def test_the_command_line_prints_a_cycled_momentum(capsys):
    assert main(["curve", "one-cycle", "cycle_momentum=true", "--epochs", "10", "--per-epoch"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head == "step,epoch,lr,momentum"
    assert [float(rows[epoch].split(",")[3]) for epoch in (0, 2, 9)] == pytest.approx([0.95, 0.85, 0.95])


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


def test_a_lowest_momentum_above_the_highest_is_refused_where_it_is_cycled():
    with pytest.raises(
        UserError, match=r"base_momentum must be at most max_momentum, 0\.85, but it is 0\.9\."
    ):
        OneCycle(cycle_momentum=True, base_momentum=0.9, max_momentum=0.85)
    assert OneCycle(base_momentum=0.9, max_momentum=0.85).momentum_at(0) is None
    assert Plan(OneCycle(cycle_momentum=True, base_momentum=0.9, max_momentum=0.9)).momentum
