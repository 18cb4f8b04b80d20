"""Any runs side by side: validation, training loss and rate on one time axis."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lrlab.figures.lanes import LaneCurves, curve, lanes_layout, line_mode, loss_axis, rates
from lrlab.figures.series import spread, table
from lrlab.figures.style import drawn, rate_axis

PANELS = {
    "val_loss": "Validation loss",
    "val_accuracy": "Validation accuracy",
    "loss": "Training loss",
    "lr": "Learning rate",
}
GAP = 0.05


def compare_figure(
    lanes: Sequence[LaneCurves],
    first: int,
    baseline: int | None = None,
    log_rate=False,
    smoothing=0.0,
    panels: Sequence[str] = tuple(PANELS),
    height=820,
) -> go.Figure:
    """The first `first` epochs of every lane in some of the PANELS, from top to bottom.

    `baseline` is the index of a lane: losses and accuracies are then differences from its median in the same
    epoch, in the epochs in which it was measured. Rates do not change. `smoothing` is as in `race_figure`.
    """
    lanes = [LaneCurves(lane.name, lane.color, tuple([*run[:first]] for run in lane.runs)) for lane in lanes]
    below, lines, axes = [], [], {}
    for place, panel in enumerate(panels):
        # The lowest panel has the axis `y`, which carries the time axis.
        axis = f"y{len(panels) - place}" if place < len(panels) - 1 else "y"
        title = PANELS[panel] if baseline is None or panel == "lr" else f"Δ {PANELS[panel].lower()}"
        tables = [] if panel == "lr" else _tables(lanes, panel, baseline)
        scale = rate_axis(log_rate) if panel == "lr" else loss_axis(title, tables, baseline)
        axes[f"yaxis{axis[1:]}"] = scale | {"domain": _domain(place, len(panels))}
        for more, line in _curves(lanes, panel, tables, smoothing):
            for added in (*more, line):
                added["yaxis"] = axis
            line["showlegend"] = place == 0
            below += more
            lines.append(line)
    return drawn(below + lines, lanes_layout(lanes, first, height) | axes)


def _tables(lanes, panel, baseline):
    """The values of every lane, of shape (seeds, epochs), minus the baseline's median if there is one."""
    tables = [table(lane.runs, panel) for lane in lanes]
    if baseline is None:
        return tables
    start = spread(tables[baseline])[1]
    start = np.where(np.isfinite(start), start, np.nan)
    return [values[:, : len(start)] - start[: values.shape[1]] for values in tables]


def _curves(lanes, panel, tables, smoothing):
    """For every lane in a panel: the traces below all lines, and its line."""
    if panel == "lr":
        return [rates(lane, number, lane.color, lane.name) for number, lane in enumerate(lanes)]
    mode = line_mode(lanes)
    return [
        curve(
            values,
            smoothing,
            band=True,
            uid=f"{panel}-{number}",
            mode=mode,
            yaxis="y",
            color=lane.color,
            name=lane.name,
            legendgroup=lane.name,
        )
        for number, (lane, values) in enumerate(zip(lanes, tables, strict=True))
    ]


def _domain(place, count):
    size = (1 - GAP * (count - 1)) / count
    bottom = (count - 1 - place) * (size + GAP)
    return [bottom, bottom + size]
