"""What is measured with each update of a range test, as lines of a picture."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lrlab.analysis.range_curve import logs, window

Array = npt.NDArray[np.float64]
Updates = tuple[Array, Array]  # rates, and what was measured at them, of one seed

MOST_POINTS = 400


def thinned(rates: Array, values: Array) -> tuple[Array, Array]:
    """At most MOST_POINTS of the points, evenly, and the last one."""
    count = min(len(rates), len(values))
    if count <= MOST_POINTS:
        return rates[:count], values[:count]
    kept = np.unique(np.linspace(0, count - 1, MOST_POINTS).round().astype(int))
    return rates[kept], values[kept]


def smoothed_norms(gradients: Sequence[Updates]) -> Updates:
    """The geometric mean of the norms of all seeds, smoothed as the loss is, at the rates of the longest."""
    runs = [(rates[: len(norms)], norms) for rates, norms in gradients if len(norms) > 1]
    if not runs:
        return np.zeros(0), np.zeros(0)
    grid = max((rates for rates, _ in runs), key=len)
    rows = []
    for rates, norms in runs:
        known = np.isfinite(norms) & (norms > 0)
        if known.any():
            row = np.interp(logs(grid), logs(rates[known]), np.log(norms[known]), right=np.nan)
            rows.append(row)
    if not rows:
        return np.zeros(0), np.zeros(0)
    count = min(int(np.isfinite(row).sum()) for row in rows)
    mean = np.mean([row[:count] for row in rows], axis=0)
    kernel = np.ones(min(window(grid), count))
    weight = np.convolve(np.ones(count), kernel, "same")
    return grid[:count], np.exp(np.convolve(mean, kernel, "same") / weight)
