"""Exported code cycles the momentum as the plan says, in each framework's own optimizers."""

import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.export import source
from lrlab.optimizers import SGD, Adam, AdamW, Momentum, Nadam, Nesterov, RMSprop
from lrlab.runs.plan import Plan
from lrlab.schedules import Cooldown, OneCycle, Warmup
from tests.export.programs import execute, loop

pytestmark = pytest.mark.training
CYCLE = OneCycle(0.05, cycle_momentum=True)
PLANS = {
    "smooth": (Plan(CYCLE, 6, 5, "smooth"), 0),
    "step": (Plan(OneCycle(0.05, three_phases=True, cycle_momentum=True), 4, 10, "step"), 0),
    "epoch": (Plan(CYCLE, 12, 3), 0),
    "warm-up, later": (Plan(Warmup(CYCLE, 2), 12, 3, "smooth"), 4),
    "warm-up and cool-down": (Plan(Warmup(Cooldown(CYCLE, 3), 2), 12, 3), 0),
    "epoch, later": (Plan(CYCLE, 12, 3), 5),
    "linear": (Plan(OneCycle(0.05, curve="linear", cycle_momentum=True), 30, 1, "step"), 10),
}
ACCUMULATED = {
    "smooth": (Plan(CYCLE, 6, 12, "smooth", 4), 0),
    "step, later": (Plan(CYCLE, 4, 12, "step", 3), 1),
    "epoch, later": (Plan(CYCLE, 12, 6, "epoch", 2), 5),
    "left over": (Plan(CYCLE, 6, 10, "step", 4), 0),
    "epoch, left over": (Plan(CYCLE, 6, 5, "epoch", 2), 0),
    "more than an epoch": (Plan(CYCLE, 12, 3, "step", 5), 0),
}
EACH_PLAN = pytest.mark.parametrize(("plan", "from_epoch"), PLANS.values(), ids=PLANS)
GRADIENTS = np.random.default_rng(7).normal(size=(60, 1)).astype(np.float32)


def expected(plan, from_epoch):
    """The rates and the momenta of the updates from that epoch on."""
    first = from_epoch * plan.steps_per_epoch
    return plan.rates()[first:], plan.momentum.rates()[first:]


@EACH_PLAN
def test_plain_python_has_its_function(plan, from_epoch):
    momentum = execute(plan, "python", from_epoch=from_epoch)["momentum"]
    each = plan.steps_per_epoch if plan.clock == "epoch" else 1
    got = [momentum(step // each) for step in range(from_epoch * plan.steps_per_epoch, plan.steps)]
    np.testing.assert_allclose(got, expected(plan, from_epoch)[1], rtol=1e-12)


@EACH_PLAN
@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), RMSprop(), Adam(), AdamW(), Nadam()])
def test_pytorch_sets_it_before_each_update(plan, from_epoch, optimizer):
    names = execute(plan, "pytorch", optimizer=optimizer, from_epoch=from_epoch)
    made, got = names["optimizer"], []

    def note(*_):
        (group,) = made.param_groups
        got.append((group["lr"], group["momentum"] if "momentum" in group else group["betas"][0]))

    made.register_step_pre_hook(note)
    exec(loop(names["code"]), names | {"batches": range(plan.batches_per_epoch)})
    np.testing.assert_allclose(np.transpose(got), expected(plan, from_epoch), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("optimizer", [Momentum(0.0), Nesterov(0.0), RMSprop()], ids=lambda o: o.kind)
@pytest.mark.parametrize("from_epoch", [0, 1], ids=["whole", "from the peak"])
@pytest.mark.parametrize("highest", [0.0, 0.9])
def test_pytorch_keeps_what_a_momentum_needs_that_is_0_for_a_time(highest, from_epoch, optimizer):
    cycle = OneCycle(0.05, cycle_momentum=True, max_momentum=highest, base_momentum=0.0)
    for plan in (Plan(cycle, 4, 5, "step"), Plan(Warmup(cycle, 1), 4, 5, "step")):
        names = execute(plan, "pytorch", optimizer=optimizer, from_epoch=from_epoch)
        made, got = names["optimizer"], []
        (group,) = made.param_groups
        assert group.get("nesterov", False) == (optimizer.kind == "nesterov")
        made.register_step_pre_hook(
            lambda *_, group=group, got=got: got.append((group["lr"], group["momentum"]))
        )
        (weight,) = names["model"].parameters()
        weight.grad = weight.detach().clone()
        exec(loop(names["code"]), names | {"batches": range(plan.batches_per_epoch)})
        np.testing.assert_allclose(np.transpose(got), expected(plan, from_epoch), rtol=1e-9, atol=1e-12)


@EACH_PLAN
@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), RMSprop(), Adam(), AdamW(), Nadam()])
def test_optax_sets_it_in_each_update(plan, from_epoch, optimizer):
    import jax
    import jax.numpy as jnp

    made = execute(plan, "optax", optimizer=optimizer, from_epoch=from_epoch)["optimizer"]
    weights = jnp.ones(1)
    state, update, got = made.init(weights), jax.jit(made.update), []
    for gradient in GRADIENTS[: plan.steps - from_epoch * plan.steps_per_epoch]:
        _, state = update(jnp.asarray(gradient), state, weights)
        used = state.hyperparams
        got.append((used["learning_rate"], used["momentum"] if "momentum" in used else used["b1"]))
    np.testing.assert_allclose(np.transpose(got), expected(plan, from_epoch), rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize(("plan", "from_epoch"), [*PLANS.values(), *ACCUMULATED.values()])
@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), Adam(), AdamW(), Nadam()])
def test_keras_updates_as_with_the_momentum_set_by_hand(plan, from_epoch, optimizer):
    """In a compiled update; by hand it is set before each update that is not compiled."""
    import keras
    import tensorflow as tf

    names = execute(plan, "keras", optimizer=optimizer, from_epoch=from_epoch)
    made, given = names["optimizer"], optimizer.keras_arguments()
    if plan.batches_per_update > 1:
        given["gradient_accumulation_steps"] = plan.batches_per_update
    by_hand = getattr(keras.optimizers, optimizer.keras_class)(0.1, **given)
    ours, theirs = (keras.Variable(np.ones(1, np.float32)) for _ in range(2))
    made.build([ours])
    by_hand.build([theirs])
    by_hand.variables[0].assign(made.variables[0])

    @tf.function(jit_compile=True)
    def update(gradient):
        made.apply([gradient], [ours])

    first = from_epoch * plan.batches_per_epoch
    assert int(made.variables[0]) == first
    for batch in range(first, plan.epochs * plan.batches_per_epoch):
        gradient = tf.constant(GRADIENTS[batch % len(GRADIENTS)])
        if "callback" in names:
            made.learning_rate.assign(names["callback"].schedule(batch // plan.batches_per_epoch, 1.0))
        update(gradient)
        step = plan.step_of(np.array(batch))
        by_hand.learning_rate.assign(plan.at(step))
        setattr(by_hand, optimizer.momentum_name, float(plan.momentum.at(step)))
        by_hand.apply([gradient], [theirs])
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("optimizer", [Momentum(), Adam()])
def test_keras_saves_it_with_the_model(tmp_path, optimizer):
    import keras

    keras.utils.set_random_seed(7)
    names = execute(Plan(CYCLE, 6, 5, "smooth"), "keras", optimizer=optimizer)
    x, y = np.random.default_rng(7).normal(size=(2, 40, 1)).astype(np.float32)
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(names["optimizer"], "mse")
    given = {"batch_size": 8, "shuffle": False, "verbose": 0}
    model.fit(x, y, epochs=3, **given)
    model.save(tmp_path / "half.keras")
    model.fit(x, y, initial_epoch=3, epochs=6, **given)
    other = keras.models.load_model(tmp_path / "half.keras")
    other.fit(x, y, initial_epoch=3, epochs=6, **given)
    for ours, theirs in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_cannot_cycle_it_is_refused_by_name():
    plan = PLANS["smooth"][0]
    for target in ("keras", "pytorch", "optax"):
        with pytest.raises(UserError, match="but SGD has none to cycle"):
            source(plan, target, optimizer=SGD())
    with pytest.raises(
        UserError, match=r"cannot cycle the momentum of RMSprop, .* Export to PyTorch, optax or"
    ):
        source(plan, "keras", optimizer=RMSprop())
    long = Plan(
        OneCycle(rise=0.98999996, curve="linear", cycle_momentum=True, base_momentum=0.0), 100, 60_000, "step"
    )
    with pytest.raises(
        UserError, match=r"counts in float32, which is too coarse .* Export to PyTorch or Python"
    ):
        source(long, "keras", optimizer=Momentum())
