"""The rows below the picture of a sweep: the best peak rate of each schedule, and the rates as good."""

from collections.abc import Sequence

from lrlab.figures.axes import plain, shortened, text_width
from lrlab.figures.svg import Box, circle, color, line, rect, text
from lrlab.figures.sweep_frame import Frame
from lrlab.figures.swept_line import Line

ROW = 18


def best_peaks(frame: Frame, rows: Sequence[Line], top: float) -> str:
    """A row a schedule, below `top`: its best peak rate, and those that the seeds cannot tell from it."""
    title = "Best peak of each, and the rates that the seeds cannot tell from it"
    box = frame.box
    start = box.left if frame.is_wide else 4
    title = title if frame.is_wide else "Best peaks, and rates as good"
    parts = [text(start, top + 12, title, fill="var(--ink)", bold=True)]
    for number, each in enumerate(rows):
        y = top + 30 + ROW * number
        parts.append(line((start, y), (box.right, y)))
        best = each.best
        fill = color(each.color)
        ends = (best.peaks or (best.peak, best.peak)) if best and best.peak else None
        left = right = box.left
        if best and best.peak and ends and ends[0] and ends[1]:
            left, right = frame.x(ends[0]), frame.x(ends[1])
            bar = Box(left - 3.5, y - 3.5, right + 3.5, y + 3.5)
            tip = f"{each.name}: best peak {plain(best.peak)}"
            tip += f", as good from {plain(ends[0])} to {plain(ends[1])}" if best.peaks else ""
            if best.peaks and right > left:
                parts.append(rect(bar, fill, radius=3.5, opacity=0.4, title=tip))
            parts.append(circle((frame.x(best.peak), y), 5, fill, "var(--paper)", 1.2, title=tip))
        parts.append(_name(frame, each, y, left - 14, right + 14))
    return "".join(parts)


def _name(frame: Frame, each: Line, y: float, left: float, right: float) -> str:
    """The name of a row, where its bar leaves room."""
    is_known = each.best is not None and each.best.peak is not None
    name = shortened(each.name, 170 if frame.is_wide else 110)
    name += "" if is_known else (": all diverged" if each.cells else ": not yet")
    start = frame.box.left + 2 if frame.is_wide else 4
    is_left = not is_known or left >= start + text_width(name) * 1.05
    if not is_left:
        start = min(max(right, frame.box.left), frame.width - 4 - text_width(name) * 1.05)
    return text(
        start, y + 4.5, name, fill=color(each.color, name=True), bold=True, halo=True, title=each.name
    )
