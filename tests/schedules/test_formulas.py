"""Formulas against Keras's own schedules, the values of other frameworks, and the article."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.errors import UserError
from lrlab.runs.plan import Plan
from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    Constant,
    Cooldown,
    CosineDecay,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    InverseSqrtDecay,
    KDecay,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    Rex,
    StepDecay,
    TanhDecay,
    TimeBasedDecay,
    Warmup,
    WarmupStableDecay,
    schedule_of_kind,
)

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
ARTICLE_PLANS = {curve.id: Plan(curve.schedule, clock=curve.clock) for curve in CURVES}

rates = st.floats(1e-5, 1.0)
decays = st.floats(0.0, 0.5)
times = st.integers(0, 500)


@pytest.fixture(scope="module")
def keras_schedules():
    import keras

    return keras.optimizers.schedules


def assert_float32_equal(ours, theirs):
    np.testing.assert_allclose(ours, float(theirs), rtol=2e-5, atol=1e-8)


@pytest.mark.training
@given(rate=rates, decay=decays, t=times)
def test_time_based_is_keras_inverse_time_decay(keras_schedules, rate, decay, t):
    theirs = keras_schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=decay)
    assert_float32_equal(TimeBasedDecay(rate, decay)(t), theirs(t))


@pytest.mark.training
@given(rate=rates, decay=st.floats(0.0, 0.1), t=st.integers(0, 100))
def test_exponential_is_keras_exponential_decay(keras_schedules, rate, decay, t):
    theirs = keras_schedules.ExponentialDecay(rate, decay_steps=1, decay_rate=float(np.exp(-decay)))
    # Keras raises a float32 base to the power t, which multiplies its rounding by t.
    np.testing.assert_allclose(ExponentialDecay(rate, decay)(t), float(theirs(t)), rtol=2e-5, atol=1e-8)


@pytest.mark.training
@given(rate=rates, drop=st.floats(0.1, 1.0), every=st.integers(1, 50), t=st.integers(0, 200))
def test_step_is_keras_staircase(keras_schedules, rate, drop, every, t):
    theirs = keras_schedules.ExponentialDecay(rate, every, drop, staircase=True)
    # float32 division can put t / every just below the whole number that float64 reaches.
    assume(np.floor(np.float32(t) / np.float32(every)) == t // every)
    assert_float32_equal(StepDecay(rate, drop, every)(t), theirs(t))


@pytest.mark.training
@given(
    rate=rates,
    power=st.floats(0.3, 4.0),
    final=st.floats(0.0, 0.1),
    duration=st.integers(1, 200),
    t=times,
)
def test_polynomial_is_keras_polynomial_decay(keras_schedules, rate, power, final, duration, t):
    theirs = keras_schedules.PolynomialDecay(rate, duration, end_learning_rate=final, power=power)
    ours = PolynomialDecay(rate, power, final, duration=duration)(t)
    # Near the end float32 cancels in 1 - t / duration: its rounding, under a root, is allowed for.
    size = max(rate, final)
    np.testing.assert_allclose(ours, float(theirs(t)), rtol=1e-4, atol=size * 1e-7 ** min(1, power) * 2)


@pytest.mark.training
@given(rate=rates, power=st.floats(0.5, 3.0), duration=st.integers(1, 60), t=st.integers(0, 200))
def test_cycling_polynomial_is_keras_polynomial_decay(keras_schedules, rate, power, duration, t):
    theirs = keras_schedules.PolynomialDecay(rate, duration, 0.0, power, cycle=True)
    # float32 can take t / duration for a little more than a whole number of cycles.
    assume(np.ceil(np.float32(t) / np.float32(duration)) == -(-t // duration))
    ours = PolynomialDecay(rate, power, 0.0, True, duration)(t)
    np.testing.assert_allclose(ours, float(theirs(t)), rtol=1e-4, atol=rate * 1e-7 ** min(1, power) * 2)


@pytest.mark.training
@given(rate=rates, decay=decays, every=st.integers(1, 50), t=st.integers(0, 200))
def test_held_time_based_is_keras_staircase(keras_schedules, rate, decay, every, t):
    theirs = keras_schedules.InverseTimeDecay(rate, every, decay * every, staircase=True)
    assume(np.floor(np.float32(t) / np.float32(every)) == t // every)
    assert_float32_equal(TimeBasedDecay(rate, decay, every)(t), theirs(t))


@pytest.mark.training
@given(rate=rates, floor=st.floats(0.0, 1.0), duration=st.integers(1, 200), t=times)
def test_cosine_is_keras_cosine_decay(keras_schedules, rate, floor, duration, t):
    theirs = keras_schedules.CosineDecay(rate, duration, alpha=floor)
    ours = CosineDecay(rate, rate * floor, duration)(t)
    np.testing.assert_allclose(ours, float(theirs(t)), rtol=2e-5, atol=rate * 2e-7)


@pytest.mark.training
@given(rate=rates, warmup=st.integers(1, 50), duration=st.integers(1, 200), t=times)
def test_warmed_up_cosine_is_keras_cosine_decay(keras_schedules, rate, warmup, duration, t):
    theirs = keras_schedules.CosineDecay(0.0, duration, warmup_target=rate, warmup_steps=warmup)
    ours = Warmup(CosineDecay(rate, 0.0, duration), warmup)(t)
    np.testing.assert_allclose(ours, float(theirs(t)), rtol=2e-5, atol=rate * 5e-7)


@pytest.mark.training
@given(
    rate=rates,
    period=st.integers(2, 60),
    longer=st.sampled_from([1.0, 1.5, 2.0, 3.0]),
    lower=st.floats(0.3, 1.0),
    t=st.integers(0, 400),
)
def test_restarts_are_keras_cosine_decay_restarts(keras_schedules, rate, period, longer, lower, t):
    theirs = keras_schedules.CosineDecayRestarts(rate, period, longer, lower)
    ours = CosineRestarts(rate, period, longer, lower)
    # On the very step of a restart float32 decides by its last digit whether it has come yet.
    assume(abs(ours(t) - ours(t - 1e-3)) < 0.1 * rate * lower**9)
    np.testing.assert_allclose(ours(t), float(theirs(t)), rtol=1e-4, atol=rate * 2e-5)


@pytest.mark.training
@given(values=st.lists(rates, min_size=2, max_size=6), gap=st.integers(1, 20), t=st.integers(0, 120))
def test_piecewise_changes_one_step_before_keras(keras_schedules, values, gap, t):
    boundaries = [gap * (number + 1) for number in range(len(values) - 1)]
    theirs = keras_schedules.PiecewiseConstantDecay([b - 1 for b in boundaries], values)
    assert_float32_equal(PiecewiseConstant(values, boundaries)(t), theirs(t))


CLAIMED = {
    "torch.StepLR(5,.5)": StepDecay(0.1, 0.5, 5),
    "torch.ConstantLR(.25,4)": PiecewiseConstant((0.025, 0.1), (4,)),
    "torch.ExponentialLR(.9)": ExponentialDecay(0.1, -np.log(0.9)),
    "torch.CosineAnnealingLR(20,.001)": CosineDecay(0.1, 0.001, 20),
    "torch.CyclicLR(.01,.1,4,tri)": Cyclic(0.01, 0.1, 4),
    "torch.CyclicLR(.01,.1,4,exp .9)": Cyclic(0.01, 0.1, 4, shrink=0.9),
    "torch.OneCycleLR(.1,20,linear,3phase)": OneCycle(0.1, three_phases=True, curve="linear", duration=20),
    "hf.linear(w5,T20)": Warmup(LinearDecay(0.1, duration=15), 5),
    "hf.cosine_with_restarts(w5,T20,c2)": Warmup(CosineRestarts(0.1, 7.5, 1.0), 5),
    "hf.inverse_sqrt(w5)": Warmup(InverseSqrtDecay(0.1, 5), 5),
    "hf.cosine_with_min_lr(w5,T20,min_lr_rate.1)": Warmup(CosineDecay(0.1, 0.01, 15), 5),
    "hf.wsd(w5,decay5,T20,1-sqrt)": WarmupStableDecay(0.1, 5, 5, duration=20),
    "timm.cosine(20)": CosineDecay(0.1, duration=20),
    "timm.cosine(15,w5,prefixT)": Warmup(CosineDecay(0.1, duration=15), 5, 0.001),
    "timm.tanh(20)": TanhDecay(0.1, duration=20),
    "timm.step(5,.5)": StepDecay(0.1, 0.5, 5),
    "timm.wsd(15,decay5,w5)": WarmupStableDecay(0.1, 5, 5, duration=20),
    "keras.ExponentialDecay(staircase)": ExponentialDecay(0.1, np.log(2) / 5, 5),
    "keras.InverseTimeDecay(staircase)": TimeBasedDecay(0.1, 0.1, 5),
    "keras.PolynomialDecay(.1,20,0,2)": PolynomialDecay(0.1, 2.0, duration=20),
    "keras.CosineDecay(.1,20)": CosineDecay(0.1, duration=20),
    "keras.CosineDecayRestarts(.1,5,t2,m1)": CosineRestarts(0.1, 5, 2.0),
    "optax.exponential_decay(.1,5,.5)": ExponentialDecay(0.1, np.log(2) / 5),
    "optax.piecewise_constant(.1,{5:.1,10:.1})": PiecewiseConstant((0.1, 0.01, 0.001), (5, 10)),
    "optax.warmup_cosine(0,.1,5,20)": Warmup(CosineDecay(0.1, duration=15), 5),
}
# Conventions of their own: PyTorch's cosine rises again after T_max and its last one-cycle step may be
# overrun; transformers' cosine with a floor rises again; its restarts begin once more at the very end.
UNTIL = {
    "torch.CosineAnnealingLR(20,.001)": 21,
    "torch.OneCycleLR(.1,20,linear,3phase)": 20,
    "hf.cosine_with_min_lr(w5,T20,min_lr_rate.1)": 21,
    "hf.cosine_with_restarts(w5,T20,c2)": 20,
}


@pytest.mark.parametrize("entry", CLAIMED)
def test_equals_other_frameworks(entry):
    values = GOLDEN[entry][: UNTIL.get(entry)]
    np.testing.assert_allclose(CLAIMED[entry](np.arange(len(values))), values, rtol=1e-5, atol=1e-8)


def test_what_is_not_claimed_is_known():
    others = {name for name in GOLDEN if not name.startswith("_")} - set(CLAIMED)
    assert others == {"optax.linear_onecycle(20,.1)", "optax.sgdr"}


def test_compounding_is_a_callback_that_divides_the_rate_it_is_given():
    rate, decay, expected = 0.5, 0.005, []
    for epoch in range(100):
        rate = rate * (1 / (1 + decay * epoch))
        expected.append(rate)
    np.testing.assert_allclose(CompoundingTimeBasedDecay(0.5, 0.005)(np.arange(100)), expected)


def test_the_articles_numbers():
    assert ARTICLE_PLANS["compounding"].epoch_rates()[38] == pytest.approx(0.0153, abs=5e-5)
    assert ARTICLE_PLANS["time-based"].epoch_rates()[38] == pytest.approx(0.420, abs=5e-4)
    assert ARTICLE_PLANS["keras-decay"].rates()[250] == pytest.approx(0.0286, abs=5e-5)
    assert ARTICLE_PLANS["step"].epoch_rates()[[9, 10]] == pytest.approx([0.5, 0.4])
    assert ARTICLE_PLANS["exponential"].epoch_rates()[10] == pytest.approx(0.5 * np.exp(-1))
    np.testing.assert_allclose(ARTICLE_PLANS["polynomial"].epoch_rates(), 0.5 * (1 - np.arange(100) / 100))
    assert set(ARTICLE_PLANS["constant"].rates()) == {0.01}


def test_published_values_of_rex_and_k_decay():
    t = np.array([0, 50, 90, 100])
    np.testing.assert_allclose(Rex(1.0, duration=100)(t), [1, 2 / 3, 0.1 / 0.55, 0])
    np.testing.assert_allclose(KDecay(1.0, 2.0, duration=100)(t), [1, 0.75, 0.19, 0])
    np.testing.assert_array_equal(
        KDecay(0.3, 1.0, 2.0, duration=70)(t), PolynomialDecay(0.3, 2.0, duration=70)(t)
    )


def test_noam_is_an_inverse_square_root_behind_its_warm_up():
    t, width, warmup = np.arange(0, 400), 512, 40
    with np.errstate(divide="ignore"):
        noam = width**-0.5 * np.minimum(t**-0.5, t * warmup**-1.5)
    peak = width**-0.5 * warmup**-0.5
    np.testing.assert_allclose(Warmup(InverseSqrtDecay(peak, warmup), warmup)(t), noam)


def test_triangular2_halves_each_triangle():
    tops = Cyclic(0.01, 0.1, 4, cycle_factor=0.5)(np.array([4, 12, 20]))
    np.testing.assert_allclose(tops, [0.1, 0.055, 0.0325])


@pytest.mark.parametrize("shape", ["linear", "cosine", "1-sqrt"])
def test_wsd_is_a_constant_between_a_warm_up_and_a_cool_down(shape):
    t = np.arange(120)
    whole = WarmupStableDecay(0.1, 5, 20, 0.001, shape, 100)
    parts = Warmup(Cooldown(Constant(0.1), 20, 0.001, shape, 95), 5)
    np.testing.assert_allclose(whole(t), parts(t), rtol=1e-12)


def test_a_range_test_grows_from_its_first_rate_to_its_last():
    exponential = ExponentialDecay(1e-7, -np.log(1e9) / 100)([0, 50, 100])
    np.testing.assert_allclose(exponential, [1e-7, 1e-7 * 1e9**0.5, 100])
    np.testing.assert_allclose(StepDecay(1e-3, 10.0, 5)([0, 4, 5, 24]), [1e-3, 1e-3, 1e-2, 10])


@pytest.mark.training
@given(rate=rates, factor=st.floats(0.2, 5.0), steps=st.integers(1, 50), t=st.integers(0, 100))
def test_an_exponential_in_keras_words_is_keras_exponential_decay(keras_schedules, rate, factor, steps, t):
    theirs = keras_schedules.ExponentialDecay(rate, steps, factor)
    ours = schedule_of_kind("exponential", initial_lr=rate, decay_rate=factor, decay_steps=steps)
    assume(factor ** (t / steps) < 1e30)
    np.testing.assert_allclose(ours(t), float(theirs(t)), rtol=1e-4, atol=1e-37)  # float32 ends there


@pytest.mark.training
@given(rate=rates, decay=st.floats(0.0, 5.0), steps=st.integers(1, 50), t=st.integers(0, 100))
def test_a_time_based_decay_in_keras_words_is_keras_inverse_time_decay(
    keras_schedules, rate, decay, steps, t
):
    theirs = keras_schedules.InverseTimeDecay(rate, steps, decay)
    ours = schedule_of_kind("time-based", initial_lr=rate, decay_rate=decay, decay_steps=steps)
    assert_float32_equal(ours(t), theirs(t))


@pytest.mark.parametrize("k", [0.5, 1.0, 1.5, 3.0])
def test_k_decay_of_a_cosine_is_that_of_timm(k):
    """The formula of timm 1.0.31's CosineLRScheduler with t_initial=20, lr_min=0.001, k_decay=k."""
    theirs = [
        0.001 + 0.5 * (0.1 - 0.001) * (1 + math.cos(math.pi * t**k / 20**k)) if t < 20 else 0.001
        for t in range(24)
    ]
    np.testing.assert_allclose(CosineDecay(0.1, 0.001, 20, k)(np.arange(24)), theirs, atol=1e-12)


SHAPES = st.sampled_from(["linear", "cosine", "1-sqrt"])


@pytest.mark.training
@given(
    rise=SHAPES,
    fall=SHAPES,
    warmup=st.integers(0, 20),
    stable=st.integers(0, 20),
    cooldown=st.integers(1, 20),
    floor=st.just(0.0) | st.floats(0.001, 1.0),
)
def test_wsd_is_that_of_transformers(rise, fall, warmup, stable, cooldown, floor):
    theirs = pytest.importorskip("transformers.optimization")._get_wsd_scheduler_lambda
    phases = {"num_warmup_steps": warmup, "num_stable_steps": stable, "num_decay_steps": cooldown}
    more = {"warmup_type": rise, "decay_type": fall, "min_lr_ratio": floor, "num_cycles": 0.5}
    length = warmup + stable + cooldown
    ours = WarmupStableDecay(0.1, warmup, cooldown, 0.1 * floor, fall, length, 0.1 * floor, rise)
    expected = [0.1 * theirs(step, **phases, **more) for step in range(length + 3)]
    np.testing.assert_allclose(ours(np.arange(length + 3)), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", ["linear", "cosine", "1-sqrt"])
def test_a_warm_up_is_a_cool_down_backwards(shape):
    t = np.arange(9)
    rise = Warmup(Constant(0.1), 8, 0.01, shape)(t)
    np.testing.assert_allclose(rise, Cooldown(Constant(0.1), 8, 0.01, shape, 8)(t)[::-1])
    np.testing.assert_array_equal(
        rise[:8], WarmupStableDecay(0.1, 8, 1, duration=9, start_lr=0.01, warmup_shape=shape)(t)[:8]
    )


def test_an_exponential_warm_up_multiplies_by_the_same_factor():
    rise = Warmup(Constant(0.1), 4, 0.001, "exponential")(np.arange(6))
    np.testing.assert_allclose(rise[1:5] / rise[:4], 100**0.25)
    assert rise[5] == 0.1


def test_a_cool_down_begins_where_the_schedule_then_is():
    schedule = Cooldown(ExponentialDecay(1.0, 0.01), 10, duration=50)
    np.testing.assert_allclose(
        schedule([39, 40, 45, 50, 60]), [np.exp(-0.39), *np.exp(-0.4) * np.array([1, 0.5, 0, 0])]
    )


@pytest.mark.parametrize("cls", [PolynomialDecay, CosineDecay, OneCycle, WarmupStableDecay, Rex])
def test_a_schedule_without_a_duration_says_what_to_do(cls):
    with pytest.raises(UserError, match="put it into a Plan"):
        cls()(0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WarmupStableDecay(warmup=5, cooldown=20, duration=20)(0), "take 25 units of time"),
        (lambda: Cooldown(Constant(), 30, duration=20)(0), "takes 30 units"),
        (lambda: Warmup(Constant(), 5, 0.0, "exponential"), "start_lr a value above 0"),
        (lambda: WarmupStableDecay(warmup_shape="exponential"), "start_lr a value above 0"),
        (lambda: Warmup(0.1, 5), "must be a Schedule"),
        (lambda: PiecewiseConstant((0.1, 0.2), (1, 2)), "one rate more than boundaries"),
        (lambda: PiecewiseConstant((0.1, 0.2, 0.3), (2, 2)), "must increase"),
        (lambda: OneCycle(curve="cubic"), "one of cosine, linear"),
        (lambda: PolynomialDecay(cycle=1), "true or false"),
    ],
)
def test_what_does_not_fit_together_is_refused(make, message):
    with pytest.raises(UserError, match=message):
        make()
