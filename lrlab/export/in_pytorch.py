"""A plan as PyTorch source: its own scheduler classes where they are exact, else LambdaLR with a function."""

import math
import textwrap
from itertools import pairwise

from lrlab.export.base import Export, call_of, comment, whole
from lrlab.export.formula import scalar_function
from lrlab.export.in_python import imports
from lrlab.export.phases import boundaries, drops, phases
from lrlab.optimizers import Optimizer
from lrlab.runs.plan import Plan
from lrlab.runs.samples import samples
from lrlab.schedules import (
    Constant,
    CosineDecay,
    CosineRestarts,
    Cyclic,
    ExponentialDecay,
    LinearDecay,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
)

SCHEDULERS = "lr_scheduler."
NEAR_ZERO = 0.05  # of the momentum, of which a long run is seen at some updates only
RESUME = "To go on from a checkpoint, load optimizer and scheduler with load_state_dict."
AFTERWARDS = {
    "CosineAnnealingLR": "After T_max, CosineAnnealingLR raises the rate again: end the training there.",
    "OneCycleLR": "After total_steps, OneCycleLR raises a ValueError: end the training there.",
}
# Sets the momentum before each update; `last_epoch` is how often the scheduler has stepped.
HOOK = """

def set_momentum(optimizer, args, kwargs):
    for group in optimizer.param_groups:
        group["{key}"] = {value}


optimizer.register_step_pre_hook(set_momentum)
"""


def write(export: Export) -> str:
    """An optimizer of the reader's `model`, its scheduler, and where to call `scheduler.step()`."""
    momentum = export.plan.momentum
    optimizer = export.built.pytorch()
    built = None if export.first else _scheduler(export)
    momenta, hook = "", ""
    if momentum and not (built and "OneCycleLR" in built[1]):
        momenta, hook = scalar_function(momentum, "momentum") + "\n\n", _hook(export.optimizer, momentum)
    if built:
        base, scheduler = built
        last = scheduler.rpartition(SCHEDULERS)[2].partition("(")[0]
        after = AFTERWARDS.get(last, export.afterwards)
        head, function = comment(after, RESUME, optimizer.note), momenta
        lr = repr(base)
    else:
        function = scalar_function(export.plan) + "\n\n" + momenta
        lr = "1.0"
        if export.first:
            scheduler = call_of(
                f"{SCHEDULERS}LambdaLR", "optimizer", "learning_rate", last_epoch=str(export.first - 1)
            )
            resume = f"It goes on from epoch {export.from_epoch}, without a saved state of the scheduler."
        else:
            scheduler, resume = f"{SCHEDULERS}LambdaLR(optimizer, learning_rate)", RESUME
        head = comment(export.afterwards, resume, optimizer.note)
    arguments = {name: repr(value) for name, value in optimizer.arguments.items()}
    made = call_of(f"torch.optim.{optimizer.name}", "model.parameters()", lr=lr, **arguments)
    made = f"optimizer = {made}\n"
    if not built:
        made = f"# LambdaLR multiplies lr by the value of the function, which is the rate itself.\n{made}"
    if export.first:
        made += 'for group in optimizer.param_groups:\n    group["initial_lr"] = 1.0\n'
    libraries = imports(function, "import torch", "from torch.optim import lr_scheduler")
    if not function:
        libraries = libraries.rstrip("\n") + "\n\n"
    return f"{head}{libraries}{function}{made}scheduler = {scheduler}\n{hook}{_loop(export)}"


def _hook(optimizer: Optimizer, momentum: Plan) -> str:
    value = "momentum(scheduler.last_epoch)"
    if optimizer.momentum_name == "beta_1":
        return HOOK.format(key="betas", value=f'{value}, group["betas"][1]')
    if samples(momentum)[1].min() < NEAR_ZERO:
        value = f"max({value}, 1e-30)  # at 0, PyTorch would drop what the next update needs"
    return HOOK.format(key="momentum", value=value)


def _loop(export: Export) -> str:
    """The training loop as a comment: where the scheduler steps."""
    plan, first = export.plan, f"{export.from_epoch}, " if export.from_epoch else ""
    lines = ["optimizer.step()"]
    if plan.clock != "epoch":
        lines.append("scheduler.step()")
    if (together := export.together) == 1:
        batches, backward = "batch in batches", "forward and backward"
    else:
        batches = "number, batch in enumerate(batches, 1)"
        backward = f"forward, and backward of loss / {together}"
        if export.left_over:
            backward += f"; of loss / {export.left_over} in the last update of an epoch"
        ends = f"if number % {together} == 0 or number == len(batches):"
        lines = [ends, *(f"    {line}" for line in [*lines, "optimizer.zero_grad()"])]
    inside = "".join(f"        {line}\n" for line in [f"...  # {backward}", *lines])
    after = "    scheduler.step()\n" if plan.clock == "epoch" else ""
    loop = f"for epoch in range({first}{plan.epochs}):\n    for {batches}:\n{inside}{after}"
    return textwrap.indent(loop, "# ")


def _scheduler(export: Export) -> tuple[float, str] | None:
    """The optimizer's rate, and a call of a scheduler with the plan's rates; None if there is none."""
    schedule, unit, count = export.plan.resolved, export.unit, export.settings
    if alone := _alone(schedule, unit, count):
        return alone
    parts = phases(schedule, unit, count)
    base = max(_base(phase) for _, phase in parts)
    begins = [begin for begin, _ in parts]
    calls = [
        _phase(phase, unit, end - begin, base)
        for (begin, phase), end in zip(parts, [*begins[1:], count], strict=True)
    ]
    known = [each for each in calls if each]
    if len(known) < len(calls):
        return None
    if len(known) == 1:
        return base, known[0]
    listed = "[\n" + "".join(f"    {each},\n" for each in known) + "]"
    return base, call_of(f"{SCHEDULERS}SequentialLR", "optimizer", listed, milestones=repr(begins[1:]))


def _base(schedule: Schedule) -> float:
    """The rate of the optimizer that a phase needs: its first one, but no factor of LinearLR is above 1."""
    match schedule:
        case PiecewiseConstant(rates=rates):
            return rates[0]
        case LinearDecay():
            return max(schedule.initial_lr, schedule.final_lr)
    return float(getattr(schedule, "initial_lr", 0.0))


def _alone(schedule: Schedule, unit: int, count: int) -> tuple[float, str] | None:
    """A scheduler for the whole run that cannot be a phase among others."""
    match schedule:
        case CosineRestarts(initial_lr=base, restart_factor=1):
            period, grows = whole(schedule.period * unit), whole(schedule.period_factor)
            if period is None or grows is None:
                return None
            more: dict[str, object] = {"T_mult": grows} if grows > 1 else {}
            more |= {"eta_min": schedule.final_lr} if schedule.final_lr else {}
            return base, _call("CosineAnnealingWarmRestarts", T_0=period, **more)
        case OneCycle(max_lr=base, rise=rise, three_phases=three):
            total = whole(schedule.length() * unit)
            # At the end of a phase without length, its last scheduler.step() would divide by zero.
            if total is None or total < count or (three and 2 * rise * total - 2 == total - 1):
                return None
            more = {"anneal_strategy": "linear"} if schedule.curve == "linear" else {}
            more |= {"three_phase": True} if three else {}
            momentum: dict[str, object] = {"cycle_momentum": schedule.cycle_momentum}
            if schedule.cycle_momentum:
                momentum |= {"base_momentum": schedule.base_momentum, "max_momentum": schedule.max_momentum}
            return base, _call(
                "OneCycleLR",
                max_lr=base,
                total_steps=total,
                pct_start=rise,
                div_factor=schedule.start_factor,
                final_div_factor=schedule.end_factor,
                **momentum,
                **more,
            )
        case Cyclic(initial_lr=base, half_cycle=half, cycle_factor=factor, shrink=shrink):
            modes: dict[str, object] | None = None
            if factor == 1:
                modes = {"mode": "exp_range", "gamma": shrink ** (1 / unit)} if shrink != 1 else {}
            elif factor == 0.5 and shrink == 1:
                modes = {"mode": "triangular2"}
            up = whole(half * unit)
            if modes is None or up is None:
                return None
            return base, _call(
                "CyclicLR",
                base_lr=base,
                max_lr=schedule.max_lr,
                step_size_up=up,
                cycle_momentum=False,
                **modes,
            )
    return None


def _phase(schedule: Schedule, unit: int, count: int, base: float) -> str | None:
    """A scheduler for `count` settings; `base` is the optimizer's rate. None if there is none."""
    if not base:
        return None
    if isinstance(schedule, LinearDecay):
        return _linear(schedule, unit, base)
    if stairs := drops(schedule, unit):
        rate, size, factor = stairs
        return _call("StepLR", step_size=size, gamma=factor) if rate == base else None
    match schedule:
        case PiecewiseConstant(rates=rates) if rates[0] == base and all(rates):
            at, factor = boundaries(schedule, unit), rates[1] / rates[0] if len(rates) > 1 else 1.0
            same = all(math.isclose(b / a, factor, rel_tol=1e-12) for a, b in pairwise(rates))
            return _call("MultiStepLR", milestones=at, gamma=factor) if same and all(at) else None
    if getattr(schedule, "initial_lr", None) != base:
        return None
    match schedule:
        case Constant():
            return _call("ConstantLR", factor=1.0)
        case ExponentialDecay(decay=decay):
            return _call("ExponentialLR", gamma=math.exp(-decay / unit))
        case CosineDecay(final_lr=final, k_decay=1):
            length = whole(schedule.length() * unit)
            if length is None or count - 1 > length:
                return None
            return _call("CosineAnnealingLR", T_max=length, **({"eta_min": final} if final else {}))
        case PolynomialDecay(final_lr=0, cycle=False):
            length = whole(schedule.length() * unit)
            return _call("PolynomialLR", total_iters=length, power=schedule.power) if length else None
    return None


def _linear(schedule: LinearDecay, unit: int, base: float) -> str | None:
    length = whole(schedule.length() * unit)
    start, end = schedule.initial_lr / base, schedule.final_lr / base
    if length is None or not 0 < start <= 1 or not 0 <= end <= 1:
        return None
    return _call("LinearLR", start_factor=start, end_factor=end, total_iters=length)


def _call(name: str, **named: object) -> str:
    given = {key: repr(value) for key, value in named.items()}
    return call_of(SCHEDULERS + name, "optimizer", **given)
