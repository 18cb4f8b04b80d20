"""Frozen dataclasses whose fields are parameters, as records of JSON types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

from lrlab.errors import UserError
from lrlab.parameters.kinds import Kind, Part


@dataclass(frozen=True)
class Record:
    """A frozen dataclass whose fields declare the values that they allow.

    Raises UserError for a value of the wrong type or out of range.
    """

    def __post_init__(self) -> None:
        for name, parameter in (self.parameters() | self.parts()).items():
            object.__setattr__(self, name, parameter.check(name, getattr(self, name)))

    @classmethod
    def parameters(cls) -> dict[str, Kind]:
        """The parameters that are plain values, by name, in the order of declaration."""
        return {name: parameter for name, parameter in cls._declared() if not isinstance(parameter, Part)}

    @classmethod
    def parts(cls) -> dict[str, Part]:
        """The parameters that have parameters of their own, by name, in the order of declaration."""
        return {name: parameter for name, parameter in cls._declared() if isinstance(parameter, Part)}

    def written(self) -> dict[str, Any]:
        """The fields that a record has: all but those declared `later` that have their default."""
        known = [f for f in fields(self) if not f.metadata.get("later") or getattr(self, f.name) != f.default]
        return {f.name: getattr(self, f.name) for f in known}

    @classmethod
    def _declared(cls) -> list[tuple[str, Kind | Part]]:
        return [(f.name, f.metadata["parameter"]) for f in fields(cls) if "parameter" in f.metadata]


@dataclass(frozen=True)
class Parametrised(Record):
    """A Record with a `kind`, under which its catalogue lists it."""

    kind: ClassVar[str]
    # What another library calls a parameter: names that may be given instead of ours.
    aliases: ClassVar[Mapping[str, Kind]] = {}

    @classmethod
    def from_aliases(cls, given: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that the values in `given` stand for; `others` are given under our names."""
        raise TypeError(f"{cls.__name__} has no aliases.")

    def to_dict(self) -> dict[str, Any]:
        """The kind and the fields that are `written`, as JSON types."""
        return {"kind": self.kind} | {name: _json(value) for name, value in self.written().items()}


T = TypeVar("T", bound=Parametrised)


def _json(value: Any) -> Any:
    if isinstance(value, Parametrised):
        return value.to_dict()
    return list(value) if isinstance(value, tuple) else value


def of_kind(what: str, classes: Iterable[type[T]], kind: object, parameters: Mapping[str, Any]) -> T:
    """Create a value of the class in `classes` that has this kind; `parameters` maps names to values.

    Raises UserError for an unknown kind or parameter name; `what` is the word for such values in its message.
    """
    cls = class_of_kind(what, classes, kind)
    known = {**cls.parameters(), **cls.parts(), **cls.aliases}
    for name in parameters:
        if name not in known:
            takes = f"It takes: {', '.join(known)}." if known else "It takes no parameters."
            raise UserError(f"The {what} {kind} has no parameter {name!r:.60}. {takes}")
    others = {name: value for name, value in parameters.items() if name not in cls.aliases}
    given = {
        name: cls.aliases[name].check(name, parameters[name]) for name in parameters if name not in others
    }
    return cls(**others, **(cls.from_aliases(given, others) if given else {}))


def class_of_kind(what: str, classes: Iterable[type[T]], kind: object) -> type[T]:
    """The class in `classes` that has this kind; raises UserError for an unknown kind."""
    by_kind = {cls.kind: cls for cls in classes}
    if not isinstance(kind, str) or kind not in by_kind:
        raise UserError(f"{what} must be one of {', '.join(by_kind)}, but it is {kind!r:.60}.")
    return by_kind[kind]


def from_record(what: str, classes: Iterable[type[T]], record: Any) -> T:
    """The value that `to_dict` wrote, or the default value of a kind; raises UserError otherwise."""
    if isinstance(record, dict) and all(isinstance(name, str) for name in record):
        return of_kind(what, classes, record.get("kind"), {n: v for n, v in record.items() if n != "kind"})
    return of_kind(what, classes, record, {})
