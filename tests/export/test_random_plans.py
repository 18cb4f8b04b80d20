"""Exported programs of random plans are executed: every schedule, wrapper, clock and optimizer."""

import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.export import TARGETS
from lrlab.optimizers import OPTIMIZERS, SGD, Momentum
from lrlab.parameters.kinds import Choice, Expression, Switch
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.schedules import SCHEDULES, Cooldown, PiecewiseConstant, Warmup
from tests.export.programs import assert_equal, rates_of
from tests.schedules.test_catalogue import FORMULAS

pytestmark = [pytest.mark.training, pytest.mark.proof]
PLANS = 200


def value(dice, parameter):
    """A random value of a parameter, from the range of its slider."""
    if isinstance(parameter, Choice):
        return str(dice.choice(parameter.choices))
    if isinstance(parameter, Switch):
        return bool(dice.integers(2))
    if isinstance(parameter, Expression):
        return str(dice.choice(FORMULAS))
    low, high = parameter.slider
    if parameter.optional and dice.integers(2):
        return None
    if parameter.integer:
        return int(dice.integers(low, high + 1))
    if parameter.log:
        return float(np.exp(dice.uniform(np.log(max(low, 1e-6)), np.log(high))))
    return float(dice.choice([low, high, dice.uniform(low, high), max(round(dice.uniform(low, high)), low)]))


def made(dice, cls, **given):
    if cls is PiecewiseConstant:
        boundaries = sorted({*dice.integers(1, 60, dice.integers(1, 6)).tolist()})
        return cls(tuple(dice.uniform(0, 1, len(boundaries) + 1)), tuple(boundaries))
    return cls(**{name: value(dice, parameter) for name, parameter in cls.parameters().items()}, **given)


def random_plan(dice, number):
    """The plan and the optimizer with that number; each kind and clock comes again and again."""
    while True:
        try:
            schedule = made(dice, SCHEDULES[number % len(SCHEDULES)])
            if dice.integers(2):
                schedule = made(dice, Cooldown, inner=schedule)
            if dice.integers(2):
                schedule = made(dice, Warmup, inner=schedule)
            epochs, size = int(dice.integers(1, 120)), int(dice.integers(1, 60))
            clock = CLOCKS[number // len(SCHEDULES) % len(CLOCKS)]
            together = int(dice.choice([1, 1, 2, 3, 4, 7, 64]))
            plan = Plan(schedule, epochs, size, clock, together)
            optimizer = made(dice, OPTIMIZERS[number % len(OPTIMIZERS)])
        except UserError:  # values that do not fit together
            continue
        if np.isfinite(plan.rates()).all():
            return plan, optimizer, int(dice.integers(epochs)) if dice.integers(2) else 0


def refused_by_pytorch(optimizer):
    """Whether PyTorch has no such optimizer, which another test checks."""
    betas = getattr(optimizer, "beta_1", 0), getattr(optimizer, "beta_2", 0)
    return optimizer.kind == "lion" or max(betas) == 1


def as_given_or_simpler(plan, optimizer):
    """Some optimizers have no momentum to cycle."""
    yield plan, optimizer
    yield plan, Momentum()


@pytest.mark.parametrize("target", TARGETS)
def test_every_program_has_the_rates_of_its_plan(target):
    dice, refused, not_cycled = np.random.default_rng(20_261_126), 0, 0
    for number in range(PLANS):
        plan, optimizer, first = random_plan(dice, number)
        if target == "pytorch" and refused_by_pytorch(optimizer):
            refused += 1
            optimizer = SGD()
        for each, own in as_given_or_simpler(plan, optimizer):
            try:
                rates = rates_of(each, target, optimizer=own, from_epoch=first)
                break
            except UserError as error:
                if not plan.momentum or "momentum" not in str(error):
                    raise
        else:
            not_cycled += 1  # Keras, where float32 cannot count the updates
            continue
        assert_equal(rates, each, target, first)
    assert refused < PLANS / 2
    assert not_cycled <= PLANS / 100
