"""What is sent to a chart: JSON that is always valid, and for a growing chart only what is new."""

import math
import secrets
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np

from lrlab.figures.style import Drawing

DIGITS = 5
POWERS = np.array([float(f"1e{power}") for power in range(23)])  # each is exact
USUAL = 1e-15, 1e15


@dataclass(frozen=True)
class Sent:
    """A figure as the browser has it after message `number` of the series `token`."""

    token: str
    number: int
    figure: dict
    message: dict


@lru_cache(maxsize=8)  # all watchers of a race get the same
def ready(figure: Drawing) -> dict:
    """A figure in JSON types: floats to five digits, None for NaN and infinity."""
    lines = [(trace, axis) for trace in figure.traces for axis in ("x", "y") if axis in trace]
    values = iter(_all_numbers([np.asarray(trace[axis]) for trace, axis in lines]))
    data = [_ready(trace, values) for trace in figure.traces]
    return {"data": data, "layout": finite(figure.plain_layout)}


def _ready(trace, values):
    line = {axis: next(values) for axis in ("x", "y") if axis in trace}
    if "name" in trace:  # Plotly would read text that looks like HTML as HTML
        line["name"] = escape(trace["name"], quote=False)
    return finite({name: value for name, value in trace.items() if name not in line}) | line


def _all_numbers(arrays):
    """The `numbers` of each array; those with floats at one go, which takes a fifth of the time."""
    together = [array for array in arrays if array.dtype.kind == "f"]
    found = numbers(np.concatenate([np.empty(0), *together]))
    ends = np.cumsum([len(array) for array in together]).tolist()
    parts = iter([found[start:end] for start, end in zip([0, *ends], ends, strict=False)])
    return [next(parts) if array.dtype.kind == "f" else numbers(array) for array in arrays]


def message(figure: dict, sent: Sent | None) -> tuple[dict, Sent]:
    """The message that updates a growing chart to a figure of `ready`, and what the browser has then.

    `grows` numbers the messages. The first message contains the whole `figure`. The whole figure is sent
    again, under another token, if traces were added, removed or reordered. All other messages have one
    entry per trace: `from` and the x and y from that place on, and `rest` if anything else of the trace is
    new. The entry of an unchanged trace is None. `layout` is there if the layout is new. If nothing is new,
    the last message is sent again without the whole figure, and the browser ignores it.
    """
    if sent is None or [_identity(trace) for trace in figure["data"]] != [
        _identity(trace) for trace in sent.figure["data"]
    ]:
        token = secrets.token_hex(4)
        first = {"grows": {"token": token, "number": 0}}
        return {"figure": figure, **first}, Sent(token, 0, figure, first)
    pairs = zip(figure["data"], sent.figure["data"], strict=True)
    new = {"traces": [_news(trace, before) for trace, before in pairs]}
    if figure["layout"] != sent.figure["layout"]:
        new["layout"] = figure["layout"]
    elif not any(new["traces"]):
        return sent.message, sent
    number = sent.number + 1
    part = {"grows": {"token": sent.token, "number": number, **new}}
    return part, Sent(sent.token, number, figure, part)


def _identity(trace):
    return trace.get("uid"), trace.get("name")


def _news(trace, before):
    place = min(_same(trace["x"], before["x"]), _same(trace["y"], before["y"]))
    news = {}
    if place < max(len(trace["x"]), len(before["x"])):
        news = {"from": place, "x": trace["x"][place:], "y": trace["y"][place:]}
    rest, rest_before = _rest(trace), _rest(before)
    if rest != rest_before:
        news["rest"] = rest
    return news or None


def _rest(trace):
    return {name: value for name, value in trace.items() if name not in ("x", "y")}


def _same(values, before):
    """How many values at the start are the same as before."""
    if values[: len(before)] == before:
        return len(before)
    pairs = zip(values, before, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(values), len(before)))


def finite(value):
    """The same in JSON types, floats to five digits; NaN and infinity, which JSON does not have, are None.

    What is None in a dict is left out.
    """
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return _short(value)
    return value.tolist() if isinstance(value, np.generic) else value


def _short(value):
    short = float(f"{value:.{DIGITS}g}")
    return short if math.isfinite(short) else value if math.isfinite(value) else None


def numbers(values) -> list:
    """`finite` for many numbers of one kind, an array or a sequence: as a list, about 12 times as fast."""
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return array.tolist()
    if array.dtype.kind != "f":
        return finite(list(values))
    array = array.astype(float)
    size = np.abs(array)
    usual = (size >= USUAL[0]) & (size < USUAL[1])  # no NaN is
    # Round to a whole number of five digits, then divide or multiply once by an exact power of ten. The
    # result is the float nearest to the decimal number, so it is as short in JSON.
    power = DIGITS - 1 - np.floor(np.log10(np.where(usual, size, 1))).astype(int)
    scale = POWERS[np.abs(power)]
    with np.errstate(over="ignore", invalid="ignore"):
        short = np.where(power >= 0, np.rint(array * scale) / scale, np.rint(array / scale) * scale)
    result = short.tolist()
    for at in np.flatnonzero(~usual):
        result[at] = _short(float(array[at]))
    return result
