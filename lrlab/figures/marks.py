"""What is worth looking at in a loss or an accuracy: the axis that shows it, and marks at the best values."""

from collections.abc import Sequence
from html import escape

import numpy as np

from lrlab.figures.lanes import NO_HOVER, LaneCurves, loss_axis
from lrlab.figures.style import trace

STEP = 0.05
LONG = 24  # letters: a longer name is not written beside a star
MARGIN = 0.25  # of the time axis


def measure_scale(
    title: str, tables: Sequence[np.ndarray], first: bool, name: str
) -> tuple[dict, list[dict]]:
    """The axis `name` of a loss or an accuracy, and a note on what is outside of it.

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
    place = {"xref": "paper", "yref": f"{name} domain", "xanchor": "right", "yanchor": "bottom"}
    return axis, [{"text": text, "showarrow": False, "x": 1, "y": 1, **place}]


def found_best(values: np.ndarray, measure: str) -> tuple[int, float] | None:
    """The epoch, counted from 1, and the value of the best of a line; None if there is none."""
    known = np.where(np.isfinite(values), values if measure == "loss" else -values, np.inf)
    at = int(np.argmin(known)) if len(known) else 0
    return (at + 1, float(values[at])) if len(known) and np.isfinite(known[at]) else None


def marks(
    lanes: Sequence[LaneCurves], best: Sequence[tuple[int, float] | None], measure: str, axis: str, end: int
) -> list[dict]:
    """A ring at the best of each lane, and a star at the best of all, with its value, lane and epoch.

    The time axis ends at epoch `end`: the text stands on the inner side of a star near an end.
    """
    sign = 1 if measure == "loss" else -1
    known = {number: found for number, found in enumerate(best) if found}
    top = min(known, key=lambda number: sign * known[number][1], default=-1)
    found_marks = []
    for number, (lane, found) in enumerate(zip(lanes, best, strict=True)):
        is_top = number == top
        place = found[0] / end if found else 0.5
        side = "left" if place > 1 - MARGIN else "right" if place < MARGIN else "center"
        look: dict[str, object] = {
            "mode": "markers+text",
            "yaxis": axis,
            "legendgroup": lane.name,
            "textposition": f"{'bottom' if measure == 'loss' else 'top'} {side}",
            **NO_HOVER,
        }
        look["marker"] = {"symbol": "star", "size": 14} if is_top else {"symbol": "circle-open", "size": 9}
        name = "" if len(lanes) == 1 or len(lane.name) > LONG else f", {escape(lane.name, quote=False)}"
        look["text"] = [f"best {found[1]:.3f}{name}, epoch {found[0]}"] if found and is_top else [""]
        x, y = ([found[0]], [found[1]]) if found else ([], [])
        found_marks.append(trace(lane.color, x=x, y=y, uid=f"best-{axis}-{number}", cliponaxis=False, **look))
    return found_marks
