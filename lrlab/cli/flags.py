"""Flags and help texts of the command line, made from declared parameters."""

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any, TypeVar

from lrlab.errors import UserError
from lrlab.parameters.kinds import Choice, Numbers, Parameter, Switch
from lrlab.parameters.record import Parametrised, Record
from lrlab.schedules import SCHEDULES, WRAPPERS, Schedule, class_of_kind, schedule_of_kind

T = TypeVar("T", bound=Parametrised)
OLD_FLAGS = {"batches_per_epoch": ["--steps-per-epoch"]}
LENGTHS = {wrapper: next(iter(wrapper.parameters())) for wrapper in WRAPPERS}  # "warmup" and "cooldown"


class KindHelp(argparse.Action):
    """`--help`; after a kind, it lists the kind's parameters too."""

    def __init__(self, option_strings, dest, **_):
        super().__init__(
            option_strings,
            argparse.SUPPRESS,
            nargs=0,
            help="show this help; KIND --help also lists the parameters of that kind",
        )

    def __call__(self, parser, namespace, values, option_string=None):
        print(parser.format_help(), end="")
        for what, of_kind in parser.get_default("kinds").items():
            text = getattr(namespace, what, None)
            if isinstance(text, str):
                print(f"\n{described(of_kind(text.partition(':')[0]))}", end="")
        parser.exit()


class _Value(argparse.Action):
    """Reads and checks the value of a parameter."""

    def __init__(self, parameter, **kwargs):
        super().__init__(**kwargs)
        self.parameter = parameter

    def __call__(self, parser, namespace, values, option_string=None):
        value = self.parameter.check(self.dest, self.parameter.read(self.dest, values))
        setattr(namespace, self.dest, value)


def add_flags(parser, cls: type[Record], without: Iterable[str] = ()) -> None:
    """Add one flag for each plain parameter of a class, with its range and default."""
    for name, parameter in cls.parameters().items():
        if name not in without:
            add_flag(parser, f"--{name.replace('_', '-')}", name, parameter, default_of(cls, name))


def add_flag(parser, flag: str, name: str, parameter, default: Any) -> None:
    """Add the flag of one parameter; `name` is its name in the parsed options and in errors."""
    allowed = "" if isinstance(parameter, Choice) else f"{_allowed(parameter)} "
    help = f"{parameter.help} {allowed}Default: {_text(default)}.".replace("%", "%%")
    if isinstance(parameter, Choice):
        parser.add_argument(flag, dest=name, choices=parameter.choices, default=default, help=help)
    elif isinstance(parameter, Switch):
        parser.add_argument(flag, dest=name, action="store_true", help=parameter.help)
    else:
        parser.add_argument(
            flag,
            *OLD_FLAGS.get(name, []),
            dest=name,
            action=_Value,
            parameter=parameter,
            default=default,
            metavar="N",
            help=help,
        )


def add_kind(parser, what: str, classes: Iterable[type[Parametrised]], default: str) -> None:
    """Add the flag of a value of one of these classes: its kind, and its parameters if they are given."""
    kinds = ", ".join(cls.kind for cls in classes)
    parser.add_argument(
        f"--{what}",
        default=default,
        metavar="KIND[:name=value,...]",
        help=f"kind of {what}, one of: {kinds}. Default: {default}.",
    )


def default_of(cls: type[Record], name: str) -> Any:
    """The default of a parameter; None if it has none."""
    default = next((f.default for f in fields(cls) if f.name == name), MISSING)
    return None if default is MISSING else default


def add_schedule(parser) -> None:
    """Add the kind of schedule, its parameters, and the flags of a warm-up and a cool-down."""
    kinds = ", ".join(cls.kind for cls in SCHEDULES)
    parser.add_argument("kind", metavar="KIND", help=f"kind of schedule, one of: {kinds}")
    parser.add_argument("parameters", metavar="name=value", nargs="*", help="parameters of the schedule")
    for wrapper, length in LENGTHS.items():
        for name, parameter in wrapper.parameters().items():
            if name == length and isinstance(parameter, Parameter):
                add_flag(parser, f"--{length}", length, replace(parameter, low=0), 0)
            elif not parameter.optional:
                flag = f"{length}_{name}"
                add_flag(parser, f"--{flag.replace('_', '-')}", flag, parameter, default_of(wrapper, name))
                parser.set_defaults(**{flag: None})  # so that it is known whether it was given


def kind_of(options) -> type[Schedule]:
    """The class of the schedule that the options name."""
    if "=" in options.kind:
        raise UserError(
            f"{options.kind!r:.60} stands before the kind of schedule. Write the kind first, then its "
            "parameters, as in: cosine initial_lr=0.2."
        )
    return class_of_kind(options.kind)


def schedule_of(options) -> Schedule:
    """The schedule that the options of `add_schedule` describe."""
    cls = kind_of(options)
    if cls in LENGTHS:
        raise UserError(
            f"A {cls.kind} goes around another schedule: name that schedule, and give --{LENGTHS[cls]}."
        )
    schedule = schedule_of_kind(options.kind, **values(known_to(cls), options.parameters))
    for wrapper, length in reversed(LENGTHS.items()):
        others = {
            name: value
            for name in wrapper.parameters()
            if (value := getattr(options, f"{length}_{name}", None)) is not None
        }
        if getattr(options, length):
            values_given = {length: getattr(options, length)} | others
            schedule = wrapper(inner=schedule, **values_given)
        elif others:
            flag = f"--{length}-{next(iter(others)).replace('_', '-')}"
            raise UserError(f"{flag} needs --{length}: give the length of the {wrapper.title.lower()} too.")
    return schedule


def known_to(cls: type[Parametrised]) -> dict[str, Any]:
    """The parameters of a kind by name, also by the names that other libraries have for them."""
    return {**cls.parameters(), **cls.aliases}


def values(known: Mapping[str, Any], written: Iterable[str]) -> dict[str, Any]:
    """The values of parameters in the form name=value; a text without a sign = continues several numbers."""
    texts: dict[str, str] = {}
    for given in written:
        name, equals, text = given.partition("=")
        if equals:
            texts[name] = text
        elif texts and isinstance(known.get(last := next(reversed(texts))), Numbers):
            parts = texts[last].removesuffix(","), given.removeprefix(",")
            texts[last] = ", ".join(filter(None, parts))
        else:
            raise UserError(f"Write a parameter as name=value, not as {given!r}.")
    return {name: known[name].read(name, text) if name in known else text for name, text in texts.items()}


def separate(text: str) -> list[str]:
    """The parameters in a text like `beta_1=0.8,epsilon=1e-5`; a value may have commas of its own."""
    return re.split(",(?=[^,=]+=)", text) if text else []


def value_of(text: str, of_kind: Callable[..., T]) -> T:
    """The value in a text like `adam`, or with parameters like `adam:beta_1=0.8,epsilon=1e-5`."""
    kind, _, written = text.partition(":")
    known = of_kind(kind).parameters()
    return of_kind(kind, **values(known, separate(written)))


def described(cls: type[Parametrised]) -> str:
    """The parameters of a kind, a line each: its name, default, unit, range and meaning."""
    if not cls.parameters():
        return f"{cls.kind} takes no parameters.\n"
    lines = [f"parameters of {cls.kind}, each as name=value:"]
    for name, parameter in (*cls.parameters().items(), *cls.aliases.items()):
        default = default_of(cls, name)
        given = "" if default is None else f"={_text(default)}"
        lines.append(f"  {name}{given}\n      {parameter.help} {_allowed(parameter)}")
    return "\n".join(lines) + "\n"


def _allowed(parameter):
    """A sentence with the values that a parameter can have."""
    if isinstance(parameter, Choice):
        return f"One of: {', '.join(parameter.choices)}."
    if isinstance(parameter, Switch):
        return "true or false."
    if isinstance(parameter, Numbers):
        return (
            f"{parameter.least} to {parameter.most} numbers, separated by commas. {_allowed(parameter.each)}"
        )
    if isinstance(parameter, Parameter):
        unit = f" {_unit(parameter.unit)}" if parameter.unit else ""
        whole = "A whole number from" if parameter.integer else "From"
        return f"{whole} {_text(parameter.low)} to {_text(parameter.high)}{unit}."
    return f"A formula over {', '.join(parameter.names)}."


def _unit(unit):
    """A unit of a parameter; where it contains the unit of time, the clock decides which of the two."""
    return " or ".join(dict.fromkeys(unit.format(unit=time) for time in ("epoch", "step")))


def _text(value):
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return f"{value:.10g}"
