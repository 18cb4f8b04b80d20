"""What a visitor has set on Explore, which Train uses too: the only place that knows these keys."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import streamlit as st

from lrlab import palette
from lrlab.article import Curve, name_of
from lrlab.errors import UserError
from lrlab.links.scene import free_id, from_query, to_query, with_ids
from lrlab.palette import apart, color_of_kind
from lrlab.runs.plan import MAX_EPOCHS, Plan
from lrlab.runs.spec import RunSpec
from lrlab.scene import MAX_CURVES, MAX_LISTED, MAX_NAME, Scene, free_name, peel
from lrlab.schedules import Cooldown, Schedule, Warmup, class_of_kind
from lrlab.text import is_printable, tidied
from lrlab.ui.shell import address

CURVES, SHOWN, EPOCHS, BATCHES_PER_EPOCH = "curves", "shown", "epochs", "steps"
AXIS, LOG_RATES, ONE_RATE, SHARED_RATE = "axis", "log", "one_rate", "initial_lr"
AT_EPOCHS, PANEL, LINK_PROBLEMS, ADD = "at_epochs", "panel", "link_problems", "add"
BATCH_SIZE, BATCHES_PER_UPDATE = "batch", "batches_per_update"
IN_HAND, REMOVED, WELCOMED, EXPORTED = "in_hand", "removed", "welcomed", "exported"
WARMUP, COOLDOWN = "warm-up", "cool-down"
AROUND: dict[str, type[Warmup] | type[Cooldown]] = {WARMUP: Warmup, COOLDOWN: Cooldown}
LENGTHS = {WARMUP: "warmup", COOLDOWN: "cooldown"}
FIRST_IN_HAND = "exponential"


def parameter_key(curve: str, name: str) -> str:
    """The key under which a parameter of the curve with that id is kept."""
    return f"{curve}.{name}"


def slider_of(curve: str, name: str) -> str:
    """The key of a curve parameter's value: its own key, or the key of the shared initial rate."""
    shared = name == "initial_lr" and st.session_state[ONE_RATE]
    return SHARED_RATE if shared else parameter_key(curve, name)


def around_key(curve: str, kind: str, name: str) -> str:
    """The key of a parameter of a curve's warm-up or cool-down; a length of 0 means none."""
    return f"{curve}.{kind}.{name}"


def _key(name):
    def key(curve: str) -> str:
        return f"{curve}.{name}"

    key.__doc__ = f"The key under which a curve's {name} is kept."
    return key


kind_key, name_key, clock_key, color_key = _key("kind"), _key("name"), _key("clock"), _key("color")


def fill() -> None:
    """Set every value that is not set yet: from the link, or else to the article's value."""
    state = st.session_state
    if CURVES not in state:
        try:
            opened, problems = from_query(address.query())
        except UserError as error:
            opened, problems = Scene(), (f"The article's values are shown. {error}",)
        show(opened)
        state[LINK_PROBLEMS] = problems


def show(scene: Scene) -> None:
    """Replace everything that Explore shows with a scene."""
    state = st.session_state
    for curve in state.get(CURVES, []):
        _forget(curve)
    curves = with_ids(scene.curves)
    state.update(
        {
            CURVES: [curve.id for curve in curves],
            SHOWN: [curve.id for curve in curves if curve.shown],
            EPOCHS: scene.epochs,
            BATCHES_PER_EPOCH: scene.batches_per_epoch,
            BATCHES_PER_UPDATE: scene.batches_per_update,
            BATCH_SIZE: scene.batch_size,
            AXIS: scene.axis,
            LOG_RATES: scene.log,
            ONE_RATE: scene.shared_lr is not None,
            SHARED_RATE: scene.shared_lr or 0.5,
            AT_EPOCHS: ", ".join(map(str, scene.at_epochs)),
        }
    )
    state.pop(LINK_PROBLEMS, None)
    for curve in curves:
        _keep(curve)
    take_in_hand(FIRST_IN_HAND if FIRST_IN_HAND in state[CURVES] else next(iter(state[CURVES]), None))


def reset() -> None:
    """Set everything on Explore back to the article's values."""
    show(Scene())


def scene(read: Mapping[str, Curve] = MappingProxyType({})) -> Scene:
    """Everything that Explore shows; raises UserError if a curve's values do not fit together.

    Curves that were just `read`, without a shared rate, are not read again.
    """
    state = st.session_state
    given = {} if {*state[CURVES]} <= {*read} else names()
    return Scene(
        curves=tuple(read.get(curve) or _as_set(curve, given[curve], False) for curve in state[CURVES]),
        epochs=state[EPOCHS],
        batches_per_epoch=state[BATCHES_PER_EPOCH],
        batches_per_update=state[BATCHES_PER_UPDATE],
        batch_size=state[BATCH_SIZE],
        axis=state[AXIS],
        log=state[LOG_RATES],
        shared_lr=state[SHARED_RATE] if state[ONE_RATE] else None,
        at_epochs=at_epochs() or (),
    )


def link(read: Mapping[str, Curve] = MappingProxyType({})) -> str | None:
    """The query of a link to everything that Explore shows; None while some values do not fit together.

    `read` is as in `scene`.
    """
    try:
        return str(to_query(scene(read)))
    except UserError:
        return None


def at_epochs() -> tuple[int, ...] | None:
    """The epochs whose rates are listed; None if their text cannot be read."""
    parts = [part.strip() for part in st.session_state[AT_EPOCHS].split(",") if part.strip()]
    if not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        return None
    epochs = tuple(sorted({int(part) for part in parts}))
    return epochs if len(epochs) <= MAX_LISTED and max(epochs, default=0) <= MAX_EPOCHS else None


def hold(curve: Curve) -> None:
    """Keep a curve of another page under its id; Explore does not list it."""
    _keep(curve)


def is_held(curve: str) -> bool:
    """Whether a curve with that id is kept."""
    return kind_key(curve) in st.session_state


def _keep(curve):
    state = st.session_state
    warmup, cooldown, schedule = peel(curve.schedule)
    state[kind_key(curve.id)] = schedule.kind
    state[name_key(curve.id)] = None if curve.name == _name_of(schedule) else curve.name
    state[clock_key(curve.id)] = curve.clock
    state[color_key(curve.id)] = curve.color
    for name in schedule.parameters():
        state[parameter_key(curve.id, name)] = getattr(schedule, name)
    for kind, around in ((WARMUP, warmup), (COOLDOWN, cooldown)):
        given = around or AROUND[kind](schedule)
        for name in given.parameters():
            state[around_key(curve.id, kind, name)] = getattr(given, name)
        if not around:
            state[around_key(curve.id, kind, LENGTHS[kind])] = 0


def _name_of(schedule):
    return name_of(type(schedule), getattr(schedule, "power", None))


def _forget(curve):
    for key in list(st.session_state):
        if str(key).startswith(f"{curve}."):
            del st.session_state[key]


def take_in_hand(curve: str | None) -> None:
    """Open the card of a curve, and close the one that is open."""
    st.session_state[IN_HAND] = curve
    st.session_state.pop(REMOVED, None)


def in_hand() -> str | None:
    """The curve whose card is open, if any."""
    return st.session_state[IN_HAND]


def set_shown(curve: str, shown: bool) -> None:
    """Draw a curve, or leave it out."""
    others = [other for other in st.session_state[SHOWN] if other != curve]
    st.session_state[SHOWN] = [*others, curve] if shown else others


def names() -> dict[str, str]:
    """The curves, in order, with their names: one that was given none has its schedule's."""
    given = {curve: st.session_state[name_key(curve)] for curve in st.session_state.get(CURVES, ())}
    for curve, name in given.items():
        given[curve] = name or free_name(_own_name(curve), {*filter(None, given.values())})
    return given


def _own_name(curve):
    cls = curve_class(curve)
    return name_of(cls, st.session_state.get(parameter_key(curve, "power")))


def colors() -> dict[str, int]:
    """The numbers of the colours of the curves: the chosen one, or else the schedule's own."""
    curves = st.session_state.get(CURVES, ())
    wanted = [
        _own_color(curve) if (n := st.session_state[color_key(curve)]) is None else n for curve in curves
    ]
    return dict(zip(curves, apart(wanted), strict=True))


def _own_color(curve):
    return color_of_kind(st.session_state[kind_key(curve)], st.session_state[clock_key(curve)])


def colors_of(specs: Sequence[RunSpec | None]) -> list[int]:
    """The numbers of the colours of runs on one chart; None is a run whose schedule is not known.

    A run of a curve that is on Explore now has the colour of the curve, any other its schedule's own.
    """
    known: dict[tuple[Schedule, str], int] = {}
    for curve, color in colors().items():
        with suppress(UserError):
            set_to = _as_set(curve, "", shared=True)
            known.setdefault((set_to.schedule, set_to.clock), color)
    runs = [(spec.schedule, spec.clock, spec.optimizer) if spec else None for spec in specs]
    return palette.colors_of(runs, known)


def curve_class(curve: str) -> type[Schedule]:
    """The class of a curve's schedule."""
    return class_of_kind(st.session_state[kind_key(curve)])


def curve_name(curve: str) -> str:
    """A curve's name."""
    return names().get(curve) or st.session_state[name_key(curve)] or _own_name(curve)


def curve_color(curve: str) -> int:
    """The number of a curve's colour."""
    return colors().get(curve, st.session_state[color_key(curve)])


def recolor(curve: str, color: int) -> None:
    """Give a curve a colour."""
    st.session_state[color_key(curve)] = None if color == _own_color(curve) else color


def curve_as_set(curve: str, shared: bool = True) -> Curve:
    """A curve with the visitor's values; with `shared`, it takes the shared initial rate if there is one.

    Raises UserError if the values do not fit together.
    """
    return _as_set(curve, curve_name(curve), shared)


def _as_set(curve, name, shared):
    state = st.session_state
    cls = curve_class(curve)
    values = {name: state[parameter_key(curve, name)] for name in cls.parameters()}
    if shared and state[ONE_RATE] and "initial_lr" in values:
        values["initial_lr"] = state[SHARED_RATE]
    schedule = cls(**values)
    for kind, around in reversed(AROUND.items()):
        if state[around_key(curve, kind, LENGTHS[kind])]:
            given = {name: state[around_key(curve, kind, name)] for name in around.parameters()}
            schedule = around(schedule, **given)
    shown = curve in state[SHOWN]
    return Curve(curve, name, schedule, state[clock_key(curve)], state[color_key(curve)], shown)


def add(kind: str) -> None:
    """Add a curve of that kind below the others, with default values."""
    cls = class_of_kind(kind)
    schedule = cls()
    keep(Curve("", _name_of(schedule), schedule))


def duplicate(curve: str) -> None:
    """Put a copy of a curve below it, with the same values and a name of its own."""
    try:
        _append(curve_as_set(curve, shared=False), st.session_state[CURVES].index(curve) + 1)
    except UserError:
        return  # the page already says what does not fit together


def keep(curve: Curve) -> str | None:
    """Add a curve from elsewhere below the others, with a name of its own.

    Returns its id, or None if there is no room for it.
    """
    return _append(curve)


def is_full() -> bool:
    """Whether the page has as many curves as it can have."""
    return len(st.session_state[CURVES]) >= MAX_CURVES


def _append(curve, at=None):
    state = st.session_state
    if is_full():  # the buttons are disabled, but a click may already be on its way
        return None
    schedule = peel(curve.schedule)[2]
    id = free_id(curve.id or schedule.kind, {*state[CURVES]})
    name = curve.name if curve.name == _name_of(schedule) else _free_name(curve.name)
    _keep(Curve(id, name, curve.schedule, curve.clock))
    order = [*state[CURVES]]
    order.insert(len(order) if at is None else at, id)
    state[CURVES], state[SHOWN] = order, [*state[SHOWN], id]
    take_in_hand(id)
    return id


def _free_name(name, besides=None):
    return free_name(name, {given for curve, given in names().items() if curve != besides})


@dataclass(frozen=True)
class Removed:
    """A removed curve: its name, its place, whether it was shown, and its values by their keys."""

    curve: str
    name: str
    at: int
    shown: bool
    values: dict[str, object]


def remove(curve: str) -> None:
    """Remove a curve, and remember it for `restore` until another one is taken in hand."""
    state = st.session_state
    at, name = state[CURVES].index(curve), curve_name(curve)
    gone = Removed(curve, name, at, curve in state[SHOWN], {key: state[key] for key in _keys(curve)})
    set_shown(curve, False)
    state[CURVES] = [other for other in state[CURVES] if other != curve]
    _forget(curve)
    if in_hand() == curve:
        take_in_hand(None)
    state[REMOVED] = gone


def removed() -> Removed | None:
    """The curve that was just removed, if any."""
    return st.session_state.get(REMOVED)


def restore() -> None:
    """Put the curve that was removed back into its place, and take it in hand."""
    state, gone = st.session_state, removed()
    if gone is None or is_full():
        return
    state.update(gone.values)
    order = [*state[CURVES]]
    order.insert(gone.at, gone.curve)
    state[CURVES] = order
    set_shown(gone.curve, gone.shown)
    take_in_hand(gone.curve)


def _keys(curve):
    """The keys of all values of a curve."""
    own = [key_of(curve) for key_of in (kind_key, name_key, clock_key, color_key)]
    own += [parameter_key(curve, name) for name in curve_class(curve).parameters()]
    around = [around_key(curve, kind, name) for kind, cls in AROUND.items() for name in cls.parameters()]
    return own + around


def move(curve: str, by: int) -> None:
    """Move a curve down by `by` places, or up if `by` is negative."""
    order = [*st.session_state[CURVES]]
    at = order.index(curve)
    order.insert(max(at + by, 0), order.pop(at))
    st.session_state[CURVES] = order


def rename(curve: str, name: str) -> None:
    """Give a curve a unique name; an empty name changes nothing."""
    name = "".join(filter(is_printable, tidied(name))).strip()[:MAX_NAME].strip()
    if name:
        st.session_state[name_key(curve)] = None if name == _own_name(curve) else _free_name(name, curve)


def curves_shown() -> list[str]:
    """The curves to draw, in order."""
    return [curve for curve in st.session_state[CURVES] if curve in st.session_state[SHOWN]]


_plan = lru_cache(maxsize=256)(Plan)  # most curves are as they were before a slider was moved


class Shown(NamedTuple):
    """The plans to draw, the problems of the curves that cannot be drawn, and the curves of the plans."""

    plans: dict[str, Plan]
    problems: dict[str, str]
    curves: dict[str, Curve]


def plans_shown(names: Mapping[str, str]) -> Shown:
    """What is to draw, by curve; the curves have these `names`."""
    plans, problems, curves = {}, {}, {}
    epochs, batches, together = (
        st.session_state[key] for key in (EPOCHS, BATCHES_PER_EPOCH, BATCHES_PER_UPDATE)
    )
    for curve in curves_shown():
        try:
            set_to = curves[curve] = _as_set(curve, names[curve], shared=True)
            plans[curve] = _plan(set_to.schedule, epochs, batches, set_to.clock, together)
        except UserError as error:
            problems[curve] = str(error)
    return Shown(plans, problems, curves)
