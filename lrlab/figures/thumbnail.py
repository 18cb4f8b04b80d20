"""A small picture of curves, without axes: an SVG that a page shows beside a text."""

from collections.abc import Sequence

import numpy as np

from lrlab.figures.lanes import LaneCurves
from lrlab.figures.series import spread, table

WIDTH, HEIGHT = 160, 72
SHARE = 0.95  # of all values; the highest ones, of a run that diverged, are outside


def thumbnail(lanes: Sequence[LaneCurves], shades: Sequence[str], measure: str = "val_loss") -> str:
    """An SVG with the median over the seeds of each lane, in colours written as #rrggbb."""
    lines = [spread(table(lane.runs, measure))[1] for lane in lanes]
    known = np.concatenate([line[np.isfinite(line)] for line in lines])
    low, high = known.min(), np.quantile(known, SHARE)
    length = max(map(len, lines))
    paths = []
    for line, shade in zip(lines, shades, strict=True):
        across = 2 + (WIDTH - 4) * np.arange(len(line)) / max(length - 1, 1)
        down = HEIGHT - 4 - (HEIGHT - 8) * (line - low) / ((high - low) or 1)
        inside = np.isfinite(down)
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across[inside], down[inside], strict=True))
        paths.append(f'<polyline points="{points}" fill="none" stroke="{shade}" stroke-width="1.8"/>')
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(paths)}</svg>'
