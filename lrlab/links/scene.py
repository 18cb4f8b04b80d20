"""Write a scene as the query of a link, and read it again.

A link contains only what differs from the article's scene: `?e=30&c=cosine~0.2~_w5&c=step`. Each `c` is
one curve. It begins with one of the article's curves or a kind; then come the differences from it:

1. the parameters in their order, left out or empty where they are the same;
2. `_c` the clock, `_k` the colour, `_h` if the curve is hidden;
3. `_w` the warm-up, `_d` the cool-down, and `_n` the name.
"""

from dataclasses import replace

from lrlab.article import CURVES, Curve
from lrlab.errors import UserError
from lrlab.links.query import Query, differences, switch, text_of, whole
from lrlab.parameters.kinds import Numbers, Switch
from lrlab.scene import COLORS, MAX_CURVES, SHARED_RATE, Scene, peel
from lrlab.schedules import WRAPPERS, Cooldown, Warmup, class_of_kind

ARTICLE_CURVES = {curve.id: curve for curve in CURVES}
SHORT = {
    "e": "epochs",
    "s": "steps_per_epoch",
    "b": "batch_size",
    "x": "axis",
    "l": "log",
    "r": "shared_lr",
    "t": "at_epochs",
}
WHOLE = ("epochs", "steps_per_epoch", "batch_size")


def to_query(scene: Scene) -> Query:
    """The query of the link to `scene`; empty for the article's scene.

    >>> str(to_query(Scene(epochs=30)))
    '?e=30'
    """
    start = Scene()
    pairs = differences(scene, start, SHORT)
    if scene.curves != start.curves:
        texts = [_curve_text(at, curve) for at, curve in enumerate(scene.curves)] or [""]
        pairs += tuple(("c", text) for text in texts)
    return Query(pairs)


def from_query(query: Query) -> Scene:
    """The scene that `to_query` wrote. Unknown names in the query are ignored.

    Raises UserError, which says what is wrong, for everything else.

    >>> from_query(Query((("c", "cosine~0.2"),))).curves[0].schedule
    CosineDecay(initial_lr=0.2, final_lr=0.0, duration=None, k_decay=1.0)
    """
    given = {name: query.one(short) for short, name in SHORT.items()}
    values = {name: _value(name, text) for name, text in given.items() if text is not None}
    if curves := query.texts("c"):
        texts = () if curves == ("",) else curves
        if len(texts) > MAX_CURVES:
            raise UserError(f"A link can have at most {MAX_CURVES} curves, but this one has {len(texts)}.")
        values["curves"] = with_ids([_curve(at, text) for at, text in enumerate(texts)])
    return Scene(**values)


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


def _value(name, text):
    if name in WHOLE:
        return _whole(name, text)
    if name == "at_epochs":
        return tuple(_whole("each of at_epochs", part) for part in text.split("_") if part)
    if name == "log":
        return switch(name, text)
    return SHARED_RATE.read(name, text) if name == "shared_lr" else text


def _curve_text(at, curve):
    schedule = peel(curve.schedule)[2]
    same = [id for id, known in ARTICLE_CURVES.items() if type(known.schedule) is type(schedule)]
    heads = same if schedule.kind in ARTICLE_CURVES else [schedule.kind, *same]
    return min((_text_from(head, at, curve) for head in heads), key=len)


def _text_from(head, at, curve):
    start = _start(at, head)
    warmup, cooldown, schedule = peel(curve.schedule)
    parts = [head, *_parameter_texts(schedule, start.schedule)]
    for mark, around in (("_w", warmup), ("_d", cooldown)):
        if around:
            parts.append(mark + "_".join(_parameter_texts(around, type(around)(schedule))))
    parts += [f"_c{curve.clock}"] if curve.clock != start.clock else []
    parts += [f"_k{curve.color}"] if curve.color != start.color else []
    parts += [] if curve.shown else ["_h"]
    parts += [f"_n{curve.name}"] if curve.name != start.name else []
    return "~".join(parts)


def _start(at, head):
    """The curve for the first word of a `c` in a link, with the colour of its position."""
    if head in ARTICLE_CURVES:
        return replace(ARTICLE_CURVES[head], color=at % COLORS)
    cls = class_of_kind(head)
    if cls in WRAPPERS:
        raise UserError(f"A {cls.kind} wraps another schedule. The link must name that schedule.")
    return Curve(head, cls.title, cls(), color=at % COLORS)


def _curve(at, text):
    text, _, name = text.partition("~_n")
    parts = text.split("~")
    start = _start(at, parts[0])
    values = [part for part in parts[1:] if not part.startswith("_")]
    marks = parts[1 + len(values) :]
    schedule = replace(start.schedule, **_parameters(type(start.schedule), values))
    clock, color, shown = start.clock, start.color, True
    around = {}
    for mark in marks:
        sign, rest = mark[:2], mark[2:]
        if sign == "_c":
            clock = rest
        elif sign == "_k":
            color = _whole("color", rest)
        elif mark == "_h":
            shown = False
        elif sign in ("_w", "_d") and sign not in around:
            around[sign] = rest.split("_")
        else:
            raise UserError(f"The link has {mark!r:.60} in a curve, but there is no such mark.")
    for sign, wrapper in (("_d", Cooldown), ("_w", Warmup)):
        if sign in around:
            schedule = wrapper(schedule, **_parameters(wrapper, around[sign]))
    return Curve(start.id, name or start.name, schedule, clock, color, shown)


def _parameter_texts(schedule, start):
    """The parameters that differ from those of `start`, as texts in their order."""
    texts = []
    for name in schedule.parameters():
        value = getattr(schedule, name)
        texts.append("" if value == getattr(start, name) else text_of(value))
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _parameters(cls, texts):
    known = cls.parameters()
    if len(texts) > len(known):
        raise UserError(f"{cls.kind} has {len(known)} parameters, but the link gives {len(texts)}.")
    values = {}
    for (name, parameter), text in zip(known.items(), texts, strict=False):
        if not text:
            continue
        if isinstance(parameter, Switch):
            values[name] = switch(name, text)
        else:
            values[name] = parameter.read(
                name, text.replace("_", ", ") if isinstance(parameter, Numbers) else text
            )
    return values


def _whole(name, text):
    number = whole(text)
    if number is None:
        raise UserError(f"{name} must be a whole number, but the link says {text!r:.60}.")
    return number
