"""Any runs side by side: validation, training loss and rate on one time axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lrlab.figures.lanes import LaneCurves, curve, lanes_layout, line_mode, loss_axis, rates
from lrlab.figures.marks import found_best, marks, measure_scale
from lrlab.figures.series import spread, table
from lrlab.figures.style import Drawing, rate_axis, time_axis, with_ends

PANELS = {
    "val_loss": "Validation loss",
    "val_accuracy": "Validation accuracy",
    "loss": "Training loss",
    "lr": "Learning rate",
}
GAP = 0.05
RATE = 0.36  # the height of the rate's panel, in heights of the others


def compare_figure(
    lanes: Sequence[LaneCurves],
    first: int,
    baseline: int | None = None,
    log_rate=False,
    smoothing=0.0,
    panels: Sequence[str] = tuple(PANELS),
    height=820,
    start=True,
    best=False,
) -> Drawing:
    """The first `first` epochs of every lane in some of the PANELS, from top to bottom.

    Without `start`, the axes of losses and accuracies leave out the first epoch, and say so, as in
    `race_figure`. With `best`, a star marks the best value of a panel, and a ring the best of each other
    lane. Neither is for differences to a baseline.

    `baseline` is the index of a lane: losses and accuracies are then differences from its median in the same
    epoch, in the epochs in which it was measured. Rates do not change. `smoothing` is as in `race_figure`.
    """
    lanes = [LaneCurves(lane.name, lane.color, tuple([*run[:first]] for run in lane.runs)) for lane in lanes]
    below, lines, marked, notes, axes = [], [], [], [], dict[str, Any]()
    for place, panel in enumerate(panels):
        # The lowest panel has the axis `y`, which carries the time axis.
        axis = f"y{len(panels) - place}" if place < len(panels) - 1 else "y"
        title = PANELS[panel] if baseline is None or panel == "lr" else f"Δ {PANELS[panel].lower()}"
        tables = [] if panel == "lr" else _tables(lanes, panel, baseline)
        if panel == "lr":
            scale = rate_axis(log_rate)
        elif baseline is None:
            scale, said = measure_scale(title, tables, start, axis)
            notes += said
        else:
            scale = loss_axis(title, tables, baseline)
        axes[f"yaxis{axis[1:]}"] = scale | {"domain": _domain(place, panels)}
        for more, line in _curves(lanes, panel, tables, smoothing):
            for added in (*more, line):
                added["yaxis"] = axis
            line["showlegend"] = place == 0
            below += more
            lines.append(line)
        if best and tables and baseline is None:
            measure = panel.removeprefix("val_")
            tops = [found_best(spread(values)[1], measure) for values in tables]
            marked += marks(lanes, tops, measure, axis, first)
    axes |= {"xaxis": time_axis(first), "annotations": notes}
    top = f"yaxis{len(panels)}" if len(panels) > 1 else "yaxis"
    return Drawing(below + lines + marked, with_ends(lanes_layout(lanes, first, height), axes, top))


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


def _domain(place, panels):
    sizes = [RATE if panel == "lr" else 1 for panel in panels]
    unit = (1 - GAP * (len(panels) - 1)) / sum(sizes)
    bottom = sum(size * unit + GAP for size in sizes[place + 1 :])
    return [bottom, bottom + sizes[place] * unit]
