"""Runs exported programs, and reads the rates that they train with."""

import textwrap

import numpy as np
import pytest

from lrlab.export import source


def execute(plan, target, **given):
    """The names that an exported program leaves behind; PyTorch's gets a model of one weight."""
    names = {}
    if target == "pytorch":
        torch = pytest.importorskip("torch")
        names["model"] = torch.nn.Linear(1, 1, bias=False)
    code = source(plan, target, **given)
    exec(compile(code, target, "exec"), names)
    return names | {"code": code}


def rates_of(plan, target, **given):
    """The rate of every update of the program, from `from_epoch` on."""
    return RATES[target](plan, execute(plan, target, **given), given.get("from_epoch", 0))


def _python(plan, names, from_epoch):
    rate = names["learning_rate"]
    steps = range(from_epoch * plan.steps_per_epoch, plan.steps)
    if plan.clock == "epoch":
        return np.array([rate(step // plan.steps_per_epoch) for step in steps])
    return np.array([rate(step) for step in steps])


def loop(code):
    """The training loop in the comments of a program."""
    lines = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    begin = next(number for number, line in enumerate(lines) if line.startswith("for "))
    return "\n".join(lines[begin:])


def _pytorch(plan, names, from_epoch):
    rates, optimizer = [], names["optimizer"]
    optimizer.register_step_pre_hook(lambda *_: rates.append(optimizer.param_groups[0]["lr"]))
    exec(loop(names["code"]), names | {"batches": range(plan.batches_per_epoch)})
    return np.array(rates, float)


def _optax(plan, names, from_epoch):
    return jax_rates(names["learning_rate"], np.arange(plan.steps - from_epoch * plan.steps_per_epoch))


def jax_rates(rate, steps):
    """The rates of an optax schedule at these steps, as XLA computes them in a compiled update."""
    import jax
    import jax.numpy as jnp

    every = jax.jit(jax.vmap(lambda step: jnp.asarray(rate(step), jnp.float32)))
    return np.asarray(every(jnp.asarray(steps)), float)


def _keras(plan, names, from_epoch):
    steps = np.arange(from_epoch * plan.steps_per_epoch, plan.steps)
    if "callback" in names:
        schedule = names["callback"].schedule
        return np.array([schedule(step // plan.steps_per_epoch, 1.0) for step in steps])
    rate = names["optimizer"]._learning_rate
    if not callable(rate):
        return np.full(len(steps), float(rate))
    # Keras counts batches, and all batches of an update must have its rate.
    first, size = from_epoch * plan.batches_per_epoch, plan.batches_per_epoch
    assert int(names["optimizer"].variables[0]) == first
    rates = compiled(rate, np.arange(first, plan.epochs * size)).reshape(-1, size)
    begins = np.arange(0, size, plan.batches_per_update)
    np.testing.assert_array_equal(rates, np.repeat(rates[:, begins], plan.batches_per_update, 1)[:, :size])
    return rates[:, begins].ravel()


def compiled(rate, steps):
    """The rates of a Keras schedule at these steps, as XLA computes them in `Model.fit`."""
    import tensorflow as tf

    @tf.function(jit_compile=True)
    def all_rates(steps):
        return tf.map_fn(rate, steps, fn_output_signature=tf.float32)

    return all_rates(tf.constant(steps, tf.int64)).numpy().astype(float)


RATES = {"python": _python, "pytorch": _pytorch, "optax": _optax, "keras": _keras}


def assert_equal(rates, plan, target, from_epoch=0, every=1):
    """Rates are the plan's: to rounding in float64, or in float32 where the framework computes in it."""
    expected = plan.rates()[from_epoch * plan.steps_per_epoch :: every]
    peak = np.abs(plan.rates()).max()
    exact = target in ("python", "pytorch")
    # In float32, 1 - t / T near an end is rounded by as much as at the peak. PyTorch computes many rates from
    # the one before: within 1e-9 over all steps, and near 0 within 1e-12 of the peak.
    rtol, atol = (1e-9, 1e-12 * peak) if exact else (2e-5, 2e-6 * peak)
    message = textwrap.shorten(f"{target}: {plan}", 1000)
    np.testing.assert_allclose(rates, expected, rtol=rtol, atol=atol, err_msg=message)
