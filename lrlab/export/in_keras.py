"""A plan as Keras source: its own schedules, a class that a model can be saved with, or a callback."""

import re
import textwrap
from itertools import pairwise

from lrlab.errors import UserError
from lrlab.export.base import Export, call, call_of, comment, described, whole
from lrlab.export.formula import NUMPY, Formula, array_body, array_dialect, in_float32, scalar_function
from lrlab.export.in_python import imports
from lrlab.export.phases import boundaries, drops, e_fold, ends_well, rounds_well
from lrlab.export.traced import Traced
from lrlab.runs.plan import Plan
from lrlab.schedules import (
    Constant,
    CosineDecay,
    CosineRestarts,
    ExponentialDecay,
    LinearDecay,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
    TimeBasedDecay,
    Warmup,
)
from lrlab.schedules.base import named

KERAS = "keras.optimizers.schedules."
OPS = array_dialect("keras.ops")
PER_UPDATE = '''\
@keras.saving.register_keras_serializable()
class PerUpdate(keras.optimizers.schedules.LearningRateSchedule):
    """Gives a schedule the number of the update. Keras itself gives it the number of the batch."""

    def __init__(self, schedule):
        self.schedule = schedule

    def __call__(self, batch):
        batch = keras.ops.cast(batch, "int32")
        return self.schedule({update})

    def get_config(self):
        return {{"schedule": keras.saving.serialize_keras_object(self.schedule)}}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["schedule"]))
'''
CYCLED_MOMENTUM = '''\
@keras.saving.register_keras_serializable()
class Cycled{cls}(keras.optimizers.{cls}):
    """{cls} with the momentum of each update. Keras itself has one momentum for the whole run."""

    def update_step(self, gradient, variable, learning_rate):
        mu = keras.ops.cast(momentum({count}), variable.dtype)
        change = keras.ops.cast(learning_rate, variable.dtype) * keras.ops.cast(gradient, variable.dtype)
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, mu * velocity - change)
        self.assign_add(variable, mu * velocity - change if self.nesterov else velocity)
'''
CYCLED_BETA = '''\
@keras.saving.register_keras_serializable()
class Cycled{cls}(keras.optimizers.{cls}):
    """{cls} with the beta_1 of each update. Keras itself has one beta_1 for the whole run."""

    def apply(self, grads, trainable_variables=None):
        kept, self.beta_1 = self.beta_1, momentum({count})
        super().apply(grads, trainable_variables)
        self.beta_1 = kept
'''
KNOWN = "a loaded optimizer has this number already"


def write(export: Export) -> str:
    """The rate as a schedule object, or as a callback if it is set once per epoch; and the optimizer."""
    plan = export.plan
    constant = plan.resolved if isinstance(plan.resolved, Constant) else None
    if plan.clock == "epoch" and not constant:
        return _callback(export)
    native = repr(constant.initial_lr) if constant else keras_native(plan)
    exact = native is not None or in_float32(plan.resolved, export.unit, export.settings)
    after = export.afterwards if exact else f"After the run the rate stays at {plan.at(plan.steps - 1):.6g}."
    resume = "To go on from a checkpoint, load the whole model: its optimizer knows the step."
    made = _optimizer(export, native if constant and native else "learning_rate")
    if export.first:
        made += (
            _counted(export) + f"# model.fit(..., initial_epoch={export.from_epoch}, epochs={plan.epochs})\n"
        )
    classes = []
    if native is None:
        name, source = _class(plan, exact)
        classes, native = [source], f"{name}()"
    if plan.batches_per_update > 1 and not constant:
        classes, native = [*classes, PER_UPDATE.format(update=_update(plan, "batch"))], f"PerUpdate({native})"
    classes += cycled(export)
    source = "".join(f"{each}\n\n" for each in classes)
    libraries = "import keras\n" + ("import numpy as np\n" if re.search(r"\bnp\.", source) else "")
    gap = "\n\n" if classes else "\n"
    rate = "" if constant else f"learning_rate = {native}\n"
    return f"{comment(after, resume, _carried(plan))}{libraries}{gap}{source}{rate}{made}"


def _carried(plan: Plan) -> str:
    """A sentence about the batches that are left over at the end of an epoch; empty if there are none."""
    if not plan.left_over:
        return ""
    carried, together = "Keras carries these batches to the next epoch, ", plan.batches_per_update
    if together < plan.batches_per_epoch:
        carried += "where they are part of its first update."
    else:
        carried += f"until it has {together}: Model.fit makes an update after every {together} batches."
    return f"{carried} The rates are those of LR Lab at the same batch."


def _batch(plan: Plan, optimizer: str) -> str:
    """Source of the number of batches that an optimizer has seen."""
    # With accumulated gradients, `iterations` is no variable but a quotient.
    return f"{optimizer}.iterations" if plan.batches_per_update == 1 else f"{optimizer}.variables[0]"


def _update(plan: Plan, batch: str) -> str:
    """Source of the number of the update that a batch belongs to."""
    size, together = plan.batches_per_epoch, plan.batches_per_update
    if together == 1:
        return batch
    if not plan.left_over:
        return f"{batch} // {together}"
    return f"{batch} // {size} * {plan.steps_per_epoch} + {batch} % {size} // {together}"


def _counted(export: Export) -> str:
    """Source that tells a new optimizer the number of batches before the first epoch."""
    plan = export.plan
    batches, together = export.from_epoch * plan.batches_per_epoch, plan.batches_per_update
    left = together - batches % together
    missing = (
        f"With a new optimizer the first update has only {left} of {together} batches, and Keras divides "
    )
    missing += f"by {together}."
    assigned = f"{_batch(plan, 'optimizer')}.assign({batches})  # {KNOWN}\n"
    return assigned + (comment(missing) if left < together else "")


def cycled(export: Export) -> list[str]:
    """The momentum as a function, and the class of the optimizer that uses it; empty if it is not cycled.

    Raises UserError for a momentum that Keras cannot cycle.
    """
    plan = export.plan.momentum
    if not plan:
        return []
    optimizer = export.optimizer.with_momentum(0.9)
    template = CYCLED_BETA if optimizer.momentum_name == "beta_1" else CYCLED_MOMENTUM
    if optimizer.keras_class == "RMSprop":
        raise UserError(
            "The Keras export cannot cycle the momentum of RMSprop, because Keras fixes it when it compiles "
            "the update. Export to PyTorch, optax or Python, choose another optimizer, or switch "
            "cycle_momentum off."
        )
    if not in_float32(plan.resolved, export.unit, export.settings):
        raise UserError(
            "The Keras export cannot cycle this momentum, because Keras counts in float32, which is too "
            "coarse for it. Export to PyTorch or Python, or switch cycle_momentum off."
        )
    time = Traced("name", ("count",))
    formula = Formula(plan.resolved, time if export.unit == 1 else named(time / export.unit, "epoch"))
    what = "in an epoch" if plan.clock == "epoch" else "of an update"
    lines = [
        f'"""The momentum {what}, counted from 0."""',
        *formula.for_float32().constants(),
        'count = keras.ops.cast(count, "float32")',
        *array_body(formula, OPS, "count").splitlines(),
    ]
    batch = _batch(plan, "self")
    count = f"{batch} // {plan.batches_per_epoch}" if plan.clock == "epoch" else _update(plan, batch)
    function = "def momentum(count):\n" + textwrap.indent("\n".join(lines), "    ") + "\n"
    return [function, template.format(cls=optimizer.keras_class, count=count)]


def _callback(export: Export) -> str:
    classes = cycled(export)
    function = "\n\n".join([scalar_function(export.plan), *classes])
    resume = "To go on from a checkpoint, give fit the number of the next epoch as initial_epoch."
    first = ""
    if export.first:
        resume = f"It goes on from epoch {export.first}, because fit has it as initial_epoch."
        first = f"initial_epoch={export.first}, "
    made = _optimizer(export, f"learning_rate({export.first})")
    if export.first and classes:
        made += _counted(export)
    return (
        comment(export.afterwards, resume, _carried(export.plan))
        + imports(function, "import keras" + "\nimport numpy as np" * ("np." in function))
        + f"{function}\n\n{made}"
        "callback = keras.callbacks.LearningRateScheduler(lambda epoch, lr: learning_rate(epoch))\n"
        "# model.compile(optimizer=optimizer, ...)\n"
        f"# model.fit(..., {first}epochs={export.plan.epochs}, callbacks=[callback])\n"
    )


def _optimizer(export: Export, rate: str) -> str:
    optimizer = export.built
    name = f"{'Cycled' if export.plan.momentum else 'keras.optimizers.'}{optimizer.keras_class}"
    given = {argument: repr(value) for argument, value in optimizer.keras_arguments().items()}
    if (together := export.plan.batches_per_update) > 1:
        given["gradient_accumulation_steps"] = repr(together)
    return f"optimizer = {call_of(name, rate, **given)}\n"


def _class(plan: Plan, exact: bool) -> tuple[str, str]:
    """A schedule class with the plan's formula, and its name; with a table if float32 is not exact enough."""
    step = Traced("name", ("step",))
    size = Traced("name", ("self.steps_per_epoch",), float(plan.steps_per_epoch))
    schedule, time = plan.resolved, step
    if plan.clock == "smooth":
        schedule, time = plan.schedule.within(plan.epochs, size), named(step / size, "epoch")
    formula = Formula(schedule, time, "self.{}").for_float32()
    numbers, helps = _numbers(plan, exact, formula)
    layers = [type(layer).__name__ for layer in plan.schedule.layers()]
    name = layers[-1] + ("With" + "And".join(layers[:-1]) if layers[:-1] else "")
    body = array_body(formula, OPS if exact else NUMPY, "step").splitlines()
    lines = [
        f'"""{described(plan)}, as a schedule that is saved with the model."""',
        "",
        *([*_init(numbers, helps, exact), ""] if numbers else []),
        *(_call(body) if exact else _call_of_table(body)),
        "",
        *_get_config(numbers),
    ]
    text = textwrap.indent("\n".join(lines), "    ")
    base = "keras.optimizers.schedules.LearningRateSchedule"
    return name, f"@keras.saving.register_keras_serializable()\nclass {name}({base}):\n{text}\n"


def _numbers(plan: Plan, exact: bool, formula: Formula) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers of the class by name, and what each means."""
    numbers: dict[str, float] = dict(formula.numbers)
    helps = dict(formula.helps)
    if plan.clock == "smooth":
        numbers["steps_per_epoch"], helps["steps_per_epoch"] = plan.steps_per_epoch, "Updates in an epoch"
    if not exact:
        numbers["steps"], helps["steps"] = plan.steps, "Steps of the whole run"
    return numbers, helps


def _init(numbers: dict[str, float], helps: dict[str, str], exact: bool) -> list[str]:
    """Lines of __init__, which keeps each number; the arguments are on lines of their own if one is long."""
    given = [f"{own}={value!r}" for own, value in numbers.items()]
    head = [f"def __init__(self, {', '.join(given)}):"]
    body = _in([f"self.{own} = {own}  # {helps[own]}" for own in numbers])
    if not exact:
        body += _in(['self.table = self.rates(np.arange(self.steps)).astype("float32")'])
    if max(map(len, head + body)) > 100:
        head = ["def __init__(", *_in(["self,", *(f"{each}," for each in given)]), "):"]
    return head + body


def _call(body: list[str]) -> list[str]:
    """Lines of __call__ with the formula."""
    return ["def __call__(self, step):", *_in(['step = keras.ops.cast(step, "float32")', *body])]


def _call_of_table(body: list[str]) -> list[str]:
    """Lines of the formula for all steps at once, and of __call__, which looks up the step."""
    look_up = [
        "# A table, because Keras counts in float32, which is too coarse for this formula.",
        'step = keras.ops.minimum(keras.ops.cast(step, "int32"), self.steps - 1)',
        "return keras.ops.take(self.table, step)",
    ]
    return [
        *("def rates(self, step):", *_in(['"""The rates of an array of steps."""', *body]), ""),
        *("def __call__(self, step):", *_in(look_up)),
    ]


def _get_config(numbers: dict[str, float]) -> list[str]:
    """Lines of get_config, with a number a line if they are many."""
    kept = [f'"{own}": self.{own}' for own in numbers]
    line = ", ".join(kept)
    if len(line) <= 80:
        return ["def get_config(self):", f"    return {{{line}}}"]
    return [
        *("def get_config(self):", "    return {"),
        *(f"        {each}," for each in kept),
        "    }",
    ]


def _in(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def keras_native(plan: Plan) -> str | None:
    """A call of Keras's own schedule with the plan's rates at every step; None if there is none.

    It counts steps, so there is none under the `epoch` clock; nor where float32 is too coarse for it.
    """
    if plan.clock == "epoch":
        return None
    unit = plan.steps_per_epoch if plan.clock == "smooth" else 1
    s, count = plan.resolved, plan.steps
    if stairs := drops(s, unit):
        rate, size, factor = stairs
        if not rounds_well(size, count):
            return None
        return call(KERAS + "ExponentialDecay", rate, decay_steps=size, decay_rate=factor, staircase=True)
    match s:
        case ExponentialDecay(initial_lr=rate, decay=decay) if decay:
            steps, base = unit / abs(decay), e_fold(decay)
            return call(KERAS + "ExponentialDecay", rate, decay_steps=steps, decay_rate=base)
        case TimeBasedDecay(initial_lr=rate, hold=hold, decay=decay):
            if not hold:
                return call(KERAS + "InverseTimeDecay", rate, decay_steps=unit, decay_rate=decay)
            if not rounds_well(hold * unit, count):
                return None
            given = {"decay_steps": hold * unit, "decay_rate": decay * hold}
            return call(KERAS + "InverseTimeDecay", rate, **given, staircase=True)
        case PolynomialDecay() | LinearDecay():
            more = {"power": s.power} if isinstance(s, PolynomialDecay) else {}
            more |= {"cycle": True} if getattr(s, "cycle", False) else {}
            steps = _steps(s, unit)
            given = {"decay_steps": steps, "end_learning_rate": s.final_lr, **more}
            if not ends_well(steps, getattr(s, "power", 1)):
                return None
            if more.get("cycle") and not rounds_well(steps, count):
                return None
            return call(KERAS + "PolynomialDecay", s.initial_lr, **given)
        case CosineDecay(initial_lr=rate, final_lr=final, k_decay=1):
            return call(KERAS + "CosineDecay", rate, decay_steps=_steps(s, unit), **_alpha(final / rate))
        case Warmup(inner=CosineDecay(initial_lr=rate, final_lr=final, k_decay=1) as inner) if (
            s.shape == "linear"
        ):
            return call(
                KERAS + "CosineDecay",
                s.start_lr,
                decay_steps=_steps(inner, unit),
                **_alpha(final / rate),
                warmup_target=rate,
                warmup_steps=s.warmup * unit,
            )
        case CosineRestarts(period_factor=1, period=period) if rounds_well(period * unit, count):
            return call(
                KERAS + "CosineDecayRestarts",
                s.initial_lr,
                first_decay_steps=whole(period * unit) or period * unit,
                t_mul=1.0,
                m_mul=s.restart_factor,
                **_alpha(s.final_lr / s.initial_lr),
            )
        case PiecewiseConstant():
            last = [boundary - 1 for boundary in boundaries(s, unit)]  # Keras changes one step after it
            if all(a < b for a, b in pairwise(last)):
                return call(KERAS + "PiecewiseConstantDecay", last, list(s.rates))
    return None


def _alpha(share: float) -> dict[str, object]:
    """The final rate as a share of the initial one, unless it is Keras's default."""
    return {"alpha": share} if share else {}


def _steps(schedule: Schedule, unit: int) -> float:
    """The duration in steps, as a whole number if it is one."""
    length = schedule.length() * unit
    steps = whole(length)
    return float(length) if steps is None else steps
