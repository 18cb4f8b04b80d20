"""Lanes that train side by side, on the same epochs: losses, accuracies and rates, and their gradients.

A lane under several seeds is the line of its median; a band around it goes from the lowest to the
highest seed.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from lrlab.figures.lanes import (
    NO_HOVER,
    LaneCurves,
    curve,
    lanes_layout,
    line_mode,
    loss_axis,
    planned,
    rates,
)
from lrlab.figures.series import spread, table
from lrlab.figures.style import LOG, drawn, measure_axis, rate_axis, time_axis, trace, with_ends

UPPER, LOWER = [0.35, 1], [0, 0.26]
STEP = 0.05
THIRDS = ([0.71, 1], [0.355, 0.645], [0, 0.29])
USUAL_UPDATE = 1e-3


def race_figure(
    lanes: Sequence[LaneCurves],
    length: int,
    log_rate=False,
    smoothing=0.0,
    training=False,
    height=600,
    measure="loss",
    end: int | None = None,
    first=False,
) -> go.Figure:
    """The loss or the accuracy at the end of each of `length` epochs, above the rate that was applied in it.

    Each lane has one colour. One lane shows training and validation, several show validation; with
    `training` they show both. Training is a dotted line. The rate is drawn from the first to
    the last update of each epoch, as the optimizer applied it, over the faint line of the lane's plan. A seed
    whose value is not finite is left out of median and band; a line is broken where every known value is
    infinite, and joins the epochs around those in which nothing was measured. A star marks the best value of
    validation, a ring the best of each other lane. `smoothing`, from 0 to below 1, is the weight of a moving
    average. The measured line stays behind it as a faint line. Bands, rates and marks are never smoothed.

    The time axis ends at epoch `end`. The first epoch decides nothing: unless `first`, the other axis shows
    the values of the epochs after it, and says what is outside.
    """
    alone = len(lanes) == 1
    below, lines, tables, best = [], [], [], []
    mode = line_mode(lanes)
    for number, lane in enumerate(lanes):
        below += planned(lane, number)
        for metric in (measure, f"val_{measure}"):
            if not (alone or training or metric != measure):
                continue
            values = table(lane.runs, metric)
            tables.append(values)
            more, line = curve(
                values,
                smoothing,
                band=alone or metric != measure,
                uid=f"{metric}-{number}",
                yaxis="y2",
                mode=mode,
                **_look(lane, measure, metric == measure, alone),
            )
            below += more
            lines.append(line)
        best.append(_best(spread(values)[1], measure))
        more, line = rates(lane, number, lane.color, "Rate applied" if alone else lane.name)
        below += more
        lines.append(line)
    which = "" if alone or training else "validation "
    axis, notes = measure_scale(f"{which}{measure}".capitalize(), tables, first)
    end = end or length
    axes = {
        "xaxis": time_axis(length) | {"range": [0, end], "uirevision": f"epoch {end}"},
        "yaxis": rate_axis(log_rate) | {"domain": LOWER},
        "yaxis2": axis | {"domain": UPPER},
        "annotations": notes,
    }
    marks = _marks(lanes, best, measure, end)
    return drawn(below + lines + marks, with_ends(lanes_layout(lanes, length, height), axes, "yaxis2"))


def measure_scale(title: str, tables: Sequence[np.ndarray], first: bool) -> tuple[dict, list[dict]]:
    """The axis of a loss or an accuracy, and a note on what is outside of it.

    It reaches from the lowest to the highest value after the first epoch, in whole steps of 0.05 or of a
    twentieth of the range, so that it seldom moves. Losses that run away are outside, as in `loss_axis`.
    With `first` the first epoch is inside, too.
    """
    axis = loss_axis(title, tables)
    later = np.concatenate([np.empty(0), *(values[:, 1:].ravel() for values in tables)])
    begun = np.concatenate([np.empty(0), *(values[:, :1].ravel() for values in tables)])
    later, begun = (values[np.isfinite(values)] for values in (later, begun))
    if "range" in axis:
        later = later[later <= axis["range"][1]]
    if first or not len(later):
        return axis, []
    span = later.max() - later.min()
    step = STEP * max(1, 2 ** np.ceil(np.log2(max(span, 1e-9))))
    low, high = np.floor(later.min() / step - 0.2) * step, np.ceil(later.max() / step + 0.2) * step
    axis["range"] = [float(max(low, 0)), float(high)]
    if low <= begun.min(initial=high) and begun.max(initial=low) <= high:
        return axis, []
    text = f"Epoch 1 is off the axis ({begun.min():.2f} to {begun.max():.2f})"
    place = {"xref": "paper", "yref": "y2 domain", "x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom"}
    return axis, [{"text": text, "showarrow": False, **place}]


def _best(values, measure):
    """The epoch, counted from 1, and the value of the best of a line; None if there is none."""
    known = np.where(np.isfinite(values), values if measure == "loss" else -values, np.inf)
    at = int(np.argmin(known)) if len(known) else 0
    return (at + 1, float(values[at])) if len(known) and np.isfinite(known[at]) else None


def _marks(lanes, best, measure, end):
    """A ring at the best of each lane, and a star at the best of all, with its value, lane and epoch."""
    sign = 1 if measure == "loss" else -1
    top = min(
        (number for number, found in enumerate(best) if found), key=lambda n: sign * best[n][1], default=-1
    )
    marks = []
    for number, (lane, found) in enumerate(zip(lanes, best, strict=True)):
        is_top = number == top
        place = f"{'bottom' if measure == 'loss' else 'top'} {_side(found, end)}"
        look = {
            "mode": "markers+text",
            "yaxis": "y2",
            "legendgroup": lane.name,
            "textposition": place,
            **NO_HOVER,
        }
        look["marker"] = {"symbol": "star", "size": 14} if is_top else {"symbol": "circle-open", "size": 9}
        name = "" if len(lanes) == 1 else f", {escape(lane.name, quote=False)}"
        look["text"] = [f"best {found[1]:.3f}{name}, epoch {found[0]}"] if found and is_top else [""]
        x, y = ([found[0]], [found[1]]) if found else ([], [])
        marks.append(trace(lane.color, x=x, y=y, uid=f"best-{number}", cliponaxis=False, **look))
    return marks


def _side(found, end):
    """On which side of its mark a text has room."""
    across = found[0] / end if found else 0.5
    return "right" if across < 0.25 else "left" if across > 0.75 else "center"


def gradients_figure(lanes: Sequence[LaneCurves], length: int, height=600) -> go.Figure:
    """The gradient norm, the update-to-weight ratio, and the seconds of each epoch.

    The first two are measured at each epoch's first update and drawn at the epoch's start. For several
    seeds the median is drawn. The dashed line is the usual ratio, one thousandth of the weights (Karpathy,
    notes of Stanford's course CS231n, Neural Networks Part 3: ratio of updates to weights).
    """
    panels = (("grad_norm", "y3", 0), ("update_ratio", "y2", 0), ("seconds", "y", 1))
    lines = []
    for number, lane in enumerate(lanes):
        for metric, axis, start in panels:
            middle = spread(table(lane.runs, metric))[1]
            line = trace(
                lane.color,
                name=lane.name,
                legendgroup=lane.name,
                showlegend=axis == "y3" and len(lanes) > 1,
                uid=f"{metric}-{number}",
                x=np.arange(len(middle)) + start,
                y=middle,
                yaxis=axis,
                mode=line_mode(lanes),
            )
            lines.append(line)
    axes = {
        "yaxis": measure_axis("Seconds per epoch") | {"domain": THIRDS[2], "rangemode": "tozero"},
        "yaxis2": measure_axis("Update-to-weight ratio") | LOG | {"domain": THIRDS[1]},
        "yaxis3": measure_axis("Gradient norm") | LOG | {"domain": THIRDS[0]},
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
    return drawn(lines, with_ends(lanes_layout(lanes, length, height), axes, "yaxis3"))


def _look(lane, measure, is_training, alone):
    """The look of a line of a loss or an accuracy."""
    if alone:
        name = "Training" if is_training else "Validation"
        look = {"color": lane.color, "name": name, "legendgroup": name, "showlegend": True}
        look |= {"dash": "dot"} if is_training else {}
        return look | {"hovertemplate": f"{measure} %{{y:.4g}}"}  # one box shows both panels
    look = {"color": lane.color, "legendgroup": lane.name}
    if is_training:
        return look | {"name": f"{lane.name}, training", "showlegend": False, "width": 1.5, "dash": "dot"}
    return look | {"name": lane.name, "showlegend": True}
