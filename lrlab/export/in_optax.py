"""A plan as optax source: its own schedules, joined at the steps where a phase begins."""

import re
import textwrap

from lrlab.errors import UserError
from lrlab.export.base import Export, call, call_of, comment, whole
from lrlab.export.formula import Formula, array_body, array_dialect, in_float32, rate_source
from lrlab.export.phases import boundaries, drops, e_fold, ends_well, phases, rounds_well
from lrlab.export.traced import Traced
from lrlab.runs.plan import Plan
from lrlab.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    LinearDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
    Warmup,
)
from lrlab.schedules.base import named

JAX = array_dialect("jnp")
MEANING = {
    "epoch": "The momentum in an epoch, counted from 0.",
    "step": "The momentum of an update, counted from 0.",
    "smooth": "The momentum of an update, counted from 0.",
}


def write(export: Export) -> str:
    """The learning rate as an optax schedule, and the optimizer."""
    plan = export.plan
    optimizer = (export.optimizer.with_momentum(0.9) if plan.momentum else export.optimizer).optax()
    built = _schedule(plan.resolved, export.unit, export.settings)
    after = export.afterwards
    if built is None:
        functions, schedule = [_table(plan)], "table_rate"
        after = f"After the run the rate stays at {plan.at(plan.steps - 1):.6g}."
    else:
        functions, schedule = built
    resume = "To go on from a checkpoint, restore the state of the optimizer: it counts the updates."
    count = "count"
    if export.first:
        resume = f"It goes on from epoch {export.from_epoch} with a new optimizer state, which counts from 0."
        count = f"count + {plan.first_step(export.from_epoch)}"
    if plan.clock == "epoch":
        count = f"({count}) // {plan.steps_per_epoch}" if export.first else f"count // {plan.steps_per_epoch}"
    lines = f"learning_rate = {schedule}\n"
    if count == "count" or isinstance(plan.resolved, Constant):
        if schedule.isidentifier():  # the only function
            functions[0] = functions[0].replace(f"def {schedule}(", "def learning_rate(")
            functions[0] = functions[0].replace("of this phase", "of the run")
            lines = ""
    else:
        lines = (
            f"schedule = {schedule}\n\n\ndef learning_rate(count):\n"
            f'    """The rate of an update; optax counts them from 0."""\n    return schedule({count})\n\n\n'
        )
    given = {name: repr(value) for name, value in optimizer.arguments.items()}
    creates = f"optax.{optimizer.name}"
    if plan.momentum:  # optax's optimizers take a schedule for the rate alone
        functions.append(_momentum(plan.momentum, export))
        creates = f"optax.inject_hyperparams({creates})"
        name = "b1" if "b1" in given else "momentum"
        given[name] = "momentum" if count == "count" else f"lambda count: momentum({count})"
    made = call_of(creates, "learning_rate", **given)
    if export.together > 1:
        made = call_of("optax.MultiSteps", made, every_k_schedule=_batches(export))
    code = "".join(f"{function}\n\n" for function in functions) + f"{lines}optimizer = {made}\n"
    libraries = [
        f"import {name}\n"
        for name, use in (("jax.numpy as jnp", "jnp"), ("numpy as np", "np"), ("optax", "optax"))
        if re.search(rf"\b{use}\.", code)
    ]
    gap = "\n\n" if functions else "\n"
    return comment(after, resume, optimizer.note) + "".join(libraries) + gap + code


def _momentum(plan: Plan, export: Export) -> str:
    """The momentum as a function; `plan` is the plan of the momentum."""
    if not in_float32(plan.resolved, export.unit, export.settings):
        raise UserError(
            "The optax export cannot cycle this momentum, because JAX counts in float32, which is too coarse "
            "for it. Export to PyTorch or Python, or switch cycle_momentum off."
        )
    return _function(plan.resolved, export.unit, "momentum").replace(
        "The learning rate; `count` counts from the beginning of this phase.", MEANING[plan.clock]
    )


def _batches(export: Export) -> str:
    """Source of the number of batches of an update: a number, or a function of the update."""
    together, left, size = export.together, export.left_over, export.plan.steps_per_epoch
    if not left:
        return repr(together)
    return f"lambda update: jnp.where(update % {size} == {size - 1}, {left}, {together})"


def _schedule(schedule: Schedule, unit: int, count: int) -> tuple[list[str], str] | None:
    """Functions, and an expression for the schedule; None if float32 is too coarse for a phase of it."""
    functions: list[str] = []
    if (
        isinstance(schedule, Warmup)
        and schedule.shape == "linear"
        and isinstance(schedule.inner, CosineDecay)
        and schedule.inner.k_decay == 1
    ):
        return functions, call(
            "optax.warmup_cosine_decay_schedule",
            schedule.start_lr,
            schedule.inner.initial_lr,
            warmup_steps=schedule.warmup * unit,
            decay_steps=_steps((schedule.warmup + schedule.inner.length()) * unit),  # with the warm-up
            end_value=schedule.inner.final_lr,
        )
    parts = phases(schedule, unit, count)
    calls = []
    for begin, phase in parts:
        written = _phase(phase, unit, count - begin)
        if written is None:
            name = f"{phase.kind.replace('-', '_')}_rate"
            written = f"{name}_{len(functions)}" if functions else name
            if stairs := drops(phase, unit):
                functions.append(_stairs(written, *stairs))
            elif in_float32(phase, unit, count - begin):
                functions.append(_function(phase, unit, written))
            else:
                return None
        calls.append(written)
    if len(calls) == 1:
        return functions, calls[0]
    listed = "[\n" + "".join(textwrap.indent(f"{each},\n", "    ") for each in calls) + "]"
    return functions, call_of("optax.join_schedules", listed, boundaries=repr([b for b, _ in parts[1:]]))


def _phase(schedule: Schedule, unit: int, count: int) -> str | None:
    """A call of optax's own schedule; None if there is none, or if float32 is too coarse for it."""
    if stairs := drops(schedule, unit):
        rate, size, factor = stairs
        if rounds_well(size, count):
            given = {"transition_steps": size, "decay_rate": factor}
            return call("optax.exponential_decay", rate, **given, staircase=True)
        return None
    match schedule:
        case Constant(initial_lr=rate):
            return call("optax.constant_schedule", rate)
        case ExponentialDecay(initial_lr=rate, decay=decay) if decay:
            steps, base = unit / abs(decay), e_fold(decay)
            return call("optax.exponential_decay", rate, transition_steps=steps, decay_rate=base)
        case LinearDecay():
            steps = _steps(schedule.length() * unit)
            return call(
                "optax.linear_schedule", schedule.initial_lr, schedule.final_lr, transition_steps=steps
            )
        case PolynomialDecay(cycle=False, power=power):
            steps = _steps(schedule.length() * unit)
            if not ends_well(steps, power):
                return None
            rates = schedule.initial_lr, schedule.final_lr
            return call("optax.polynomial_schedule", *rates, power=power, transition_steps=steps)
        case CosineDecay(initial_lr=rate, final_lr=final, k_decay=1) if rate:
            steps = _steps(schedule.length() * unit)
            alpha = {"alpha": final / rate} if final else {}
            return call("optax.cosine_decay_schedule", rate, decay_steps=steps, **alpha)
        case PiecewiseConstant(rates=rates):
            at = boundaries(schedule, unit)
            if all(rates) and len(set(at)) == len(at) and all(at):
                scales = {
                    step: float(f"{b / a:.12g}") for step, a, b in zip(at, rates, rates[1:], strict=False)
                }
                return call("optax.piecewise_constant_schedule", rates[0], scales)
    return None


def _function(schedule: Schedule, unit: int, name: str) -> str:
    """The formula of a phase as a function of the steps since its beginning."""
    time = Traced("name", ("count",))
    formula = Formula(schedule, time if unit == 1 else named(time / unit, "epoch")).for_float32()
    lines = [
        '"""The learning rate; `count` counts from the beginning of this phase."""',
        *formula.constants(),
        *array_body(formula, JAX, "count").splitlines(),
    ]
    return f"def {name}(count):\n" + textwrap.indent("\n".join(lines), "    ") + "\n"


def _stairs(name: str, rate: float, size: int, factor: float) -> str:
    """A rate that drops every `size` steps, as a function."""
    return (
        f'def {name}(count):\n    """The learning rate; `count` counts from the beginning of this phase."""\n'
        f"    # Whole numbers: with optax's staircase, XLA would round some drops to one step later.\n"
        f"    return {rate!r} * {factor!r} ** (count // {size})\n"
    )


def _table(plan: Plan) -> str:
    """The rates of all steps, from NumPy."""
    steps = f"np.arange({plan.steps})"
    times = {
        "step": steps,
        "epoch": f"np.arange({plan.epochs})",
        "smooth": f"{steps} / {plan.steps_per_epoch}",
    }[plan.clock]
    return (
        f"{rate_source(plan).lstrip()}\n\n"
        "# All rates as a table: JAX counts in float32, which is too coarse for this formula.\n"
        f"table = jnp.asarray(rate({times}), jnp.float32)\n\n\n"
        "def table_rate(count):\n"
        '    """The rate of a step; after the last one, the last rate."""\n'
        "    return table[jnp.minimum(count, len(table) - 1)]\n"
    )


def _steps(length: float) -> float:
    """A length in steps, as a whole number if it is one."""
    steps = whole(length)
    return length if steps is None else steps
