"""Schedules drawn as the rate over time."""

import numpy as np
import plotly.graph_objects as go

from lrlab.figures.style import epoch_axis, layout, line, rate_axis
from lrlab.plan import Plan


def rates_figure(plans: dict[str, tuple[int, Plan]], log=False, height=520) -> go.Figure:
    """One line a plan: `plans` maps a name to the number of its colour and the Plan.

    The names are in the hover text; the page around the chart is its legend. Every point is a value
    of `Plan.rates()`; under the `epoch` clock the line has steps.
    """
    lines = []
    for name, (color, plan) in plans.items():
        times, rates = plan.curve()
        stepped = plan.clock == "epoch"
        if stepped:  # the last epoch's rate holds until its end
            times, rates = np.append(times, plan.epochs), np.append(rates, rates[-1])
        shape = "hv" if stepped else "linear"
        lines.append(line(color, name=name, x=times.tolist(), y=rates.tolist(), line_shape=shape))
    epochs = max((plan.epochs for _, plan in plans.values()), default=1)
    axes = {"xaxis": epoch_axis(epochs), "yaxis": rate_axis(log), "showlegend": False}
    return go.Figure(lines, layout(height) | axes)
