"""What every schedule can do: be checked, named, written down and laid over a length of time."""

from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

from lrlab.schedules.parameter import Parameter


@dataclass(frozen=True)
class Schedule:
    """A learning rate as a function of time: a frozen value that is called with `t`.

    `schedule(t)` takes time from 0 (float64, any shape) and returns rates of the same shape. What a
    unit of time is, an epoch or a step, is decided by the `Plan` that the schedule is laid over.
    Raises UserError for a parameter that is no number or out of its range.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    latex: ClassVar[str]

    def __post_init__(self):
        for name, parameter in self.parameters().items():
            object.__setattr__(self, name, parameter.check(name, getattr(self, name)))

    def __call__(self, t):
        raise TypeError(f"{type(self).__name__} has no formula.")

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """The parameters by name, in the order of declaration."""
        return {f.name: f.metadata["parameter"] for f in fields(cls)}

    def lasting(self, duration):
        """The same schedule with a `duration` that was left out set to `duration` units of time."""
        if getattr(self, "duration", duration) is None:
            return replace(self, duration=duration)
        return self

    def to_dict(self) -> dict:
        """The kind and every parameter, as JSON types."""
        return {"kind": self.kind, **asdict(self)}
