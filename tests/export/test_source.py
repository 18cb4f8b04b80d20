"""Exported source is executed: in Keras it trains, and its rates are those of the plan."""

import ast

import numpy as np
import pytest

from lrlab.article import CURVES
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.export.source import rate_source
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.schedules import SCHEDULES, Cooldown, CosineDecay, PiecewiseConstant, Warmup
from tests.export.test_javascript import OTHERS, variants, wrapped

every_clock = pytest.mark.parametrize("clock", CLOCKS)
every_kind = pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
WRAPPED = {
    "alone": lambda s: s,
    "warm-up": lambda s: Warmup(s, 3, 0.01),
    "cool-down": lambda s: Cooldown(s, 20),
    "both": lambda s: Warmup(Cooldown(s, 20), 3),
}
every_wrapper = pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
trained_wrappers = pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(wrap, marks=[] if name == "alone" else [pytest.mark.proof])
        for name, wrap in WRAPPED.items()
    ],
    ids=WRAPPED,
)
EPOCHS, SIZE = 60, 2


def execute(plan, target):
    """The names that the exported source leaves behind."""
    names = {}
    exec(compile(source(plan, target), target, "exec"), names)
    return names


def float32_equal(ours, theirs, plan):
    # Near an end float32 cancels in 1 - t / T, whose rounding is of the size of the peak's.
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6 * plan.rates().max())


def trained(names, epochs):
    """The rate of each step of a real training, as it changes a weight whose gradient is 1."""
    import keras

    weight = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), weight])
    model.compile(names["optimizer"], loss=lambda y, out: out, run_eagerly=True)
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            seen.append(float(weight.kernel[0, 0]))

    callbacks = [names["callback"]] if "callback" in names else []
    ones = np.ones((SIZE, 1))
    model.fit(ones, ones, batch_size=1, epochs=epochs, verbose=0, callbacks=[*callbacks, Watch()])
    return -np.diff([*seen, float(weight.kernel[0, 0])])


@pytest.mark.training
@every_clock
@every_kind
@trained_wrappers
def test_keras_trains_with_the_very_rates(cls, clock, wrap):
    plan = Plan(wrap(cls()), EPOCHS, SIZE, clock)
    names = execute(plan, "keras")
    # A weight near 1 has no digits for a step far below 1e-7.
    np.testing.assert_allclose(trained(names, 2), plan.rates()[:4], rtol=2e-5, atol=2e-7)


@pytest.mark.training
@pytest.mark.parametrize("clock", ["step", pytest.param("smooth", marks=pytest.mark.proof)])
@every_kind
def test_keras_objects_give_every_rate_of_the_run(cls, clock):
    for schedule in variants(cls):
        for around in (schedule, Warmup(schedule, 3)):
            plan = Plan(around, EPOCHS, 4, clock)
            rate = execute(plan, "keras")["optimizer"]._learning_rate
            theirs = [float(rate(step)) if callable(rate) else float(rate) for step in range(plan.steps)]
            float32_equal(theirs, plan.rates(), plan)


@pytest.mark.training
@every_clock
@every_kind
@every_wrapper
def test_optax_updates_with_the_very_rates(cls, clock, wrap):
    import jax

    plan = Plan(wrap(cls()), EPOCHS, SIZE, clock)
    names = execute(plan, "optax")
    optimizer = names["optimizer"]
    state, rates = optimizer.init(np.float32(0)), []
    for _ in range(3):
        update, state = optimizer.update(np.float32(1), state)
        rates.append(-float(update))
    float32_equal(rates, plan.rates()[:3], plan)
    schedule = names["learning_rate"]
    every = np.broadcast_to(jax.vmap(schedule)(np.arange(plan.steps)), plan.steps)
    float32_equal(every, plan.rates(), plan)


@pytest.mark.training
@pytest.mark.parametrize("schedule", [other for kind in OTHERS.values() for other in kind], ids=repr)
def test_optax_has_the_rates_of_the_less_usual_curves(schedule):
    import jax

    for around in (schedule, Warmup(schedule, 3)):
        plan = Plan(around, EPOCHS, 4, "step")
        rates = jax.vmap(execute(plan, "optax")["learning_rate"])(np.arange(plan.steps))
        float32_equal(rates, plan.rates(), plan)


@pytest.mark.training
@every_clock
@every_kind
@every_wrapper
def test_pytorch_steps_with_the_very_rates(cls, clock, wrap):
    torch = pytest.importorskip("torch")
    plan = Plan(wrap(cls()), EPOCHS, SIZE, clock)
    rates, step = [], torch.optim.SGD.step

    def watched(self, *args, **kwargs):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    torch.optim.SGD.step = watched
    try:
        execute(plan, "pytorch")
    finally:
        torch.optim.SGD.step = step
    np.testing.assert_allclose(rates, plan.rates(), rtol=1e-12)


@every_clock
@every_kind
def test_the_numpy_function_is_the_formula(cls, clock):
    """What the PyTorch and the callback code call, one time after another and all at once."""
    for inner in variants(cls):
        for schedule in wrapped(inner):
            plan = Plan(schedule, EPOCHS, 3, clock)
            names = {"np": np}
            exec(rate_source(plan), names)
            steps = np.arange(plan.steps)
            times = {"step": steps, "epoch": steps // 3, "smooth": steps / 3}[clock]
            np.testing.assert_allclose(names["rate"](times), plan.rates(), rtol=1e-11, atol=1e-15)
            some = [float(names["rate"](t)) for t in times[::17].tolist()]
            np.testing.assert_allclose(some, plan.rates()[::17], rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.id)
def test_the_articles_curves_fit_on_a_page(curve, target):
    code = source(Plan(curve.schedule, clock=curve.clock), target, curve.name)
    ast.parse(code)
    assert code.startswith(f"# {curve.name}: the learning rate")
    assert max(map(len, code.splitlines())) <= 110


def test_keras_has_its_own_class_where_there_is_one():
    assert "CosineDecay(\n    0.0,\n    decay_steps=23750" in source(
        Plan(Warmup(CosineDecay()), clock="smooth"), "keras"
    )
    assert "LearningRateScheduler" in source(Plan(CosineDecay()), "keras")
    assert "class Rates" in source(Plan(Cooldown(CosineDecay()), clock="step"), "keras")
    assert "[29, 59]" in source(Plan(PiecewiseConstant(), clock="step"), "keras")


def test_a_name_cannot_leave_its_comment():
    code = source(Plan(CosineDecay()), "keras", "a\nimport os\r\n#")
    assert [line for line in code.splitlines() if "import os" in line] == [code.splitlines()[0]]


def test_an_unknown_target_names_the_known_ones():
    with pytest.raises(UserError, match="keras, pytorch, optax"):
        source(Plan(CosineDecay()), "mxnet")
