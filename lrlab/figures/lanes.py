"""A lane of a race or of a comparison as lines: the median of its seeds, and a band around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lrlab.figures.series import smoothed, spread, table
from lrlab.figures.style import layout, measure_axis, time_axis, trace
from lrlab.runs.plan import Plan
from lrlab.runs.records import Epoch

FEW = 30
FAINT = 0.36
FAR = 100  # times the median: a larger loss is outside the axis
NO_HOVER = {"hovertemplate": None, "hoverinfo": "skip", "showlegend": False}


@dataclass(frozen=True)
class LaneCurves:
    """One lane: its name, the number of its colour, the epochs of each seed, and its plan if it is drawn."""

    name: str
    color: int
    runs: tuple[list[Epoch], ...]
    plan: Plan | None = None


def line_mode(lanes: Sequence[LaneCurves]) -> str:
    """Plotly's mode of the lines: with markers if there are few points."""
    few = max((len(run) for lane in lanes for run in lane.runs), default=0) <= FEW
    return "lines+markers" if few else "lines"


def in_numbers(lanes: Sequence[LaneCurves], measure: str = "loss") -> str:
    """The last and the best validation value of each lane in words; the median if there are several seeds."""
    said = []
    for lane in lanes:
        middle = spread(table(lane.runs, f"val_{measure}"))[1]
        known = np.flatnonzero(np.isfinite(middle))
        if len(known):
            best = known[np.argmin(middle[known]) if measure == "loss" else np.argmax(middle[known])]
            at_end, at_best = (f"{middle[at]:.3g} in epoch {at + 1}" for at in (known[-1], best))
            said.append(f"{lane.name}: {at_end}, best {at_best}")
    return f"Validation {measure}. {'. '.join(said)}" if said else ""


def lanes_layout(lanes: Sequence[LaneCurves], length: int, height: int) -> dict:
    """Layout of a chart of lanes over `length` epochs."""
    shared = layout(height)
    # Another race on the same chart has other lanes: lanes that were hidden there are not hidden here.
    shared["legend"] |= {"uirevision": " | ".join(lane.name for lane in lanes)}
    # With several lanes, one box for all panels would cover the lines.
    return shared | {
        "hoversubplots": "axis" if len(lanes) == 1 else "single",
        "hoversort": "value descending",  # as the lines lie
        "xaxis": time_axis(length),
    }


def curve(values: np.ndarray, smoothing: float, band: bool, uid: str, **look) -> tuple[list, dict]:
    """The traces of a metric below all lines, and its line; `values` is a `table` of shape (seeds, epochs).

    The line joins the epochs with a value, and has markers if there are others between them. It is broken
    where a value is infinite.
    """
    known = np.flatnonzero(~np.isnan(values).all(axis=0))
    low, middle, high = spread(values[:, known])
    ends = known + 1
    if (np.diff(known) > 1).any():
        look["mode"] = "lines+markers"
    below = _band(ends, low, high, uid, look) if band and len(values) > 1 else []
    if smoothing:
        raw = {**look, "mode": "lines", "opacity": 0.25, **NO_HOVER}
        below.append(trace(x=ends, y=middle, uid=f"{uid}-raw", **raw))
        middle = smoothed(middle, smoothing)
    return below, trace(x=ends, y=middle, uid=uid, **look)


def loss_axis(title: str, tables: Sequence[np.ndarray], baseline: int | None = None) -> dict:
    """The y axis of losses, clipped so that one diverging run does not flatten the others.

    Losses above 100 times the median are outside. The median is taken without the lane at the index
    `baseline`, from which all values are differences.
    """
    judged = [np.abs(values).ravel() for at, values in enumerate(tables) if at != baseline]
    sizes = np.concatenate([np.empty(0), *judged])
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size or sizes.max() <= FAR * np.median(sizes):
        return measure_axis(title)
    usual = np.concatenate([values[np.abs(values) <= FAR * np.median(sizes)] for values in tables])
    low, high = usual.min(), usual.max()
    room = 0.05 * (high - low)
    return measure_axis(title) | {"range": [float(low - room), float(high + room)]}


def planned(lane: LaneCurves, number: int) -> list[dict]:
    """The rate that the lane's plan gives over the whole run, as a faint line; none without a plan."""
    if not lane.plan:
        return []
    times, values = _curve_of(lane.plan)
    shape = "hv" if lane.plan.clock == "epoch" else "linear"
    look = {"yaxis": "y", "legendgroup": lane.name, "opacity": FAINT, **NO_HOVER}
    return [trace(lane.color, line_shape=shape, x=times, y=values, uid=f"plan-{number}", **look)]


@lru_cache(maxsize=64)  # while a race trains it is drawn again each second
def _curve_of(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    return plan.curve()


def _band(x, low, high, uid, look):
    """Two lines of width 0 with a filled area between them. Each grows at its end, as a line does."""
    known = np.isfinite(low)
    shared = {"yaxis": look["yaxis"], "legendgroup": look["legendgroup"], **NO_HOVER}
    edges = []
    for edge, values, fill in (("low", low, "none"), ("high", high, "tonexty")):
        line = trace(look["color"], width=0, x=x[known], y=values[known], fill=fill, **shared)
        line["meta"]["band"] = True
        edges.append({"uid": f"{uid}-{edge}", **line})
    return edges


def rates(lane: LaneCurves, number: int, color: int, name: str) -> tuple[list, dict]:
    """The rate within each epoch, from its first to its last update; with a band if seeds differ."""
    starts, ends = table(lane.runs, "lr"), table(lane.runs, "lr_end")
    values = np.stack([starts, ends], axis=2).reshape(len(lane.runs), -1)
    x = (np.arange(starts.shape[1])[:, None] + np.arange(2)).ravel()
    low, middle, high = spread(values)
    look = {"yaxis": "y", "legendgroup": lane.name}
    uid = f"rate-{number}"
    below = _band(x, low, high, uid, {"color": color, **look}) if np.any(low < high) else []
    return below, trace(color, name=name, showlegend=False, x=x, y=middle, uid=uid, **look)
