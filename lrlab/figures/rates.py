"""Schedules drawn as the rate over time."""

from collections.abc import Collection

import numpy as np

from lrlab.figures.style import Drawing, layout, measure_axis, rate_axis, time_axis, trace
from lrlab.palette import DASHES
from lrlab.runs.plan import Plan


def rates_figure(
    plans: dict[str, tuple[int, Plan]],
    log=False,
    height=520,
    axis="epoch",
    batch_size=1,
    in_hand: str | None = None,
    of: str = "rate",
    names: Collection[str] | None = None,
) -> Drawing:
    """One line per plan: `plans` maps a name to the number of its colour and the Plan.

    The browser sets the range of the rates, writes the names at the ends of the lines, and reads rates where
    the pointer is. Every point is a rate that is trained with. Under the `epoch` clock the line has steps.
    `axis` counts epochs, steps or images. The line of the name `in_hand` is thicker than the others. `of` is
    what the plans' rates are: "rate", or "momentum" for plans from `Plan.momentum`. Charts with the same
    `names` are equally wide.
    """
    lines = []
    for name, (color, plan) in plans.items():
        times, rates = plan.curve()
        stepped = plan.clock == "epoch"
        if stepped:  # the last epoch's rate applies until its end
            times, rates = np.append(times, plan.epochs), np.append(rates, rates[-1])
        shape = "hv" if stepped else "linear"
        times = times * _an_epoch(plan, axis, batch_size)
        look = {}
        if in_hand is not None:
            look = {"width": 3.5, "opacity": 1} if name == in_hand else {"width": 2, "opacity": 0.85}
        drawn_line = trace(color, name=name, x=times, y=rates, line_shape=shape, **look)
        drawn_line["meta"]["in_hand"] = name == in_hand
        lines.append(drawn_line)
    length = max((p.epochs * _an_epoch(p, axis, batch_size) for _, p in plans.values()), default=1)
    meta = {"unit": axis, "of": of, "names": list(names or plans)}
    values = rate_axis(log) if of == "rate" else measure_axis("Momentum")
    axes = {"xaxis": time_axis(length, axis), "yaxis": values, "showlegend": False}
    return Drawing(lines, layout(height) | axes | {"hovermode": False, "meta": meta})


def in_numbers(figure: Drawing) -> str:
    """The lines of a `rates_figure` in words, with the numbers that one reads from them first."""
    return ". ".join(
        f"{line['name']}: first {line['y'][0]:.3g}, highest {max(line['y']):.3g}, last {line['y'][-1]:.3g}"
        for line in figure.traces
    )


def _an_epoch(plan: Plan, axis: str, batch_size: int) -> int:
    """The length of an epoch on an axis of epochs, steps or images."""
    return {"epoch": 1, "step": plan.steps_per_epoch, "image": plan.batches_per_epoch * batch_size}[axis]


def lines_figure(
    lines: dict[str, np.ndarray], steps: np.ndarray | None = None, height=320, unit="step"
) -> Drawing:
    """Rates at these steps, or from step 0 on, as step lines with a legend; a line may have fewer.

    With the `unit` "batch" they are batches instead of steps.
    """
    if steps is None:
        steps = np.arange(max(map(len, lines.values()), default=1))
    ends = np.append(steps, steps[-1] + 1)
    lines_drawn = []
    for color, (name, rates) in enumerate(lines.items()):
        x, y = ends[: len(rates) + 1], np.append(rates, rates[-1:])
        dash = DASHES[color % len(DASHES)]  # lines may cover each other
        lines_drawn.append(trace(color, name=name, x=x, y=y, line_shape="hv", dash=dash))
    last = int(ends[-1])
    axes = {"xaxis": time_axis(last, unit) | {"range": [int(ends[0]), last]}, "yaxis": rate_axis(False)}
    return Drawing(lines_drawn, layout(height) | axes)
