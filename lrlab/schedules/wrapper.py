"""A schedule around another one."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from lrlab.errors import UserError
from lrlab.parameters.kinds import Part
from lrlab.schedules.base import Schedule

MAX_DEPTH = 4


@dataclass(frozen=True)
class Wrapper(Schedule):
    """Base class of schedules around another one, `inner`; up to three wrappers can be nested.

    >>> from lrlab.schedules import Constant, Warmup
    >>> Warmup(Constant(0.1), 2).inner
    Constant(initial_lr=0.1)
    """

    phrase: ClassVar[str] = "with a phase of"  # before its first parameter, which is a length of time

    inner: Schedule = field(metadata={"parameter": Part(Schedule)})

    def __post_init__(self) -> None:
        super().__post_init__()
        depth = len(self.layers())
        if depth > MAX_DEPTH:
            raise UserError(
                f"At most {MAX_DEPTH - 1} wrappers can be nested around a schedule, but there are "
                f"{depth - 1}."
            )

    def followed(self, length: Any) -> Any:
        """How much of a run of that length follows the schedule inside."""
        return length

    def momentum_at(self, t: Any) -> Any:
        return self.inner.momentum_at(t)

    def without_momentum(self) -> Self:
        return self.unchecked_replace(inner=self.inner.without_momentum())

    def layers(self) -> tuple[Schedule, ...]:
        return (self, *self.inner.layers())

    def scaled(self, factor: float) -> Self:
        """The same with every rate multiplied by `factor`, those of the schedule inside too."""
        return super().scaled(factor).unchecked_replace(inner=self.inner.scaled(factor))

    def to_dict(self) -> dict[str, Any]:
        """The kind, the schedule inside as `schedule`, and every parameter, as JSON types."""
        record = super().to_dict()
        return {"kind": self.kind, "schedule": record.pop("inner")} | record


@dataclass(frozen=True)
class MomentumOf(Wrapper):
    """The momentum of the schedule inside, in place of its rate: `Plan.momentum` has it as its schedule."""

    kind = "momentum-of"

    def at(self, t: Any) -> Any:
        return self.inner.momentum_at(t)

    def layers(self) -> tuple[Schedule, ...]:
        return self.inner.layers()

    def within(self, length: Any, settings_per_unit: Any = 1) -> Self:
        return self.unchecked_replace(inner=self.inner.within(length, settings_per_unit))
