"""The runs of a sweep that diverged: triangles in a hatched band."""

from itertools import pairwise

from lrlab.analysis.sweep import Cell
from lrlab.figures.axes import text_width
from lrlab.figures.svg import Point, clipped, color, hatched, line, polygon, text
from lrlab.figures.sweep_frame import Frame
from lrlab.figures.swept_line import Line, told


def lost(frame: Frame) -> str:
    """The hatched band with its triangles, and the dotted ways to them."""
    band = frame.band
    if not band.height:
        return ""
    found: dict[float, list[tuple[Line, Cell]]] = {}
    for each in frame.lines:
        for cell in each.cells:
            if cell.diverged:
                found.setdefault(cell.peak, []).append((each, cell))
    places = sorted(found)
    slots = [frame.x(other) - frame.x(one) for one, other in pairwise(places)]
    most = max(map(len, found.values()))
    step = min(16, 0.8 * min([*slots, 2 * (band.right - frame.x(places[-1])) + 30]) / most)
    size, middle = max(2.6, min(5.5, step * 0.42)), (band.top + band.bottom) / 2
    way = 1 if frame.is_accuracy else -1  # to which side a triangle points
    ways, signs = [], []
    for peak, those in found.items():
        for number, (each, cell) in enumerate(those):
            x = frame.x(peak) + (number - (len(those) - 1) / 2) * step
            x = min(
                max(x, band.left + size + 1 + number * step),
                band.right - size - 1 - (len(those) - 1 - number) * step,
            )
            corners = [(x - size, middle - way * size * 0.8), (x + size, middle - way * size * 0.8)]
            corners.append((x, middle + way * size))
            tip = told(each, cell, frame.measure)
            signs.append(polygon(corners, "var(--paper)", color(each.color), 1.7, tip))
            start = _before(frame, each, cell)
            if start:
                end = x, frame.box.bottom if frame.is_accuracy else frame.box.top
                ways.append(line(start, end, color(each.color), 1.3, "1.5 4", 0.8))
    words = "Diverged in at least one seed" if frame.is_wide else "Diverged"
    free = frame.x(places[0]) - step * len(found[places[0]]) / 2 - 6
    is_left = band.left + 10 + text_width(words) < free
    label = text(band.left + 10, middle + 4.5, words, halo=True) if is_left else ""
    return hatched(band) + clipped(frame.box, "".join(ways)) + label + "".join(signs)


def _before(frame: Frame, each: Line, cell: Cell) -> Point | None:
    """Where a line leaves for a cell that diverged: from its own seeds, or from those of a neighbour."""
    at = each.cells.index(cell)
    near = (cell, *reversed(each.cells[:at][-1:]), *each.cells[at + 1 : at + 2])
    for one in near:
        if frame.is_shown(one.median):
            return frame.at(one.peak, one.median)
    return None
