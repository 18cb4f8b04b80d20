"""The common style of all figures: margins, hover, axes, and the colour of each line."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import plotly.graph_objects as go

from lrlab.palette import DASHES, LOOKS

HEAD, FOOT = 28, 46  # pixels above the upper panel and below the lowest, for titles


def trace(color: int, mode="lines", width=2.5, dash=None, line_shape="linear", **kwargs) -> dict:
    """A line in colour number `color` of the palette; the browser knows the theme's hues."""
    hue, own_dash, deep = LOOKS[color]
    look = {
        "width": width,
        "simplify": False,
        "shape": line_shape,
        "dash": dash or DASHES[own_dash],
    }
    return {
        "type": "scatter",
        "mode": mode,
        "line": look,
        "meta": {"color": hue, "deep": True} if deep else {"color": hue},
        "hovertemplate": "%{y:.4g}",
        **kwargs,
    }


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure as plain values: its traces, and its layout.

    Plotly's objects check each property, which takes five times as long as everything else; the tests do it.
    `data` and `layout` are these objects.
    """

    traces: list[dict[str, Any]]
    plain_layout: dict[str, Any]

    def with_layout(self, **changes: Any) -> Self:
        """The same figure with another layout in some properties."""
        return type(self)(self.traces, self.plain_layout | changes)

    @property
    def data(self) -> Any:
        """The traces as `go.Scatter`."""
        return self._figure.data

    @property
    def layout(self) -> Any:
        """The layout as `go.Layout`."""
        return self._figure.layout

    @cached_property
    def _figure(self) -> go.Figure:
        return go.Figure(self.traces, self.plain_layout)


def layout(height: int) -> dict:
    """Layout of a chart `height` pixels high whose zoom and hidden lines survive new data."""
    return {
        "height": height,
        "template": {},  # the browser's theme replaces it
        "margin": {"l": 12, "r": 12, "t": 8, "b": 8},
        "hovermode": "x unified",
        "dragmode": "zoom",
        "uirevision": "kept",
        "legend": {"orientation": "h", "x": 0, "y": 1.01, "xanchor": "left", "yanchor": "bottom"},
    }


def with_ends(shared: dict, axes: dict, top: str) -> dict:
    """A layout whose lines are named at their ends on the value axis `top`, in place of a legend.

    The browser writes the names of the lines that would be in the legend, and a click on a name hides its
    line. The titles of the value axes are written above their panels.
    """
    titles = {name: axis["title"]["text"] for name, axis in axes.items() if "axis" in name}
    notes = [_title(text, name) for name, text in titles.items()]
    notes += axes.get("annotations", [])
    untitled = {name: axes[name] | {"title": None} for name in titles}
    margin = shared["margin"] | {"t": HEAD, "b": FOOT}
    ends = {"showlegend": False, "meta": {"ends": top}, "annotations": notes, "margin": margin}
    return shared | axes | untitled | ends


def _title(text, axis):
    """Above the left end of a value axis, or below the right end of the time axis."""
    place = {"xref": "paper", "yref": f"{axis.replace('axis', '')} domain", "x": 0, "y": 1, "xanchor": "left"}
    if axis == "xaxis":
        place |= {"yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yshift": -FOOT}
    return {"text": f"<b>{text}</b>", "yanchor": "bottom", "showarrow": False, **place}


def time_axis(length: float, unit: str = "epoch") -> dict:
    """An x axis over the whole length of a run, in epochs, steps, batches or images seen."""
    name = {"epoch": "Epoch", "step": "Step", "batch": "Batch", "image": "Images seen"}[unit]
    return {
        "title": {"text": name, "standoff": 8},
        "range": [0, length],
        "uirevision": f"{unit} {length}",
        "automargin": True,
        "spikethickness": 1,
        "spikedash": "solid",
        "unifiedhovertitle": {"text": f"{name} %{{x:.5~g}}" if unit == "epoch" else f"{name} %{{x:,d}}"},
    }


def measure_axis(title: str) -> dict:
    """A y axis of a loss or an accuracy."""
    return {
        "title": {"text": title, "standoff": 8},
        "tickformat": "~g",
        "automargin": True,
        "uirevision": "kept",
    }


# Ticks at powers of ten, all written as powers.
LOG = {"type": "log", "dtick": 1, "exponentformat": "power", "tickformat": ""}


def rate_axis(log: bool) -> dict:
    """A y axis of learning rates, linear from zero or logarithmic."""
    if log:
        return measure_axis("Learning rate") | LOG | {"uirevision": "log"}
    return measure_axis("Learning rate") | {"type": "linear", "rangemode": "tozero"}
