"""Lanes that train side by side, on the same epochs: losses, accuracies and rates, and their gradients.

A lane under several seeds is the line of its median; a band around it goes from the lowest to the
highest seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lrlab.figures.series import smoothed, spread, table
from lrlab.figures.style import drawn, layout, measure_axis, rate_axis, time_axis, trace
from lrlab.records import Epoch

TRAINING, VALIDATION, RATE = range(3)
FEW = 30
THIRDS = ([0.71, 1], [0.355, 0.645], [0, 0.29])
NO_HOVER = {"hovertemplate": None, "hoverinfo": "skip", "showlegend": False}
USUAL_UPDATE = 1e-3


@dataclass(frozen=True)
class Lane:
    """One contestant: the name and the number of the colour it goes by, and the epochs of each seed."""

    name: str
    color: int
    runs: tuple[list[Epoch], ...]


def race_figure(
    lanes: Sequence[Lane], length: int, log_rate=False, smoothing=0.0, training=False, height=590
) -> go.Figure:
    """Loss and accuracy at the end of each of `length` epochs, and the rate that was applied in it.

    One lane shows training and validation, each with a colour. Several lanes have a colour each and show
    validation, with `training` the dotted lines of training, too. The rate is drawn from the first to the
    last update of each epoch, as the optimizer held it. A seed whose value is not finite is left out of
    median and band; a line has a gap only where no seed is left. `smoothing`, from 0 up to but not 1, is
    the weight of a moving average over losses and accuracies; the line as measured stays behind it,
    faintly, and bands and rates are never smoothed.
    """
    alone = len(lanes) == 1
    below, lines = [], []
    mode = _mode(lanes)
    for number, lane in enumerate(lanes):
        for measure, axis in (("loss", "y3"), ("accuracy", "y2")):
            for field in (measure, f"val_{measure}"):
                if not (alone or training or field != measure):
                    continue
                more, line = _curve(
                    table(lane.runs, field),
                    smoothing,
                    band=alone or field != measure,
                    uid=f"{field}-{number}",
                    yaxis=axis,
                    mode=mode,
                    **_look(lane, measure, field == measure, alone),
                )
                below += more
                lines.append(line)
        more, line = _rates(lane, number, alone)
        below += more
        lines.append(line)
    which = "" if alone or training else "validation "
    axes = {
        "yaxis": rate_axis(log_rate) | {"domain": THIRDS[2]},
        "yaxis2": measure_axis(f"{which}accuracy".capitalize()) | {"domain": THIRDS[1]},
        "yaxis3": measure_axis(f"{which}loss".capitalize()) | {"domain": THIRDS[0]},
    }
    return drawn(below + lines, _layout(lanes, length, height) | axes)


def gradients_figure(lanes: Sequence[Lane], length: int, height=590) -> go.Figure:
    """How long the gradient was, how far an update moved the weights, and how long each epoch took.

    The first two are of each epoch's first update and drawn at the epoch's start; of several seeds the
    median is drawn. The dashed line is where a plain update usually is, at a thousandth of the weights
    (Karpathy, notes of Stanford's course CS231n, Neural Networks Part 3: ratio of updates to weights).
    """
    panels = (("grad_norm", "y3", 0), ("update_ratio", "y2", 0), ("seconds", "y", 1))
    lines = []
    for number, lane in enumerate(lanes):
        for field, axis, start in panels:
            middle = spread(table(lane.runs, field))[1]
            line = trace(
                lane.color,
                name=lane.name,
                legendgroup=lane.name,
                showlegend=axis == "y3" and len(lanes) > 1,
                uid=f"{field}-{number}",
                x=np.arange(len(middle)) + start,
                y=middle,
                yaxis=axis,
                mode=_mode(lanes),
            )
            lines.append(line)
    log = {"type": "log", "exponentformat": "power", "tickformat": ""}
    axes = {
        "yaxis": measure_axis("Seconds an epoch") | {"domain": THIRDS[2], "rangemode": "tozero"},
        "yaxis2": measure_axis("Update to weight") | log | {"domain": THIRDS[1]},
        "yaxis3": measure_axis("Gradient norm") | log | {"domain": THIRDS[0]},
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "yref": "y2",
                "x0": 0,
                "x1": 1,
                "y0": USUAL_UPDATE,
                "y1": USUAL_UPDATE,
                "layer": "below",
                "line": {"width": 1, "dash": "dash"},
            }
        ],
    }
    return drawn(lines, _layout(lanes, length, height) | axes)


def _mode(lanes):
    few = max((len(run) for lane in lanes for run in lane.runs), default=0) <= FEW
    return "lines+markers" if few else "lines"


def _layout(lanes, length, height):
    shared = layout(height)
    # Another race on the same chart has other lanes: what was hidden there is not hidden here.
    shared["legend"] |= {"uirevision": " | ".join(lane.name for lane in lanes)}
    # With several lanes one box for all panels would hide what it tells of.
    return shared | {"hoversubplots": "axis" if len(lanes) == 1 else "single", "xaxis": time_axis(length)}


def _look(lane, measure, is_training, alone):
    """How a line of a loss or an accuracy looks, and whether it stands for all of its name in the legend."""
    in_legend = measure == "loss"
    if alone:
        name, color = ("Training", TRAINING) if is_training else ("Validation", VALIDATION)
        look = {"color": color, "name": name, "legendgroup": name, "showlegend": in_legend}
        return look | {"hovertemplate": f"{measure} %{{y:.4g}}"}  # one box tells of both panels
    look = {"color": lane.color, "legendgroup": lane.name}
    if is_training:
        return look | {"name": f"{lane.name}, training", "showlegend": False, "width": 1.5, "dash": "dot"}
    return look | {"name": lane.name, "showlegend": in_legend}


def _curve(values, smoothing, band, uid, **look):
    """What is drawn of a field below all lines, and its line; `values` are of shape (seeds, epochs)."""
    low, middle, high = spread(values)
    ends = np.arange(1, len(middle) + 1)
    below = _band(ends, low, high, uid, look) if band and len(values) > 1 else []
    if smoothing:
        raw = {**look, "mode": "lines", "opacity": 0.25, **NO_HOVER}
        below.append(trace(x=ends, y=middle, uid=f"{uid}-raw", **raw))
        middle = smoothed(middle, smoothing)
    return below, trace(x=ends, y=middle, uid=uid, **look)


def _band(x, low, high, uid, look):
    """Two lines without a width; what is between them is filled. Each grows at its end as a line does."""
    known = np.isfinite(low)
    shared = {"yaxis": look["yaxis"], "legendgroup": look["legendgroup"], **NO_HOVER}
    edges = []
    for edge, values, fill in (("low", low, "none"), ("high", high, "tonexty")):
        line = trace(look["color"], width=0, x=x[known], y=values[known], fill=fill, **shared)
        line["meta"]["band"] = True
        edges.append({"uid": f"{uid}-{edge}", **line})
    return edges


def _rates(lane, number, alone):
    """The rate within each epoch, from its first to its last update; a band where seeds differ."""
    starts, ends = table(lane.runs, "lr"), table(lane.runs, "lr_end")
    values = np.stack([starts, ends], axis=2).reshape(len(lane.runs), -1)
    x = (np.arange(starts.shape[1])[:, None] + np.arange(2)).ravel()
    low, middle, high = spread(values)
    look = {"color": RATE if alone else lane.color, "yaxis": "y", "legendgroup": lane.name}
    uid = f"rate-{number}"
    below = _band(x, low, high, uid, look) if np.any(low < high) else []
    name = "Rate applied" if alone else lane.name
    return below, trace(name=name, showlegend=False, x=x, y=middle, uid=uid, **look)
