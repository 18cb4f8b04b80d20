"""Formulas against Keras's own schedules, the values of other frameworks, and the article."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.errors import UserError
from lrlab.plan import Plan
from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    ExponentialDecay,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
)

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
ARTICLE = {curve.id: Plan(curve.schedule, clock=curve.clock) for curve in CURVES}

rates = st.floats(1e-5, 1.0)
decays = st.floats(0.0, 0.5)
times = st.integers(0, 500)


@pytest.fixture(scope="module")
def keras_schedules():
    import keras

    return keras.optimizers.schedules


def assert_float32_equal(ours, theirs):
    np.testing.assert_allclose(ours, float(theirs), rtol=2e-5, atol=1e-8)


@settings(max_examples=200, deadline=None)
@given(rate=rates, decay=decays, t=times)
def test_time_based_is_keras_inverse_time_decay(keras_schedules, rate, decay, t):
    theirs = keras_schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=decay)
    assert_float32_equal(TimeBasedDecay(rate, decay)(t), theirs(t))


@settings(max_examples=200, deadline=None)
@given(rate=rates, decay=st.floats(0.0, 0.1), t=st.integers(0, 100))
def test_exponential_is_keras_exponential_decay(keras_schedules, rate, decay, t):
    theirs = keras_schedules.ExponentialDecay(rate, decay_steps=1, decay_rate=float(np.exp(-decay)))
    # Keras raises a float32 base to the power t, which multiplies its rounding by t.
    np.testing.assert_allclose(ExponentialDecay(rate, decay)(t), float(theirs(t)), rtol=2e-5, atol=1e-8)


@settings(max_examples=200, deadline=None)
@given(rate=rates, drop=st.floats(0.1, 1.0), every=st.integers(1, 50), t=st.integers(0, 200))
def test_step_is_keras_staircase(keras_schedules, rate, drop, every, t):
    theirs = keras_schedules.ExponentialDecay(rate, every, drop, staircase=True)
    # float32 division can put t / every just below the whole number that float64 reaches.
    if np.floor(np.float32(t) / np.float32(every)) == t // every:
        assert_float32_equal(StepDecay(rate, drop, every)(t), theirs(t))


@settings(max_examples=200, deadline=None)
@given(
    rate=rates,
    power=st.floats(0.3, 4.0),
    final=st.floats(0.0, 0.1),
    duration=st.integers(1, 200),
    t=times,
)
def test_polynomial_is_keras_polynomial_decay(keras_schedules, rate, power, final, duration, t):
    theirs = keras_schedules.PolynomialDecay(rate, duration, end_learning_rate=final, power=power)
    ours = PolynomialDecay(rate, power, final, duration)(t)
    # Near the end float32 cancels in 1 - t / duration: its rounding, under a root, is allowed for.
    np.testing.assert_allclose(ours, float(theirs(t)), rtol=1e-4, atol=rate * 1e-7 ** min(1, power) * 2)


@pytest.mark.parametrize(
    ("entry", "schedule"),
    [
        ("torch.StepLR(5,.5)", StepDecay(0.1, 0.5, 5)),
        ("timm.step(5,.5)", StepDecay(0.1, 0.5, 5)),
        ("keras.ExponentialDecay(staircase)", StepDecay(0.1, 0.5, 5)),
        ("torch.ExponentialLR(.9)", ExponentialDecay(0.1, -np.log(0.9))),
        ("optax.exponential_decay(.1,5,.5)", ExponentialDecay(0.1, np.log(2) / 5)),
        ("keras.PolynomialDecay(.1,20,0,2)", PolynomialDecay(0.1, 2.0, 0.0, 20)),
    ],
)
def test_equals_other_frameworks(entry, schedule):
    values = GOLDEN[entry]
    np.testing.assert_allclose(schedule(np.arange(len(values))), values, rtol=1e-5, atol=1e-8)


def test_compounding_is_a_callback_that_divides_the_rate_it_is_given():
    rate, decay, expected = 0.5, 0.005, []
    for epoch in range(100):
        rate = rate * (1 / (1 + decay * epoch))
        expected.append(rate)
    np.testing.assert_allclose(CompoundingTimeBasedDecay(0.5, 0.005)(np.arange(100)), expected)


def test_the_articles_numbers():
    assert ARTICLE["compounding"].epoch_rates()[38] == pytest.approx(0.0153, abs=5e-5)
    assert ARTICLE["time-based"].epoch_rates()[38] == pytest.approx(0.420, abs=5e-4)
    assert ARTICLE["keras-decay"].rates()[250] == pytest.approx(0.0286, abs=5e-5)
    assert ARTICLE["step"].epoch_rates()[[9, 10]] == pytest.approx([0.5, 0.4])
    assert ARTICLE["exponential"].epoch_rates()[10] == pytest.approx(0.5 * np.exp(-1))
    np.testing.assert_allclose(ARTICLE["polynomial"].epoch_rates(), 0.5 * (1 - np.arange(100) / 100))
    assert set(ARTICLE["constant"].rates()) == {0.01}


def test_a_polynomial_without_a_duration_says_what_to_do():
    with pytest.raises(UserError, match="lay it over a Plan"):
        PolynomialDecay()(0)
