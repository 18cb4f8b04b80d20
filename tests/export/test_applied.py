"""What Keras is said to apply is what Keras applies."""

import numpy as np
import pytest

from lrlab.article import CURVES
from lrlab.export.applied import applied
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.samples import POINTS
from lrlab.schedules import (
    SCHEDULES,
    Cooldown,
    CosineDecay,
    ExponentialDecay,
    Formula,
    KDecay,
    LinearDecay,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
    Warmup,
)

SIZE = 4


def cases(plan):
    return {case.id: case for case in applied(plan)}


def by_keras(code, epochs, initial_epoch=0):
    """The rates that Keras trains with in `code`, read from the optimizer at every batch."""
    import keras

    names = {}
    exec(code, names)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(names.get("optimizer") or keras.optimizers.SGD(0.5), loss="mse", run_eagerly=True)
    rates = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rates.append(float(model.optimizer.learning_rate))

    callbacks = [names["callback"]] if "callback" in names else []
    ones = np.ones((SIZE, 1))
    model.fit(ones, ones, 1, epochs, 0, [*callbacks, Watch()], initial_epoch=initial_epoch)
    return rates


@pytest.mark.training
@pytest.mark.filterwarnings("ignore:Argument `decay` is no longer supported")
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize(
    "schedule",
    [
        TimeBasedDecay(0.5, 0.1),
        *(
            pytest.param(schedule, marks=pytest.mark.proof)
            for schedule in (
                CosineDecay(0.5, 0.01),
                TimeBasedDecay(0.5, 0.4, 3),
                ExponentialDecay(0.5, 0.2),
                StepDecay(0.5, 0.5, 2),
                PolynomialDecay(0.5, 0.5),
                PolynomialDecay(0.5, 2.0, 0.1),
                LinearDecay(0.5),
                CosineDecay(0.5, 0.0, 4.6),
                PolynomialDecay(0.5, 2.0, duration=3.7),
            )
        ),
    ],
    ids=lambda schedule: schedule.kind,
)
def test_keras_applies_what_is_said(schedule, clock):
    plan = Plan(schedule, 6, SIZE, clock)
    for case in applied(plan):
        first = 3 if case.id == "initial-epoch" else 0
        rates = by_keras(case.code, 6, first)
        np.testing.assert_allclose(rates, case.rates, rtol=2e-5, atol=2e-7, err_msg=case.id)
        np.testing.assert_array_equal(case.steps, np.arange(first * SIZE, 6 * SIZE))


@pytest.mark.training
@pytest.mark.parametrize(
    "together", [2, 3]
)  # of SIZE batches: with three, Keras carries one to the next epoch
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("schedule", [CosineDecay(0.5, 0.01), KDecay(0.5, power=0.9)], ids=lambda s: s.kind)
def test_keras_applies_what_is_said_of_accumulated_gradients(schedule, clock, together):
    plan = Plan(schedule, 6, SIZE, clock, together)
    case = cases(plan)["as-planned"]
    rates = np.array(by_keras(case.code, 6))
    every_batch = plan.step_of(np.arange(6 * SIZE))
    np.testing.assert_allclose(rates, case.rates[every_batch], rtol=2e-5, atol=2e-7)
    if clock != "epoch":
        case = cases(plan)["accumulation"]
        np.testing.assert_allclose(by_keras(case.code, 6), case.rates, rtol=2e-5, atol=2e-7)
        np.testing.assert_array_equal(case.stated, plan.at(every_batch))
        assert f"runs {together} times too fast" in case.sentence
        assert "difference is at batch" in case.sentence


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
@pytest.mark.parametrize("together", [1, 2])
def test_every_schedule_has_cases_with_a_sentence(cls, clock, together):
    for case in applied(Plan(cls(), 60, 3, clock, together)):
        assert case.steps.shape == case.stated.shape == case.rates.shape
        assert case.sentence.endswith((".", ")"))
        compile(case.code, case.id, "exec")


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("schedule", [Warmup(CosineDecay(), 5), Cooldown(CosineDecay(), 5)])
def test_a_schedule_inside_another_one_has_cases_too(schedule, clock):
    assert "initial-epoch" in cases(Plan(schedule, 60, 3, clock))


def test_the_articles_surprises():
    curves = {curve.id: Plan(curve.schedule, clock=curve.clock) for curve in CURVES}
    compounding = cases(curves["time-based"])["compounding"]
    (at,) = np.flatnonzero(compounding.steps == 38 * 250)
    assert compounding.rates[at] == pytest.approx(0.0153, abs=5e-5)
    assert compounding.stated[at] == pytest.approx(0.420, abs=5e-4)
    decay = TimeBasedDecay(0.1, 0.01)
    object = cases(Plan(decay))["schedule-object"]
    (at,) = np.flatnonzero(object.steps == 250)
    assert (object.stated[at], object.rates[at]) == pytest.approx((0.0990, 0.0286), abs=5e-5)
    ignored = cases(Plan(decay, clock="step"))["sgd-decay"]
    assert set(ignored.rates) == {0.1}
    assert "0.1 is applied. Keras 3 ignores `decay`" in ignored.sentence


def test_a_formula_without_a_rate_is_said_to_have_none():
    broken = cases(Plan(Formula("0.1 / (t - 1)"), 6, SIZE))
    assert broken["as-planned"].sentence.startswith("The formula gives no finite rate")
    assert "compounding" not in broken


def test_no_difference_is_said_to_be_none():
    plan = Plan(CosineDecay(), clock="smooth")
    assert cases(plan)["as-planned"].sentence == "The applied rate equals the stated rate at every step."
    held = cases(Plan(ExponentialDecay(), 10, 5))["as-planned"].sentence
    assert held.startswith(
        "The largest difference is at step 4 (epoch 0): 0.4616 is intended, 0.5 is applied."
    )


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_cases_of_a_long_run_are_seen_at_some_of_its_steps(clock):
    plan = Plan(TimeBasedDecay(0.5, 0.1), 1000, 6000, clock, 1)
    for case in applied(plan):
        assert case.stated.shape == case.rates.shape == case.steps.shape
        assert len(case.steps) <= POINTS
        assert case.steps[-1] == plan.steps - 1
        assert {case.steps[0], case.steps[0] + 5999, plan.steps - 6000} <= {*case.steps.tolist()}
    planned = cases(plan)["as-planned"]
    np.testing.assert_array_equal(planned.rates, plan.at(planned.steps))
