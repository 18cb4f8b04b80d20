"""A plan as source code for Keras, PyTorch or optax that runs without changes."""

import ast
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from lrlab.errors import UserError
from lrlab.export.native import keras_native, optax_native
from lrlab.export.traced import ARITHMETIC, Traced, number, traced_parameters, write
from lrlab.runs.plan import Plan

LONG = 80
DIALECT = ARITHMETIC | {
    "pi": "np.pi",
    "inf": "({0}np.inf)",
    "nan": "np.nan",
    "power": "({0} ** {1})",
    "floor_divide": "({0} // {1})",
    "remainder": "({0} % {1})",
    "equal": "({0} == {1})",
    "not_equal": "({0} != {1})",
    "where": "np.where({0}, {1}, {2})",
    "clip": "np.clip({0}, {1}, {2})",
    "running_sum": "np.cumsum([{1} for i in range(int(np.max({0})) + 1)])[np.asarray({0}, int)]",
    **{name: f"np.{name}({{0}}, {{1}})" for name in ("minimum", "maximum")},
    **{
        name: f"np.{name}({{0}})"
        for name in (
            *("exp", "log", "log1p", "sqrt", "cos", "sin", "tan", "tanh"),
            *("floor", "ceil", "absolute"),
        )
    },
}
EVERY = {
    "epoch": "once per epoch",
    "step": "at every step",
    "smooth": "at every step, in fractions of an epoch",
}


@dataclass(frozen=True)
class Target:
    """A framework that plans are exported to: its name for people, and what writes a plan as its source.

    >>> TARGETS["pytorch"].title
    'PyTorch'
    """

    title: str
    write: Callable[[Plan], str]


def source(plan: Plan, target: str, title: str | None = None) -> str:
    """Python source that gives exactly the plan's rates in `target`, one of `TARGETS`.

    If the framework has a class with this curve, the source uses it. Otherwise it has the formula in
    NumPy: called once per epoch, or evaluated into a table with every step's rate, because frameworks
    count steps in float32. Raises UserError for an unknown target.

    >>> from lrlab.schedules import Constant
    >>> print(source(Plan(Constant(0.1), epochs=4, clock="step"), "optax"), end="")
    # Constant: the learning rate at every step, over 4 epochs of 250 steps.
    import optax
    <BLANKLINE>
    learning_rate = optax.constant_schedule(0.1)
    optimizer = optax.sgd(learning_rate)
    """
    if target not in TARGETS:
        raise UserError(f"There is no export to {target!r:.60}. Choose one of: {', '.join(TARGETS)}.")
    title = plan.schedule.title if title is None else " ".join(title.split())
    length = f"{plan.epochs} epochs of {plan.steps_per_epoch} steps"
    head = f"# {title}: the learning rate {EVERY[plan.clock]}, over {length}.\n"
    return head + TARGETS[target].write(plan)


def rate_source(plan: Plan) -> str:
    """The plan's parameters and its formula as a Python function `rate(t)` that works on arrays."""
    used: dict[str, float] = {}

    def symbol(name: str, value: float) -> Traced:
        used[name] = value
        return Traced("name", (name,), value)

    schedule, parameters = traced_parameters(plan.resolved, symbol)
    root = schedule.at(Traced("name", ("t",)))
    root = root if isinstance(root, Traced) else number(float(root))
    lines, text = write(root, DIALECT, {*used, "t", "i"}, LONG)
    code = "\n".join([*(f"{name} = {written}" for name, written in lines), f"return {text}"])
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    if "t" not in names:
        code = f"{code[: code.rindex('return')]}return np.full(np.shape(t), {text})"
    unit = "step" if plan.clock == "step" else "epoch"
    constants = [
        f"{name} = {value!r}  # {parameters[name].help.partition(';')[0].rstrip('.')}"
        for name, value in used.items()
        if name in names
    ]
    doc = f'"""The learning rate at time t, which counts {unit}s from 0."""'
    body = textwrap.indent(f"{doc}\n{ast.unparse(ast.parse(code))}", "    ")
    return "\n".join([*constants, "", ""] if constants else []) + f"\ndef rate(t):\n{body}\n"


def _keras(plan: Plan) -> str:
    if native := keras_native(plan):
        return f"import keras\n\noptimizer = keras.optimizers.SGD(learning_rate={native})\n"
    if plan.clock == "epoch":
        return (
            f"import keras\nimport numpy as np\n\n{rate_source(plan)}\n\n"
            "optimizer = keras.optimizers.SGD(learning_rate=float(rate(0)))\n"
            "callback = keras.callbacks.LearningRateScheduler(lambda epoch: float(rate(epoch)))\n"
            "# model.compile(optimizer=optimizer, ...)\n"
            f"# model.fit(..., epochs={plan.epochs}, callbacks=[callback])\n"
        )
    return (
        f"import keras\nimport numpy as np\n\n{rate_source(plan)}\n\n"
        "class Rates(keras.optimizers.schedules.LearningRateSchedule):\n"
        '    """The rate of every step, from a table: Keras counts in float32, which is too coarse."""\n\n'
        "    def __init__(self):\n"
        f'        self.table = rate({_times(plan)}).astype("float32")\n\n'
        "    def __call__(self, step):\n"
        '        step = keras.ops.minimum(keras.ops.cast(step, "int32"), len(self.table) - 1)\n'
        "        return keras.ops.take(self.table, step)\n\n"
        "    def get_config(self):\n"
        "        return {}\n\n\n"
        "optimizer = keras.optimizers.SGD(learning_rate=Rates())\n"
    )


def _pytorch(plan: Plan) -> str:
    count = "epoch" if plan.clock == "epoch" else "step"
    time = f"step / {plan.steps_per_epoch}" if plan.clock == "smooth" else count
    loop = "        # loss.backward()\n        optimizer.step()\n"
    loop += "    scheduler.step()\n" if plan.clock == "epoch" else "        scheduler.step()\n"
    return (
        f"import numpy as np\nimport torch\n\n{rate_source(plan)}\n\n"
        "model = torch.nn.Linear(1, 1)  # your model\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=1.0)  # LambdaLR multiplies it by rate(t)\n"
        f"scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda {count}: float(rate({time})))\n"
        f"for epoch in range({plan.epochs}):\n    for batch in range({plan.steps_per_epoch}):\n{loop}"
    )


def _optax(plan: Plan) -> str:
    if native := optax_native(plan):
        return f"import optax\n\nlearning_rate = {native}\noptimizer = optax.sgd(learning_rate)\n"
    return (
        f"import jax.numpy as jnp\nimport numpy as np\nimport optax\n\n{rate_source(plan)}\n\n"
        "# The rate of every step, from a table: JAX counts in float32, which is too coarse.\n"
        f"table = jnp.asarray(rate({_times(plan)}), jnp.float32)\n\n\n"
        "def learning_rate(count):\n"
        '    """The rate of an update, counted from 0; after the last one, the last rate."""\n'
        "    return table[jnp.minimum(count, len(table) - 1)]\n\n\n"
        "optimizer = optax.sgd(learning_rate)\n"
    )


def _times(plan: Plan) -> str:
    steps = f"np.arange({plan.steps})"
    return {
        "step": steps,
        "epoch": f"{steps} // {plan.steps_per_epoch}",
        "smooth": f"{steps} / {plan.steps_per_epoch}",
    }[plan.clock]


TARGETS = {
    "keras": Target("Keras", _keras),
    "pytorch": Target("PyTorch", _pytorch),
    "optax": Target("optax", _optax),
}
