"""Schedules drawn as the rate over time."""

import numpy as np
import plotly.graph_objects as go

from lrlab.figures.style import DASHES, layout, line, rate_axis, time_axis
from lrlab.runs.plan import Plan


def rates_figure(
    plans: dict[str, tuple[int, Plan]], log=False, height=520, axis="epoch", batch_size=1
) -> go.Figure:
    """One line per plan: `plans` maps a name to the number of its colour and the Plan.

    The names are in the hover text; the legend is on the page around the chart. Every point is a value
    of `Plan.rates()`. Under the `epoch` clock the line has steps. `axis` counts epochs, steps or images.
    """
    lines = []
    for name, (color, plan) in plans.items():
        times, rates = plan.curve()
        stepped = plan.clock == "epoch"
        if stepped:  # the last epoch's rate applies until its end
            times, rates = np.append(times, plan.epochs), np.append(rates, rates[-1])
        shape = "hv" if stepped else "linear"
        times = times * _an_epoch(plan, axis, batch_size)
        lines.append(line(color, name=name, x=times.tolist(), y=rates.tolist(), line_shape=shape))
    length = max((p.epochs * _an_epoch(p, axis, batch_size) for _, p in plans.values()), default=1)
    axes = {"xaxis": time_axis(length, axis), "yaxis": rate_axis(log), "showlegend": False}
    return go.Figure(lines, layout(height) | axes)


def _an_epoch(plan: Plan, axis: str, batch_size: int) -> int:
    """The length of an epoch on an axis of epochs, steps or images."""
    return {"epoch": 1, "step": plan.steps_per_epoch, "image": plan.batches_per_epoch * batch_size}[axis]


def lines_figure(lines: dict[str, np.ndarray], first=0, every=1, height=320, unit="step") -> go.Figure:
    """Rates at every step, or at every `every`th step, from step `first` on: step lines with a legend.

    With the `unit` "batch" they are batches instead of steps.
    """
    drawn = []
    for color, (name, rates) in enumerate(lines.items()):
        steps = [first + every * number for number in range(len(rates) + 1)]
        trace = line(color, name=name, x=steps, y=[*rates, rates[-1]], line_shape="hv")
        trace.line.dash = DASHES[color % len(DASHES)]  # lines may cover each other
        drawn.append(trace)
    last = first + every * max(map(len, lines.values()), default=1)
    axes = {"xaxis": time_axis(last, unit) | {"range": [first, last]}, "yaxis": rate_axis(False)}
    return go.Figure(drawn, layout(height) | axes)
