"""Lanes that train side by side, on the same epochs: losses, accuracies and rates, and their gradients.

A lane under several seeds is the line of its median; a band around it goes from the lowest to the
highest seed.
"""

from collections.abc import Sequence

import numpy as np

from lrlab.figures.lanes import (
    LaneCurves,
    curve,
    lanes_layout,
    line_mode,
    planned,
    rates,
)
from lrlab.figures.marks import found_best, marks, measure_scale
from lrlab.figures.series import spread, table
from lrlab.figures.style import LOG, Drawing, measure_axis, rate_axis, time_axis, trace, with_ends

UPPER, LOWER = [0.35, 1], [0, 0.26]
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
) -> Drawing:
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
        best.append(found_best(spread(values)[1], measure))
        more, line = rates(lane, number, lane.color, "Rate applied" if alone else lane.name)
        below += more
        lines.append(line)
    which = "" if alone or training else "validation "
    axis, notes = measure_scale(f"{which}{measure}".capitalize(), tables, first, "y2")
    end = end or length
    axes = {
        "xaxis": time_axis(length) | {"range": [0, end], "uirevision": f"epoch {end}"},
        "yaxis": rate_axis(log_rate) | {"domain": LOWER},
        "yaxis2": axis | {"domain": UPPER},
        "annotations": notes,
    }
    marked = marks(lanes, best, measure, "y2", end)
    for mark in marked if alone else ():
        mark["legendgroup"] = "Validation"
    shown = below + lines + marked
    return Drawing(shown, with_ends(lanes_layout(lanes, length, height), axes, "yaxis2"))


def gradients_figure(lanes: Sequence[LaneCurves], length: int, height=600) -> Drawing:
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
    return Drawing(lines, with_ends(lanes_layout(lanes, length, height), axes, "yaxis3"))


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
