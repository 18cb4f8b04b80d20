"""Everything that Explore shows, as one frozen value."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from lrlab import article
from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.palette import CHOICES
from lrlab.parameters.declare import LEAST_RATE, MOST_RATE, declared
from lrlab.parameters.kinds import Choice, Numbers, Parameter, Switch
from lrlab.parameters.record import Record
from lrlab.runs.plan import BATCHES_PER_EPOCH, BATCHES_PER_UPDATE, CLOCK, EPOCHS, MAX_EPOCHS
from lrlab.runs.spec import BATCH_SIZE
from lrlab.schedules import Cooldown, Schedule, Warmup
from lrlab.text import is_printable, tidied

AXES = ("epoch", "step", "image")
MAX_CURVES = 20
MAX_LISTED = 20
MAX_NAME = 40
SHARED_RATE = Parameter(
    r"\eta_0",
    "Start every schedule at the same rate, to compare their shapes.",
    LEAST_RATE,
    MOST_RATE,
    (1e-4, 1.0),
    log=True,
    optional=True,
)
AT_EPOCHS = Numbers(
    Parameter("", "", 0, MAX_EPOCHS, (0, 100), integer=True), "", "", most=MAX_LISTED, least=0
)
COLOR = Parameter("", "", 0, CHOICES - 1, (0, CHOICES - 1), integer=True, optional=True)


@dataclass(frozen=True)
class Scene(Record):
    """Curves on one chart, the run they are applied to, and how the chart is read.

    A curve's schedule may have one warm-up around it, and one cool-down inside the warm-up. `shared_lr`
    replaces every initial rate. `at_epochs` are the epochs whose rates are listed. Names are tidied.
    Raises UserError for values out of range, and for names that are empty, too long, used twice or not
    printable.
    """

    curves: tuple[Curve, ...] = article.CURVES
    epochs: int = declared(article.EPOCHS, EPOCHS)
    batches_per_epoch: int = declared(article.STEPS_PER_EPOCH, BATCHES_PER_EPOCH)
    batch_size: int = declared(article.BATCH_SIZE, BATCH_SIZE)
    axis: str = declared(AXES[0], Choice(AXES, "What the chart's time axis counts."))
    log: bool = declared(False, Switch("Whether the rate axis is logarithmic."))
    shared_lr: float | None = declared(None, SHARED_RATE)
    at_epochs: tuple[int, ...] = declared((0, 1, 10, 38, 60, 99), AT_EPOCHS)
    batches_per_update: int = declared(1, BATCHES_PER_UPDATE)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.curves) > MAX_CURVES:
            raise UserError(f"At most {MAX_CURVES} curves can be shown, but there are {len(self.curves)}.")
        named = tuple(replace(curve, name=tidied_name(curve.name)) for curve in self.curves)
        object.__setattr__(self, "curves", named)
        names = [curve.name for curve in self.curves]
        for curve in self.curves:
            _check(curve, names)


def peel(schedule: Schedule) -> tuple[Warmup | None, Cooldown | None, Schedule]:
    """A schedule's warm-up (or None), its cool-down (or None), and the schedule inside them."""
    warmup = schedule if isinstance(schedule, Warmup) else None
    schedule = warmup.inner if warmup else schedule
    cooldown = schedule if isinstance(schedule, Cooldown) else None
    return warmup, cooldown, cooldown.inner if cooldown else schedule


def tidied_name(text: object) -> str:
    """A curve's name, tidied.

    Raises UserError if it is empty, too long, not printable, or has spaces around it.
    """
    name = tidied(text) if isinstance(text, str) else ""
    if not 0 < len(name) <= MAX_NAME or not is_printable(name):
        raise UserError(
            f"A curve's name must have 1 to {MAX_NAME} printable characters, but it is {text!r:.60}."
        )
    if name != name.strip():
        raise UserError(f"A curve's name must have no spaces around it, but it is {name!r:.60}.")
    return name


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, with a number added if it is taken."""
    numbered = (f"{name[: MAX_NAME - 5]} ({n})" for n in range(2, 99))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def _check(curve: Curve, names: list[str]) -> None:
    name = curve.name
    if names.count(name) > 1:
        raise UserError(f"Each curve needs a name of its own, but {name!r:.60} is the name of several.")
    CLOCK.check("clock", curve.clock)
    COLOR.check("color", curve.color)
    if peel(curve.schedule)[2] is not curve.schedule.core:
        raise UserError(f"{name} can have one warm-up and one cool-down, but it has more.")
