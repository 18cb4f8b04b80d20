"""The rates that Keras 3 applies for typical code, beside the rates that its author intends."""

import re
from dataclasses import dataclass, replace

import numpy as np

from lrlab.export import source
from lrlab.export.formula import rate_source
from lrlab.export.in_keras import keras_native
from lrlab.runs.plan import Plan
from lrlab.runs.samples import POINTS, Steps
from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    Constant,
    CosineDecay,
    Cyclic,
    ExponentialDecay,
    LinearDecay,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
)

KERAS_PI = 3  # pi as a whole number
ACCUMULATED = 4  # batches for one update
# The schedules whose numbers Keras rounds down if the rate is a whole number.
RoundedDown = ExponentialDecay | StepDecay | TimeBasedDecay | PolynomialDecay | LinearDecay | CosineDecay


@dataclass(frozen=True, eq=False)
class Applied:
    """Code, the rates that its author states, and the rates that Keras applies.

    Both arrays are float64 with one rate for each of the `steps`; with accumulated gradients, the `unit` is a
    batch. These are all that the code trains, or about POINTS of them, with the first and the last of each
    epoch. An epoch has `per_epoch` of them. `cause` is a sentence that explains the difference.
    """

    id: str
    title: str
    code: str
    steps: Steps
    stated: np.ndarray
    rates: np.ndarray
    cause: str
    per_epoch: int
    unit: str = "step"

    @property
    def sentence(self) -> str:
        """The largest difference in numbers, and its cause."""
        known = np.isfinite(self.stated) & np.isfinite(self.rates)
        if not known.all():
            return "The formula gives no finite rate at some steps: training with it is not possible."
        far = np.abs(self.stated - self.rates)
        at = int(far.argmax())
        if not far[at] > 1e-9 * np.abs(self.stated).max():
            return f"The applied rate equals the stated rate at every {self.unit}."
        step = int(self.steps[at])
        return (
            f"The largest difference is at {self.unit} {step:,} (epoch {step // self.per_epoch}): "
            f"{self.stated[at]:.4g} is intended, {self.rates[at]:.4g} is applied. {self.cause}"
        )


def applied(plan: Plan) -> tuple[Applied, ...]:
    """The plan itself, and common code that looks right but may apply other rates; each with its rates.

    Checked against Keras 3.15. It is about rates: a cycled momentum is left out. So are cases for
    which the schedule has no code. All but the plan itself
    and accumulated gradients are shown with one batch per update.
    """
    plan = replace(plan, schedule=plan.schedule.without_momentum())
    alone = replace(plan, batches_per_epoch=plan.steps_per_epoch, batches_per_update=1)
    cases = (
        _as_planned(plan),
        *(make(alone) for make in (_schedule_object, _compounding, _sgd_decay, _whole_number)),
        _accumulation(plan, alone),
        _initial_epoch(alone),
    )
    return tuple(case for case in cases if case)


def _steps(epochs: int, per_epoch: int) -> Steps:
    """About POINTS steps of a run, or all: spread over the run, and the first and the last of each epoch."""
    count = epochs * per_epoch
    if count <= POINTS:
        return np.arange(count)
    spread = np.arange(POINTS - 2 * epochs) * count // (POINTS - 2 * epochs)
    firsts = np.arange(epochs) * per_epoch
    return np.unique(np.concatenate([spread, firsts, firsts + per_epoch - 1]))


def _as_planned(plan: Plan) -> Applied:
    smooth = replace(plan, clock="smooth") if plan.clock == "epoch" else plan
    cause = "The callback sets the rate once per epoch: within an epoch the rate is constant."
    return _case(plan, "as-planned", "As planned", source(plan, "keras"), smooth, plan, cause)


def _schedule_object(plan: Plan) -> Applied | None:
    if plan.clock == "step" or isinstance(plan.schedule, Constant):
        return None
    counted = Plan(plan.resolved, plan.epochs, plan.steps_per_epoch, "step")
    cause = (
        "A schedule object counts batches, not epochs: with numbers that mean epochs it runs "
        f"{plan.steps_per_epoch} times too fast."
    )
    code = source(counted, "keras")
    title = "In a schedule object"
    return _case(plan, "schedule-object", title, code, plan, counted, cause)


def _compounding(plan: Plan) -> Applied | None:
    schedule = plan.resolved
    if plan.clock == "step" or isinstance(schedule, Constant | CompoundingTimeBasedDecay | Cyclic):
        return None
    rate: float | None = getattr(schedule, "initial_lr", None)  # which a warm-up, for example, has not
    code = rate_source(replace(plan, clock="epoch"))
    if rate is None or "initial_lr" not in code:
        return None
    rates = []
    with np.errstate(all="ignore"):
        for epoch in range(plan.epochs):
            rate = float(schedule.unchecked_replace(initial_lr=rate)(epoch))
            rates.append(rate)
    code = re.sub(r"^initial_lr = .*\n", "", code, flags=re.MULTILINE)
    code = re.sub(r"\binitial_lr\b", "lr", code).replace("def rate(t):", "def rate(t, lr):").strip()
    code = (
        f"import keras\nimport numpy as np\n\n{code}\n\n\n"
        "callback = keras.callbacks.LearningRateScheduler(lambda epoch, lr: float(rate(epoch, lr)))\n"
    )
    cause = "The callback receives the rate of the epoch before, not the initial rate: the decays multiply."
    stated, steps = replace(plan, clock="epoch"), _steps(plan.epochs, plan.steps_per_epoch)
    after = np.array(rates)[steps // plan.steps_per_epoch]
    return _case(plan, "compounding", "A callback of (epoch, lr)", code, stated, after, cause)


def _sgd_decay(plan: Plan) -> Applied | None:
    schedule = plan.schedule
    if not isinstance(schedule, TimeBasedDecay):
        return None
    rate, decay = schedule.initial_lr, schedule.decay
    code = f"import keras\n\noptimizer = keras.optimizers.SGD(learning_rate={rate!r}, decay={decay!r})\n"
    cause = "Keras 3 ignores `decay` and only warns: the rate is constant. Keras 2 used it at every step."
    stated = Plan(schedule, plan.epochs, plan.steps_per_epoch, "step")
    constant = replace(stated, schedule=Constant(rate))
    return _case(plan, "sgd-decay", "SGD(decay=...)", code, stated, constant, cause)


def _whole_number(plan: Plan) -> Applied | None:
    schedule = plan.resolved
    if not isinstance(schedule, RoundedDown) or getattr(schedule, "cycle", False):
        return None
    grows = getattr(schedule, "decay", 0) < 0 or getattr(schedule, "drop_rate", 1) > 1
    if grows or getattr(schedule, "k_decay", 1) != 1:
        return None
    meant = replace(
        plan,
        schedule=schedule.unchecked_replace(initial_lr=1.0),
        clock="step" if plan.clock == "step" else "smooth",
    )
    if keras_native(meant) is None:
        return None  # only Keras's own schedules compute with whole numbers
    unit = 1 if meant.clock == "step" else plan.steps_per_epoch
    if isinstance(schedule, ExponentialDecay) and not schedule.hold and schedule.decay > unit:
        return None  # Keras would divide by a number of steps that is rounded down to 0
    code = re.sub(r"\b1\.0,", "1,", source(meant, "keras"), count=1)
    cause = (
        "A rate written as 1 instead of 1.0 makes Keras compute with whole numbers: every other number of "
        "the schedule loses its fraction. (This case is shown with a rate of 1, not with your rate.)"
    )
    title = "A whole number as rate"
    rates = _in_whole_numbers(schedule, _steps(plan.epochs, plan.steps_per_epoch), unit)
    return _case(plan, "whole-number", title, code, meant, rates, cause)


def _in_whole_numbers(schedule: RoundedDown, steps: Steps, unit: int) -> np.ndarray:
    """Keras's own formulas with a rate of 1 and each parameter rounded down to a whole number."""
    t = steps / unit
    if isinstance(schedule, ExponentialDecay | StepDecay):
        hold = schedule.drop_every if isinstance(schedule, StepDecay) else schedule.hold
        factor = schedule.drop_rate if isinstance(schedule, StepDecay) else np.exp(-schedule.decay)
        past = np.floor(t / hold) if hold else t
        return np.where(past > 0, float(int(factor)), 1.0)
    if isinstance(schedule, TimeBasedDecay):
        hold = schedule.hold
        past = np.floor(t / hold) if hold else t
        return 1 / (1 + int(schedule.decay * max(hold, 1)) * past)
    duration = max(int(schedule.length() * unit), 1)
    z = np.minimum(steps, duration) / duration
    if isinstance(schedule, CosineDecay):
        floor = schedule.final_lr  # the only one of its numbers that keeps its fraction
        return floor + (1 - floor) * 0.5 * (1 + np.cos(KERAS_PI * z))
    end = int(schedule.final_lr)
    return end + (1 - end) * (1 - z) ** int(getattr(schedule, "power", 1.0))


def _accumulation(plan: Plan, alone: Plan) -> Applied | None:
    """A schedule object that counts batches, with the plan's batches per update, or with ACCUMULATED."""
    if plan.clock == "epoch" or isinstance(plan.schedule, Constant):
        return None
    counted = plan if plan.batches_per_update > 1 else replace(plan, batches_per_update=ACCUMULATED)
    together = counted.batches_per_update
    more = f"learning_rate, gradient_accumulation_steps={together}"
    code = source(alone, "keras").replace("SGD(learning_rate)", f"SGD({more})")
    cause = (
        f"The weights change after {together} batches, but a schedule object counts batches: with "
        f"numbers that mean updates it runs {together} times too fast."
    )
    shown = batches = _steps(plan.epochs, plan.batches_per_epoch)
    stated = plan.at(counted.step_of(batches))
    if "self.table" in code:  # which ends with the run, and stays at its last rate
        batches = np.minimum(batches, plan.steps - 1)
    rates = plan.at(batches)
    title, size = "Accumulated gradients", plan.batches_per_epoch
    return Applied("accumulation", title, code, shown, stated, rates, cause, size, unit="batch")


def _initial_epoch(plan: Plan) -> Applied | None:
    first = plan.epochs // 2
    if not first or isinstance(plan.schedule, Constant):
        return None
    counted = replace(plan, clock="smooth") if plan.clock == "epoch" else plan
    skipped = plan.first_step(first)
    steps = skipped + _steps(plan.epochs - first, plan.steps_per_epoch)
    code = (
        source(counted, "keras")
        + "# in a new process, from a saved model:\n"
        + f"# model.fit(..., initial_epoch={first}, epochs={plan.epochs})\n"
    )
    cause = "A new optimizer counts its steps from 0: `initial_epoch` does not change a schedule object."
    title = f"fit(initial_epoch={first})"
    stated, rates, size = counted.at(steps), counted.at(steps - skipped), plan.steps_per_epoch
    return Applied("initial-epoch", title, code, steps, stated, rates, cause, size)


def _case(
    plan: Plan, id: str, title: str, code: str, stated: Plan, applied: Plan | np.ndarray, cause: str
) -> Applied:
    """A case whose rates are those of plans, or known at `_steps`."""
    steps = _steps(plan.epochs, plan.steps_per_epoch)
    rates = applied.at(steps) if isinstance(applied, Plan) else applied
    return Applied(id, title, code, steps, stated.at(steps), rates, cause, plan.steps_per_epoch)
