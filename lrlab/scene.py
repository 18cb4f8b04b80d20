"""Everything that Explore shows, as one frozen value."""

from dataclasses import dataclass, replace

from lrlab import article
from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import CLOCKS, MAX_EPOCHS, MAX_STEPS_PER_EPOCH, check_whole
from lrlab.schedules import WRAPPERS, Cooldown, Warmup
from lrlab.text import is_printable, tidied

AXES = ("epoch", "step", "image")
COLORS = 21
MAX_CURVES = 20
MAX_LISTED = 20
MAX_NAME = 40
MAX_BATCH = 60_000
SHARED_RATE = Parameter(
    r"\eta_0",
    "Start every schedule at the same rate, to compare their shapes.",
    1e-8,
    10.0,
    (1e-4, 1.0),
    log=True,
)


@dataclass(frozen=True)
class Scene:
    """Curves on one chart, the run they are applied to, and how the chart is read.

    A curve's schedule may have one warm-up around it, and one cool-down inside the warm-up. `shared_lr`
    replaces every initial rate. `at_epochs` are the epochs whose rates are listed. Names are tidied.
    Raises UserError for values out of range, and for names that are empty, too long, used twice or not
    printable.
    """

    curves: tuple[Curve, ...] = article.CURVES
    epochs: int = article.EPOCHS
    steps_per_epoch: int = article.STEPS_PER_EPOCH
    batch_size: int = article.BATCH_SIZE
    axis: str = "epoch"
    log: bool = False
    shared_lr: float | None = None
    at_epochs: tuple[int, ...] = (0, 1, 10, 38, 60, 99)

    def __post_init__(self):
        check_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        check_whole("steps_per_epoch", self.steps_per_epoch, 1, MAX_STEPS_PER_EPOCH)
        check_whole("batch_size", self.batch_size, 1, MAX_BATCH)
        if self.axis not in AXES:
            raise UserError(f"The axis must be one of {', '.join(AXES)}, but it is {self.axis!r:.60}.")
        if self.shared_lr is not None:
            SHARED_RATE.check("shared_lr", self.shared_lr)
        if len(self.at_epochs) > MAX_LISTED:
            raise UserError(
                f"At most {MAX_LISTED} epochs can be listed, but there are {len(self.at_epochs)}."
            )
        for epoch in self.at_epochs:
            check_whole("each of at_epochs", epoch, 0, MAX_EPOCHS)
        if len(self.curves) > MAX_CURVES:
            raise UserError(f"At most {MAX_CURVES} curves can be shown, but there are {len(self.curves)}.")
        object.__setattr__(self, "curves", tuple(map(_named, self.curves)))
        names = [curve.name for curve in self.curves]
        for curve in self.curves:
            _check(curve, names)


def peel(schedule) -> tuple:
    """A schedule's warm-up (or None), its cool-down (or None), and the schedule inside them."""
    warmup = schedule if isinstance(schedule, Warmup) else None
    schedule = warmup.schedule if warmup else schedule
    cooldown = schedule if isinstance(schedule, Cooldown) else None
    return warmup, cooldown, cooldown.schedule if cooldown else schedule


def _named(curve):
    name = tidied(curve.name) if isinstance(curve.name, str) else ""
    if not 0 < len(name) <= MAX_NAME or not is_printable(name):
        raise UserError(
            f"A curve's name must have 1 to {MAX_NAME} printable characters, but it is {curve.name!r:.60}."
        )
    return replace(curve, name=name)


def _check(curve, names):
    name = curve.name
    if name != name.strip() or names.count(name) > 1:
        raise UserError(f"Each curve needs a name of its own without spaces around it, not {name!r:.60}.")
    if curve.clock not in CLOCKS:
        raise UserError(f"There is no clock {curve.clock!r:.60}. Choose one of: {', '.join(CLOCKS)}.")
    check_whole("color", curve.color, 0, COLORS - 1)
    if isinstance(peel(curve.schedule)[2], WRAPPERS):
        raise UserError(f"{name} can have one warm-up and one cool-down, but it has more.")
