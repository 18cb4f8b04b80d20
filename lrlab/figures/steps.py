"""Every update of a run: the rate that was applied, and the loss of its batch."""

import numpy as np

from lrlab.figures.series import bucket, extremes, smoothed
from lrlab.figures.style import Drawing, layout, measure_axis, rate_axis, time_axis, trace, with_ends

POINTS = 1500


def steps_figure(
    lanes: dict[str, tuple[int, np.ndarray, np.ndarray]],
    length: int,
    first=0,
    log_rate=False,
    smoothing=0.0,
    points=POINTS,
    height=600,
) -> Drawing:
    """Rate and loss of each update from number `first` on, of a run of `length` updates.

    `lanes` maps a name to the number of its colour, the losses and the rates, both float32 of shape (n,).
    More than `points` updates are thinned in buckets. Of the losses, a bucket keeps the lowest and the
    highest, so that no spike is lost. Of the rates, it keeps the first, and every change. If the rate
    changes more than `points` times, it keeps the lowest and the highest rate instead of every change.
    Values that are not finite are gaps. `smoothing` is as in `race_figure`, and is applied before thinning.
    """
    below, lines = [], []
    for number, (name, (color, losses, rates)) in enumerate(lanes.items()):
        size = bucket(len(losses), points)
        look: dict[str, object] = {"name": name, "legendgroup": name}
        if smoothing:
            raw = {**look, "hovertemplate": None, "hoverinfo": "skip", "showlegend": False, "opacity": 0.25}
            below.append(_losses(color, losses, size, first, uid=f"loss-{number}-raw", **raw))
            losses = smoothed(losses, smoothing)
        look["showlegend"] = len(lanes) > 1
        lines.append(_losses(color, losses, size, first, uid=f"loss-{number}", **look))
        look |= {"showlegend": False, "uid": f"rate-{number}", "yaxis": "y2"}
        lines.append(_rates(color, np.asarray(rates), points, first, **look))
    shared = layout(height)
    shared["legend"] |= {"uirevision": " | ".join(lanes)}
    axes = {
        "hoversubplots": "axis" if len(lanes) == 1 else "single",
        "xaxis": time_axis(length, "step") | {"range": [first, length]},
        "yaxis": measure_axis("Loss of each step") | {"domain": [0, 0.6]},
        "yaxis2": rate_axis(log_rate) | {"domain": [0.68, 1]},
    }
    return Drawing(below + lines, with_ends(shared, axes, "yaxis"))


def _losses(color, losses, size, first, **look):
    places = extremes(losses, size, first)
    return trace(color, width=1.5, x=places + first, y=np.asarray(losses)[places], **look)


def _rates(color, rates, points, first, **look):
    """Step lines from change to change, or a line through the kept points if there are many changes."""
    count = len(rates)
    size = bucket(count, points)
    starts = np.flatnonzero((np.arange(count) + first) % size == 0)
    changes = np.flatnonzero(rates[1:] != rates[:-1]) + 1
    if len(changes) > points:
        places = np.union1d(np.union1d(starts, extremes(rates, size, first)), [0, count - 1])
        return trace(color, x=places + first, y=rates[places], **look)
    places = np.union1d(np.union1d(starts, changes), np.arange(min(count, 1)))
    x, y = np.append(places, count), np.append(rates[places], rates[-1:])  # the last applies until its end
    return trace(color, line_shape="hv", x=x[: len(y)] + first, y=y, **look)
