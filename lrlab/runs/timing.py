"""The times of a schedule against the length of its run: what never comes, and what counts another unit."""

from collections.abc import Iterator

from lrlab.parameters.declare import TIME
from lrlab.parameters.kinds import Numbers, Parameter
from lrlab.runs.plan import Plan
from lrlab.schedules import Cooldown, OneCycle, Schedule, Wrapper

EARLY = 10  # with this many steps per epoch, times in steps that fit the epochs lie in a tenth of the run


def about_times(plan: Plan) -> Iterator[str]:
    """Sentences about times of a schedule that its run does not reach, or that may count another unit."""
    yield from _never_reached(plan)
    yield from _never_rises(plan)
    yield from _epochs_as_steps(plan)


def about_updates(plan: Plan) -> Iterator[str]:
    """A sentence if an update takes more batches than an epoch has."""
    if (together := plan.batches_per_update) > (size := plan.batches_per_epoch):
        yield (
            f"An update takes {together} batches, but an epoch has {size}: each update has the batches of "
            f"one epoch. Use at most {size} per update."
        )


def _never_reached(plan: Plan) -> Iterator[str]:
    unit, left = ("steps", float(plan.steps)) if plan.clock == "step" else ("epochs", float(plan.epochs))
    limit = f"the run ends after {left:g}"
    around: list[Wrapper] = []
    for layer in plan.schedule.layers():
        cooled = any(isinstance(wrapper, Cooldown) for wrapper in around)
        for name, (parameter, values) in times_of(layer).items():
            if parameter.optional and cooled:  # a duration that a cool-down ends
                continue
            # A duration may be the whole run, and a cool-down falls from the rate at its first moment.
            last = parameter.optional or cooled
            late = [value for value in values if value > left or (value == left and not last)]
            if late and parameter.then:
                given = ", ".join(f"{value:g}" for value in late)
                yield f"The rate never {parameter.then}: {name} = {given} {unit}, but {limit}." + (
                    _meant(plan, late[-1])
                )
        if isinstance(layer, Wrapper):
            around.append(layer)
            left = layer.followed(left)
            names = " and ".join(f"the {wrapper.title.lower()}" for wrapper in around)
            limit = f"{names} {'leave' if len(around) > 1 else 'leaves'} {left:g}"
        if left <= 0:
            return


def _meant(plan: Plan, time: float) -> str:
    """What a time beyond the end of the run may count, as a sentence; empty if there is no such unit."""
    if plan.clock != "step" and plan.steps_per_epoch <= time < plan.steps:
        return " If you mean steps, choose the clock step."
    together = plan.batches_per_update
    if plan.clock == "step" and together > 1 and plan.steps <= time <= plan.epochs * plan.batches_per_epoch:
        return f" If you mean batches, divide by {together}: a step is one update with {together} batches."
    return ""


def _never_rises(plan: Plan) -> Iterator[str]:
    unit = "epochs" if plan.clock == "epoch" else "steps"
    for layer in plan.resolved.layers():
        if isinstance(layer, OneCycle):
            count = layer.length() * layer.settings_per_unit
            if layer.rise * count < 1:
                yield (
                    f"The rate never rises: rise = {layer.rise:g} of {count:g} {unit} is less than one. Make "
                    "the rise or the run longer."
                )


def _epochs_as_steps(plan: Plan) -> Iterator[str]:
    # A warm-up of a few steps is usual, so the wrappers do not count.
    times = [(max(values), name) for name, (_, values) in times_of(plan.schedule.core).items()]
    if plan.clock != "step" or not times or plan.steps_per_epoch < EARLY:
        return
    latest, name = max(times)
    if latest <= plan.epochs:
        yield (
            f"The clock counts steps: {name} = {latest:g} steps are only {latest / plan.steps_per_epoch:.2g} "
            "epochs. If you mean epochs, choose the clock epoch or smooth."
        )


def times_of(schedule: Schedule) -> dict[str, tuple[Parameter, list[float]]]:
    """The parameters that are times, each with its values, without zeros and durations left out."""
    found = {}
    for name, kind in schedule.parameters().items():
        each = kind.each if isinstance(kind, Numbers) else kind
        if isinstance(each, Parameter) and each.unit == TIME:
            value = getattr(schedule, name)
            if values := [v for v in (value if isinstance(value, tuple) else (value,)) if v]:
                found[name] = each, values
    return found
