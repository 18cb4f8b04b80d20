"""The targets of the export, and a plan as source code for one of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lrlab.errors import UserError
from lrlab.export import in_keras, in_optax, in_python, in_pytorch
from lrlab.export.base import Export, comment, described
from lrlab.optimizers import SGD, Optimizer
from lrlab.runs.plan import Plan
from lrlab.schedules import Wrapper

EVERY = {
    "epoch": "once per epoch",
    "step": "at every step",
    "smooth": "at every step, in fractions of an epoch",
}


@dataclass(frozen=True)
class Target:
    """A framework that plans are exported to: its name for people, and what writes the source.

    `has_optimizer` says whether the source creates an optimizer.

    >>> TARGETS["pytorch"].title
    'PyTorch'
    """

    title: str
    write: Callable[[Export], str]
    has_optimizer: bool = True


TARGETS = {
    "keras": Target("Keras", in_keras.write),
    "pytorch": Target("PyTorch", in_pytorch.write),
    "optax": Target("optax", in_optax.write),
    "python": Target("Python", in_python.write, has_optimizer=False),
}


def source(
    plan: Plan,
    target: str,
    title: str | None = None,
    optimizer: Optimizer | None = None,
    from_epoch: int = 0,
) -> str:
    """Python source that gives exactly the plan's rates in `target`, one of `TARGETS`.

    If the framework has a class with this curve, the source uses it; otherwise it has the formula. The
    optimizer is SGD if none is given. With `from_epoch` the code goes on from the beginning of that epoch.
    PyTorch's code needs your `model`. Raises UserError for an unknown target, for an optimizer that the
    target does not have, for a momentum that it cannot cycle, and for an epoch after the end of the run.

    >>> from lrlab.schedules import CosineDecay
    >>> print(source(Plan(CosineDecay(0.1), epochs=4, clock="step"), "optax"), end="")
    # Cosine decay: the learning rate at every step, over 4 epochs of 250 steps.
    # After the run the rate stays at 0.
    # To go on from a checkpoint, restore the state of the optimizer: it counts the updates.
    import optax
    <BLANKLINE>
    learning_rate = optax.cosine_decay_schedule(0.1, decay_steps=1000)
    optimizer = optax.sgd(learning_rate)
    """
    if target not in TARGETS:
        raise UserError(f"There is no export to {target!r:.60}. Choose one of: {', '.join(TARGETS)}.")
    whole = described(plan)
    name = whole if title is None else " ".join(title.split())
    if name == plan.schedule.core.title:
        name = whole
    elif title is not None and isinstance(plan.schedule, Wrapper):
        name = f"{name} ({whole[0].lower()}{whole[1:]})"
    length = f"{plan.epochs} epochs of {plan.steps_per_epoch} steps"
    export = Export(plan, optimizer or SGD(), from_epoch)
    head = comment(f"{name}: the learning rate {EVERY[plan.clock]}, over {length}.", *_accumulated(export))
    return head + TARGETS[target].write(export)


def _accumulated(export: Export) -> Iterator[str]:
    """Sentences about the batches of an update; none if it has one."""
    together, given = export.together, export.plan.batches_per_update
    if given > 1:
        which = f"{together} batches" if together == given else f"all batches of an epoch: {together}"
        yield f"A step is one update of the weights, with the mean gradient of {which}."
    if export.left_over:
        yield f"The last step of an epoch has the batches that are left over: {export.left_over}."
