"""Exported source is executed: its rates are those of the plan, and models with it are saved and loaded."""

import ast

import numpy as np
import pytest

from lrlab.article import CURVES
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.export.formula import rate_source
from lrlab.optimizers import OPTIMIZERS, SGD, Adam, Lion, Momentum, Nadam
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    Cooldown,
    CosineDecay,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    KDecay,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
    Warmup,
    WarmupStableDecay,
)
from tests.export.programs import assert_equal, compiled, execute, jax_rates, loop, rates_of
from tests.export.test_javascript import variants, wrapped

every_clock = pytest.mark.parametrize("clock", CLOCKS)
every_kind = pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
every_target = pytest.mark.parametrize("target", TARGETS)
WRAPPED = {
    "alone": lambda s: s,
    "warm-up": lambda s: Warmup(s, 3, 0.01),
    "cool-down": lambda s: Cooldown(s, 20),
    "both": lambda s: Warmup(Cooldown(s, 20), 3),
}
every_wrapper = pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
EPOCHS, SIZE = 60, 2


@pytest.mark.training
@every_clock
@every_kind
@every_target
def test_a_program_has_every_rate_of_the_run(cls, clock, target):
    for wrap in WRAPPED.values():
        plan = Plan(wrap(cls()), EPOCHS, SIZE, clock)
        assert_equal(rates_of(plan, target), plan, target)


@pytest.mark.training
@every_clock
@pytest.mark.parametrize("cls", [CosineDecay, StepDecay, OneCycle, TimeBasedDecay], ids=lambda cls: cls.kind)
@every_target
def test_a_program_goes_on_from_an_epoch(cls, clock, target):
    plan = Plan(Warmup(cls(), 3), EPOCHS, SIZE, clock)
    assert_equal(rates_of(plan, target, from_epoch=7), plan, target, from_epoch=7)


# What a class of PyTorch does, over as many steps as a run of the article has.
PYTORCH = {
    "StepLR": StepDecay(),
    "MultiStepLR": PiecewiseConstant((0.1, 0.01, 0.001), (30, 60)),
    "ExponentialLR": ExponentialDecay(),
    "CosineAnnealingLR": CosineDecay(0.1, 0.001),
    "CosineAnnealingWarmRestarts": CosineRestarts(),
    "OneCycleLR": OneCycle(three_phases=True),
    "CyclicLR": Cyclic(shrink=0.99),
    "PolynomialLR": PolynomialDecay(power=0.9),
    "LinearLR": LinearDecay(),
    "ConstantLR": Constant(),
    "SequentialLR": Warmup(CosineDecay(), 5, 0.001),
}


@pytest.mark.training
@pytest.mark.parametrize("name", PYTORCH)
def test_pytorchs_own_class_is_used_and_exact_over_25000_steps(name):
    plan = Plan(PYTORCH[name], clock="smooth")
    assert f"scheduler = lr_scheduler.{name}(" in source(plan, "pytorch")
    rates, expected = rates_of(plan, "pytorch"), plan.rates()
    assert len(rates) == 25_000
    far = np.abs(rates - expected)
    assert (far <= 1e-11 * expected).all(), (far / expected).max()


@pytest.mark.parametrize(
    "schedule",
    [
        Warmup(CosineDecay()),  # LinearLR cannot start at 0
        PiecewiseConstant((0.1, 0.05, 0.001)),
        CosineDecay(duration=50),  # CosineAnnealingLR rises again
        PolynomialDecay(final_lr=0.01),
        OneCycle(duration=50),
        OneCycle(rise=0.505, three_phases=True),  # its third phase has no length
        CosineRestarts(restart_factor=0.5),
        Cyclic(cycle_factor=0.9),
        TimeBasedDecay(),
    ],
    ids=str,
)
def test_pytorch_has_a_function_where_no_class_is_exact(schedule):
    code = source(Plan(schedule, clock="step", epochs=100, batches_per_epoch=1), "pytorch")
    assert "LambdaLR(optimizer, learning_rate)" in code


@pytest.mark.training
def test_pytorchs_one_cycle_would_divide_by_zero_where_its_last_phase_has_no_length():
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    made = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.1, 9, pct_start=5 / 9, three_phase=True, cycle_momentum=False
    )
    for _ in range(8):
        optimizer.step()
        made.step()
    with pytest.raises(ZeroDivisionError):
        made.step()
    plan = Plan(OneCycle(rise=5 / 9, three_phases=True), 9, 1, "step")
    assert "OneCycleLR" not in source(plan, "pytorch")
    assert_equal(rates_of(plan, "pytorch"), plan, "pytorch")


@pytest.mark.training
def test_what_is_said_of_pytorchs_end_is_so():
    pytest.importorskip("torch")
    cosine = execute(Plan(CosineDecay(), 4, 5, "step"), "pytorch")
    assert "raises the rate again" in cosine["code"]
    one_cycle = execute(Plan(OneCycle(), 4, 5, "step"), "pytorch")
    assert "raises a ValueError" in one_cycle["code"]
    for names in (cosine, one_cycle):
        for _ in range(20):
            names["optimizer"].step()
            names["scheduler"].step()
    cosine["scheduler"].step()
    assert cosine["optimizer"].param_groups[0]["lr"] > 1e-4
    with pytest.raises(ValueError, match="21"):
        one_cycle["scheduler"].step()
    after_cool_down = source(Plan(Cooldown(CosineDecay(), 2), 4, 5, "smooth"), "pytorch")
    assert "raises" not in after_cool_down


@pytest.mark.training
@pytest.mark.parametrize(
    "schedule",
    [CosineDecay(), OneCycle(), CosineRestarts(), TimeBasedDecay(), Warmup(CosineDecay(), 3, 0.001)],
    ids=lambda s: s.kind,
)
def test_a_checkpoint_of_pytorch_goes_on_with_load_state_dict(schedule):
    plan = Plan(schedule, 6, 5, "step")
    before, after = execute(plan, "pytorch"), execute(plan, "pytorch")
    for _ in range(17):
        before["optimizer"].step()
        before["scheduler"].step()
    for name in ("optimizer", "scheduler"):
        after[name].load_state_dict(before[name].state_dict())
    rates = []
    for _ in range(17, plan.steps):
        rates.append(after["optimizer"].param_groups[0]["lr"])
        after["optimizer"].step()
        after["scheduler"].step()
    np.testing.assert_allclose(rates, plan.rates()[17:], rtol=1e-9, atol=1e-13)


@pytest.mark.training
@pytest.mark.parametrize("clock", ["smooth", pytest.param("step", marks=pytest.mark.proof)])
@every_kind
def test_a_keras_model_is_saved_and_loaded_with_its_schedule(cls, clock, tmp_path):
    import keras

    for schedule in (cls(), Warmup(Cooldown(cls(), 20), 3, 0.01, "exponential")):
        plan = Plan(schedule, EPOCHS, SIZE, clock)
        names = execute(plan, "keras")
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(names["optimizer"], "mse")
        model.optimizer.iterations.assign(4)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras").optimizer
        assert int(loaded.iterations) == 4
        if isinstance(schedule, Constant):
            assert float(loaded.learning_rate) == np.float32(schedule.initial_lr)
        else:
            some = [float(loaded._learning_rate(step)) for step in range(0, plan.steps, 17)]
            assert_equal(some, plan, "keras", every=17)


@pytest.mark.training
@pytest.mark.parametrize("schedule", [CosineDecay(), Warmup(OneCycle(), 3)], ids=lambda s: s.kind)
def test_a_keras_model_that_accumulates_gradients_is_saved_and_loaded(schedule, tmp_path):
    import keras

    plan = Plan(schedule, EPOCHS, 10, "smooth", 4)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(execute(plan, "keras")["optimizer"], "mse")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.variables[0].assign(41)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").optimizer
    assert (loaded.gradient_accumulation_steps, int(loaded.iterations)) == (4, 10)
    batches = np.arange(3, 10 * EPOCHS, 17)
    rates = [float(loaded._learning_rate(batch)) for batch in batches]
    np.testing.assert_allclose(rates, plan.at(plan.step_of(batches)), rtol=2e-5, atol=1e-7)


@pytest.mark.training
def test_a_keras_class_takes_other_numbers():
    names = execute(Plan(Warmup(OneCycle(), 3), EPOCHS, 4, "smooth"), "keras")
    changed = type(names["learning_rate"])(max_lr=0.3, warmup=5, duration=EPOCHS - 5, steps_per_epoch=6)
    plan = Plan(Warmup(OneCycle(0.3), 5), EPOCHS, 6, "smooth")
    assert_equal(compiled(changed, np.arange(plan.steps)), plan, "keras")


@pytest.mark.training
@pytest.mark.parametrize("every", [41, 47])
@pytest.mark.parametrize("target", ["keras", "optax"])
def test_a_drop_comes_at_its_step_also_where_xla_multiplies_by_an_inverse(every, target):
    import jax
    import optax

    staircase = jax.jit(jax.vmap(optax.exponential_decay(0.5, every, 0.99, staircase=True)))
    plan = Plan(StepDecay(0.5, 0.99, every), 10, 1000, "step")
    assert not np.allclose(staircase(np.arange(plan.steps)), plan.rates(), rtol=2e-3)
    assert_equal(rates_of(plan, target), plan, target)


@pytest.mark.training
@pytest.mark.parametrize(
    "schedule", [PolynomialDecay(0.1, 0.9), KDecay(0.1, power=0.9)], ids=lambda s: s.kind
)
@pytest.mark.parametrize("target", ["keras", "optax"])
def test_the_rate_after_the_end_is_no_nan_where_xla_rounds_below_zero(schedule, target):
    import keras

    after = np.arange(295, 310)
    theirs = keras.optimizers.schedules.PolynomialDecay(0.1, 300, 0.0, 0.9)
    assert np.isnan(compiled(theirs, after)[after >= 300]).all()
    plan = Plan(schedule, 3, 100, "step")
    rate = execute(plan, target)["learning_rate"]
    rates = compiled(rate, after) if target == "keras" else jax_rates(rate, after)
    np.testing.assert_allclose(rates, plan.at(after), rtol=2e-5, atol=1e-7)


@pytest.mark.training
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda cls: cls.kind)
@pytest.mark.parametrize("target", ["keras", "pytorch", "optax"])
def test_the_program_creates_the_chosen_optimizer(optimizer, target):
    plan, chosen = Plan(StepDecay(), 4, 5, "step"), optimizer()
    if (optimizer, target) == (Lion, "pytorch"):
        with pytest.raises(UserError, match="PyTorch has no optimizer Lion"):
            source(plan, target, optimizer=chosen)
        return
    names = execute(plan, target, optimizer=chosen)
    made = names["optimizer"]
    if target == "keras":
        assert {
            name: made.get_config()[name] for name in chosen.keras_arguments()
        } == chosen.keras_arguments()
    elif target == "pytorch":
        assert type(made).__name__ == chosen.pytorch().name
        assert chosen.pytorch().arguments.items() <= made.param_groups[0].items()
    else:
        weight = np.ones(2, np.float32)
        update, _ = made.update(np.ones(2, np.float32), made.init(weight), weight)
        assert np.isfinite(np.asarray(update)).all()
    assert_equal(rates_of(plan, target, optimizer=chosen), plan, target)


def weights_of(names, target, gradients, together):
    """The weight of the program's model after each batch of gradients, from 0 on; `gradients` per epoch."""
    optimizer, weights = names["optimizer"], []
    if target == "pytorch":
        import torch

        (weight,) = names["model"].parameters()
        weight.data.zero_()
        epochs = iter(gradients)

        class Batches(list):
            """An epoch of batches, each as what its backward pass adds to the gradient."""

            def __iter__(self):
                for number, gradient in enumerate(next(epochs)):
                    if together == 1:  # a usual loop
                        weight.grad = None
                    first = number // together * together
                    share = gradient / min(together, len(self) - first)
                    weight.grad = torch.full_like(weight, share) + (0 if weight.grad is None else weight.grad)
                    yield gradient
                    weights.append(weight.item())

        exec(loop(names["code"]), names | {"batches": Batches(gradients[0])})
    elif target == "keras":
        import keras

        weight = keras.Variable(np.zeros(1, np.float32))
        optimizer.build([weight])
        for epoch, batches in enumerate(gradients):
            if "callback" in names:
                optimizer.learning_rate = names["callback"].schedule(epoch, 1.0)
            for gradient in batches:
                optimizer.apply([keras.ops.full((1,), gradient)])
                weights.append(float(weight[0]))
    else:
        weight, update = np.zeros(1, np.float32), __import__("jax").jit(optimizer.update)
        state = optimizer.init(weight)
        for gradient in np.ravel(gradients):
            change, state = update(np.full(1, gradient, np.float32), state, weight)
            weight = weight + np.asarray(change)
            weights.append(float(weight[0]))
    return np.array(weights)


@pytest.mark.training
@every_clock
@pytest.mark.parametrize(("batches", "together"), [(6, 1), (6, 3), (7, 3), (3, 5)])
@pytest.mark.parametrize("target", ["keras", "pytorch", "optax"])
def test_a_program_updates_with_the_mean_gradient_of_its_batches(target, batches, together, clock):
    plan = Plan(CosineDecay(0.5), 4, batches, clock, together)
    gradients = np.random.default_rng(7).normal(size=(plan.epochs, batches)).astype(np.float32)
    weight, expected = 0.0, []
    by_batch = plan.at(plan.step_of(np.arange(gradients.size)))
    waiting = []
    for number, (rate, gradient) in enumerate(zip(by_batch, gradients.ravel(), strict=True), 1):
        waiting.append(gradient)
        # Keras does not know where an epoch ends, which the program says.
        at_its_end = number % batches == 0 and target != "keras"
        if len(waiting) == together or at_its_end:
            weight -= rate * np.mean(waiting)
            waiting = []
        expected.append(weight)
    names = execute(plan, target)
    np.testing.assert_allclose(weights_of(names, target, gradients, together), expected, rtol=1e-4, atol=1e-6)
    assert ("Keras carries these batches" in names["code"]) == (target == "keras" and plan.left_over > 0)


@every_target
def test_an_update_of_more_batches_than_an_epoch_has_is_described_as_it_is(target):
    code = source(Plan(CosineDecay(0.5), 4, 3, "step", 7), target)
    words = " ".join(code.replace("#", "").split())
    assert "with the mean gradient of all batches of an epoch: 3." in words
    assert "of 7 batches" not in words
    assert "left over" not in words
    assert ("Model.fit makes an update after every 7 batches" in words) == (target == "keras")
    assert "7" not in words or target == "keras"


@pytest.mark.training
@pytest.mark.parametrize("together", [1, 4])
def test_keras_goes_on_in_the_middle_of_an_update_as_its_comment_says(together):
    """With a new optimizer, in Model.fit; the gradient of the weight is 1."""
    import keras

    plan = Plan(LinearDecay(1.0), 2, 10, "step", together)
    names = execute(plan, "keras", from_epoch=1)
    weight = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), weight])
    model.compile(names["optimizer"], loss=lambda y, out: out)
    ones = np.ones((together, 1))
    model.fit(ones, ones, batch_size=1, initial_epoch=1, epochs=2, verbose=0)
    said = "# With a new optimizer the first update has only 2 of 4 batches, and Keras divides by 4."
    assert (said in names["code"]) == (together == 4)
    rate = plan.rates()[10 if together == 1 else 3]  # then the update ends after 2 batches
    assert -float(weight.kernel[0, 0]) == pytest.approx(rate * (0.5 if together == 4 else 1), rel=1e-5)
    whole = source(Plan(LinearDecay(1.0), 2, 12, "step", together), "keras", from_epoch=1)
    assert "With a new optimizer" not in whole


@pytest.mark.training
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("together", [1, 4])
def test_a_constant_of_keras_goes_on_from_an_epoch(clock, together):
    plan = Plan(Constant(0.1), 100, 10, clock, together)
    names = execute(plan, "keras", from_epoch=7, optimizer=Adam())
    assert int(names["optimizer"].variables[0]) == 70
    assert "# To go on from a checkpoint, load the whole model" in names["code"]
    assert "# model.fit(..., initial_epoch=7, epochs=100)" in names["code"]
    assert "initial_epoch" not in source(plan, "keras")


def test_a_keras_class_counts_updates():
    code = source(Plan(OneCycle(), 4, 10, "smooth", 4), "keras")
    assert "self.steps_per_epoch = steps_per_epoch  # Updates in an epoch" in code


def test_a_difference_of_the_optimizer_is_noted():
    plan = Plan(StepDecay())
    assert "it is b1 from the start" in source(plan, "optax", optimizer=Nadam())
    assert "whole momentum" in source(plan, "pytorch", optimizer=Momentum())
    assert "whole momentum" not in source(plan, "keras", optimizer=Momentum())
    assert "eps=1e-07" in source(plan, "pytorch", optimizer=Adam())
    assert source(plan, "python", optimizer=Lion()) == source(plan, "python", optimizer=SGD())


def test_optax_joins_phases_instead_of_a_table():
    for clock in CLOCKS:
        for schedule in (
            *(Warmup(cls(), 3, 0.01) for cls in (StepDecay, LinearDecay, PiecewiseConstant, TimeBasedDecay)),
            *(Cooldown(cls(), 20) for cls in (Constant, CosineDecay, OneCycle, CosineRestarts)),
            WarmupStableDecay(),
        ):
            code = source(Plan(schedule, clock=clock), "optax")
            assert "optax.join_schedules" in code
            assert "table =" not in code


def test_an_export_from_an_epoch_after_the_end_is_refused():
    with pytest.raises(UserError, match="epochs 0 to 99, but not 100"):
        source(Plan(CosineDecay()), "keras", from_epoch=100)


@every_target
def test_the_first_lines_say_what_the_schedule_is_and_what_follows(target):
    code = source(Plan(Warmup(CosineDecay()), clock="step"), target)
    assert code.startswith("# Cosine decay after a warm-up of 5 steps: the learning rate at every step")
    assert "# After the run the rate stays at 0." in code
    assert "checkpoint" in code
    both = Plan(Warmup(Cooldown(StepDecay(), 20), 1))
    name = "step decay after a warm-up of 1 epoch, with a cool-down of 20 epochs"
    assert source(both, target, "Mine").startswith(f"# Mine ({name}): ")
    assert "continues along the same formula" in source(Plan(ExponentialDecay()), target)


@every_target
def test_variables_have_names_of_the_field(target):
    names = set()
    for cls in SCHEDULES:
        for around in (*variants(cls), Warmup(Cooldown(cls(), 20), 3)):
            plan = Plan(around, EPOCHS, 3, "smooth")
            if plan.momentum and target != "python":  # not every framework and optimizer can cycle it
                continue
            code = source(plan, target)
            assigned = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Assign)]
            names |= {t.id for node in assigned for t in node.targets if isinstance(t, ast.Name)}
            assert max(map(len, code.splitlines())) <= 160
    assert {name for name in names if len(name) == 1} <= {"k"}  # a parameter of k-decay


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
def test_keras_trains_with_the_very_rates(cls, clock):
    plan = Plan(cls(), EPOCHS, SIZE, clock)
    names = execute(plan, "keras")
    # A weight near 1 has no digits for a step far below 1e-7.
    np.testing.assert_allclose(trained(names, 2), plan.rates()[:4], rtol=2e-5, atol=2e-7)


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
    assert "class CosineDecayWithCooldown" in source(Plan(Cooldown(CosineDecay()), clock="step"), "keras")
    assert "[29, 59]" in source(Plan(PiecewiseConstant(), clock="step"), "keras")


def test_a_name_cannot_leave_its_comment():
    code = source(Plan(CosineDecay()), "keras", "a\nimport os\r\n#")
    assert [line for line in code.splitlines() if "import os" in line] == [code.splitlines()[0]]


def test_an_unknown_target_names_the_known_ones():
    with pytest.raises(UserError, match="keras, pytorch, optax, python"):
        source(Plan(CosineDecay()), "mxnet")
