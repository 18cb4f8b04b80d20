"""The run that is a range test: its rates, its length, and what it takes over."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.errors import UserError
from lrlab.optimizers import Adam
from lrlab.runs.controllers import EarlyStopping
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant, ExponentialDecay


def test_the_rate_grows_by_the_same_factor_with_every_update():
    rates = range_test_spec(RunSpec()).plan.rates()
    np.testing.assert_allclose(rates, np.geomspace(1e-5, 10, 250), rtol=1e-9)


@given(
    batch=st.integers(1, 500),
    together=st.integers(1, 4),
    updates=st.integers(100, 900),
    split=st.floats(0.01, 0.8),
)
def test_it_has_the_updates_that_were_asked_for_in_equal_epochs(batch, together, updates, split):
    run = RunSpec(batch_size=batch, batches_per_update=together, validation_split=split)
    assume(run.fit_images >= batch)
    test = range_test_spec(run, updates)
    assert test.plan.steps == test.epochs * math.ceil(updates / test.epochs)
    assert test.epochs == math.ceil(updates / run.steps_per_epoch)
    rates = test.plan.at([0, test.plan.steps - 1])
    np.testing.assert_allclose(rates, [1e-5, 10], rtol=1e-6)


def test_all_else_is_that_of_the_run():
    run = RunSpec(Constant(0.1), optimizer=Adam(), seed=3, early_stopping=EarlyStopping())
    test = range_test_spec(run)
    assert test.range_test
    assert test.early_stopping is None
    same = replace(run, early_stopping=None, schedule=test.schedule, clock="step", epochs=1, range_test=True)
    assert test == same
    assert RunSpec.from_json(test.to_json()) == test
    assert "range_test" not in run.to_json(), "records of before stay as they are"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"low": 1.0, "high": 1.0}, "The last rate must be above the first, but they are 1 and 1."),
        ({"low": 0.0}, "the first rate must be a number from 1e-07 to 100, but it is 0.0."),
        ({"updates": 7}, "updates must be a whole number from 100 to 100,000, but it is 7."),
    ],
)
def test_what_it_does_not_take(given, message):
    with pytest.raises(UserError) as caught:
        range_test_spec(RunSpec(), **given)
    assert str(caught.value) == message


def test_no_more_epochs_than_a_run_can_have():
    with pytest.raises(UserError, match="at most 1,000 epochs"):
        range_test_spec(RunSpec(batch_size=16_000), 5000)


@pytest.mark.parametrize("schedule", [Constant(0.1), ExponentialDecay(0.5, 0.1)])
def test_a_run_whose_rate_does_not_grow_is_no_range_test(schedule):
    with pytest.raises(UserError, match="the rate must grow with every update"):
        RunSpec(schedule, "step", range_test=True)
