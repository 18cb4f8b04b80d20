"""Write a scene as the query of a link, and read it again.

A link contains only what differs from the article's scene: `?e=30&c=cosine~0.2~_w5&c=step`. Each `c` is
one curve. It begins with one of the article's curves or a kind; then come the differences from it:

1. the parameters in their order, left out or empty where they are the same;
2. `_c` the clock, `_k` a chosen colour, `_h` if the curve is hidden;
3. `_w` the warm-up, `_d` the cool-down, and `_n` the name.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from lrlab.article import CURVES, Curve, name_of
from lrlab.errors import UserError
from lrlab.links.query import Query, Reading, differences, switch, text_of, whole
from lrlab.parameters.kinds import Numbers, Switch
from lrlab.runs.plan import CLOCK
from lrlab.scene import COLOR, MAX_CURVES, SHARED_RATE, Scene, free_name, peel, tidied_name
from lrlab.schedules import WRAPPERS, Cooldown, Warmup, class_of_kind

ARTICLE_CURVES = {curve.id: curve for curve in CURVES}
SHORT = {
    "e": "epochs",
    "s": "batches_per_epoch",
    "u": "batches_per_update",
    "b": "batch_size",
    "x": "axis",
    "l": "log",
    "r": "shared_lr",
    "t": "at_epochs",
}
WHOLE = ("epochs", "batches_per_epoch", "batches_per_update", "batch_size")
IN_WORDS = {
    "axis": "the time axis",
    "log": "the logarithmic rate axis",
    "shared_lr": "the initial rate of all curves",
    "at_epochs": "the epochs in numbers",
}


def to_query(scene: Scene) -> Query:
    """The query of the link to `scene`; empty for the article's scene.

    >>> str(to_query(Scene(epochs=30)))
    '?e=30'
    """
    start = Scene()
    pairs = differences(scene, start, SHORT)
    if scene.curves != start.curves:
        texts = [_curve_text(curve) for curve in scene.curves] or [""]
        pairs += tuple(("c", text) for text in texts)
    return Query(pairs)


def from_query(query: Query) -> tuple[Scene, tuple[str, ...]]:
    """The scene that `to_query` wrote, and in plain text what is wrong with the query.

    What is wrong is replaced by the article's value, or by the default of the curve's kind; a curve of an
    unknown kind is left out. Unknown names in the query are ignored.

    >>> scene, problems = from_query(Query((("c", "cosine~0.2"), ("e", "0"))))
    >>> scene.curves[0].schedule
    CosineDecay(initial_lr=0.2, final_lr=0.0, duration=None, k_decay=1.0)
    >>> problems
    ('epochs must be a whole number from 1 to 1,000, but it is 0. Instead, 100 is used.',)
    """
    found = Reading()
    values: dict[str, Any] = {
        name: found.value(getattr(Scene, name), _setting, name, query, short)
        for short, name in SHORT.items()
        if query.texts(short)
    }
    if texts := query.texts("c"):
        if len(texts) > MAX_CURVES:
            found.add(
                f"A link can have at most {MAX_CURVES} curves, but this one has {len(texts)}.",
                "The others are left out.",
            )
        given = () if texts == ("",) else texts[:MAX_CURVES]
        curves = [curve for at, text in enumerate(given) if (curve := _curve(at, text, found))]
        if curves or not given:
            values["curves"] = with_ids(_with_names(curves))
        else:
            found.where = ""
            found.add("No curve in this link can be read.", "The article's curves are shown.")
    return Scene(**values), tuple(found.problems)


def with_ids(curves) -> tuple[Curve, ...]:
    """The curves with unique ids: each keeps its id, with a number added if another curve has it."""
    taken: set[str] = set()
    named = []
    for curve in curves:
        id = free_id(curve.id or peel(curve.schedule)[2].kind, taken)
        taken.add(id)
        named.append(replace(curve, id=id))
    return tuple(named)


def free_id(wanted: str, taken) -> str:
    """`wanted`, with a number added if it is taken."""
    return next(i for i in (wanted, *(f"{wanted}-{n}" for n in range(2, 99))) if i not in taken)


def _with_names(curves):
    taken = set()
    for curve in curves:
        name = free_name(curve.name, taken)
        taken.add(name)
        yield replace(curve, name=name)


def _own_name(schedule):
    core = peel(schedule)[2]
    return name_of(type(core), getattr(core, "power", None))


def _setting(name, query, short):
    """The checked value of a field of Scene."""
    said, text = IN_WORDS.get(name, name.replace("_", " ")), query.one(short)
    return Scene.parameters()[name].check(said, _value(name, said, text))


def _value(name, said, text):
    if name in WHOLE:
        return _whole(said, text)
    if name == "at_epochs":
        return tuple(_whole(f"each of {said}", part) for part in text.split("_") if part)
    if name == "log":
        return switch(said, text)
    return SHARED_RATE.read(said, text) if name == "shared_lr" else text


def _curve_text(curve):
    schedule = peel(curve.schedule)[2]
    same = [id for id, known in ARTICLE_CURVES.items() if type(known.schedule) is type(schedule)]
    heads = same if schedule.kind in ARTICLE_CURVES else [schedule.kind, *same]
    return min((_text_from(head, curve) for head in heads), key=len)


def _text_from(head, curve):
    start = _start(head)
    warmup, cooldown, schedule = peel(curve.schedule)
    parts = [head, *_parameter_texts(schedule, start.schedule)]
    for mark, around in (("_w", warmup), ("_d", cooldown)):
        if around:
            parts.append(mark + "_".join(_parameter_texts(around, type(around)(schedule))))
    parts += [f"_c{curve.clock}"] if curve.clock != start.clock else []
    parts += [f"_k{curve.color}"] if curve.color is not None else []
    parts += [] if curve.shown else ["_h"]
    parts += [f"_n{curve.name}"] if curve.name != (start.name or _own_name(schedule)) else []
    return "~".join(parts)


def _start(head):
    """The curve for the first word of a `c` in a link; without a name if it is called as its schedule."""
    if head in ARTICLE_CURVES:
        curve = ARTICLE_CURVES[head]
        return replace(curve, name="") if curve.name == _own_name(curve.schedule) else curve
    cls = class_of_kind(head)
    if cls in WRAPPERS:
        raise UserError(f"A {cls.kind} wraps another schedule. The link must name that schedule.")
    return Curve(head, "", cls())


def _curve(at, text, found):
    """The curve that a text describes, or None if its kind is unknown."""
    found.where = f"Curve {at + 1}: "
    text, named, name = text.partition("~_n")
    head, *parts = text.split("~")
    start = found.value(None, _start, head, instead="It is left out.")
    if not start:
        return None
    values = [part for part in parts if not part.startswith("_")]
    schedule = _with_parameters(start.schedule, values, found)
    clock, color, shown = start.clock, start.color, True
    around = {}
    for mark in parts[len(values) :]:
        sign, rest = mark[:2], mark[2:]
        if sign == "_c":
            clock = found.value(start.clock, CLOCK.check, "clock", rest)
        elif sign == "_k":
            color = found.value(start.color, _color, rest)
        elif mark == "_h":
            shown = False
        elif sign in ("_w", "_d") and sign not in around:
            around[sign] = rest.split("_")
        else:
            found.add(f"The link has {mark!r:.60}, but there is no such mark.", "It is left out.")
    for sign, wrapper in (("_d", Cooldown), ("_w", Warmup)):
        if sign in around:
            schedule = _with_parameters(wrapper(schedule), around[sign], found)
    own = start.name or _own_name(schedule)
    name = found.value(own, tidied_name, name) if named else own
    return Curve(start.id, name, schedule, clock, color, shown)


def _color(text):
    return COLOR.check("color", _whole("color", text))


def _parameter_texts(schedule, start):
    """The parameters that differ from those of `start`, as texts in their order."""
    texts = []
    for name in schedule.parameters():
        value = getattr(schedule, name)
        texts.append("" if value == getattr(start, name) else text_of(value))
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _with_parameters(start, texts, found):
    """`start` with the values that the texts give for its parameters, in their order."""
    known = start.parameters()
    if len(texts) > len(known):
        found.add(
            f"{start.kind} has {len(known)} parameters, but the link gives {len(texts)}.",
            "The others are left out.",
        )
    values = {
        name: found.value(getattr(start, name), _parameter, name.replace("_", " "), parameter, text)
        for (name, parameter), text in zip(known.items(), texts, strict=False)
        if text
    }
    return found.value(
        start, partial(replace, start, **values), instead="Instead, its usual values are used."
    )


def _parameter(name, parameter, text):
    if isinstance(parameter, Switch):
        return switch(name, text)
    listed = text.replace("_", ", ") if isinstance(parameter, Numbers) else text
    return parameter.check(name, parameter.read(name, listed))


def _whole(name, text):
    number = whole(text)
    if number is None:
        raise UserError(f"{name} must be a whole number, but the link says {text!r:.60}.")
    return number
