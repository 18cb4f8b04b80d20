"""The picture of a sweep: the final value of each schedule over its peak rate, and the best peak of each."""

import math
from collections.abc import Mapping, Sequence

from lrlab.analysis.standing import MEASURES
from lrlab.analysis.sweep import Cell
from lrlab.figures.axes import Axis, listed, plain, said, shortened, spread, text_width
from lrlab.figures.best_peaks import ROW, best_peaks
from lrlab.figures.diverged import lost
from lrlab.figures.svg import (
    Picture,
    area,
    circle,
    clipped,
    color,
    dash,
    line,
    path,
    polygon,
    svg,
    target,
    text,
)
from lrlab.figures.sweep_frame import Frame
from lrlab.figures.swept_line import Line, by_best, told

WIDE, NARROW = 856, 350
MANY = 7  # lines: from here on the bands are fainter


def sensitivity(
    lines: Sequence[Line], measure: str, marks: Mapping[float, str] | None = None, height: int = 430
) -> Picture:
    """The final value of a `measure` of MEASURES over the peak rate, a line a schedule.

    A line is the median of the seeds, its band reaches from the lowest to the highest. `marks` are rates on
    the axis and what they are. The axes depend on the finished runs, so that newer values move no line.
    `height` is without the rows below the axis, one a schedule: dot and bar for its best peak rate, and the
    rates that the seeds cannot tell from it.
    """
    wide, narrow = (
        _Picture(tuple(lines), measure, dict(marks or {}), width, min(height, most)).drawn()
        for width, most in ((WIDE, height), (NARROW, 380))
    )
    return Picture(wide, narrow, _in_words(lines, measure))


class _Picture(Frame):
    def drawn(self) -> str:
        """The whole picture."""
        ordered = [each for each in reversed(by_best(self.lines, self.measure))]  # the best lies on top
        curves = [*(self._band_of(each) for each in ordered), *(self._curve(each) for each in ordered)]
        rows = by_best(self.lines, self.measure)
        top = self.height + 8
        parts = [
            self._head(),
            self._axes(),
            lost(self),
            clipped(self.box, "".join(curves)),
            *(self._points(each) for each in ordered),
            self._marks(),
            self._names(),
            self._best_value(),
            self._notes(),
            best_peaks(self, rows, top),
        ]
        return svg(self.width, top + 26 + ROW * len(rows), "".join(parts))

    def _head(self) -> str:
        title = MEASURES[self.measure].capitalize()
        parts = [text(self.box.left, 15, title, fill="var(--ink)", bold=True)]
        if self.is_wide:
            legend = "line: median of the seeds, band: lowest to highest"
            legend += ", dashed rings: still training" if any(each.now for each in self.lines) else ""
            parts.append(text(self.width - 14, 15, legend, "end"))
        return "".join(parts)

    def _axes(self) -> str:
        box, parts = self.box, []
        for value, label in self.y.ticks(28, upright=True) if self.has_ended else ():
            words = f"{100 * value:.3g} %" if self.is_accuracy else label
            parts.append(line((box.left, self.y(value)), (box.right, self.y(value))))
            parts.append(text(box.left - 8, self.y(value) + 4.5, words, "end"))
        foot = max(box.bottom, self.band.bottom)
        for value, label in self.x.ticks(14):
            parts.append(line((self.x(value), box.top), (self.x(value), box.bottom)))
            parts.append(line((self.x(value), foot), (self.x(value), foot + 4), "var(--grey)"))
            parts.append(text(self.x(value), foot + 18, label, "middle", fill="var(--ink)"))
        parts.append(line((box.left, foot), (box.right, foot), "var(--grey)", 1.2))
        parts.append(text((box.left + box.right) / 2, foot + 37, "Peak learning rate", "middle"))
        return "".join(parts)

    def _band_of(self, each: Line) -> str:
        parts, part = [], list[Cell]()
        for cell in (*each.cells, None):
            if cell is not None and math.isfinite(self.at(cell.peak, cell.low)[1]):
                part.append(cell)
                continue
            if any(one.high > one.low for one in part):
                upper, lower = (
                    [self.at(c.peak, v) for c, v in zip(part, side, strict=True)]
                    for side in ([c.high for c in part], [c.low for c in part])
                )
                parts.append(area(upper, lower, color(each.color), 0.08 if len(self.lines) >= MANY else 0.15))
            part = []
        return "".join(parts)

    def _curve(self, each: Line) -> str:
        points = [self.at(cell.peak, cell.median) for cell in each.cells]
        width = 3.2 if each is self.first else 2
        return path(points, color(each.color), width, dash(each.color))

    def _points(self, each: Line) -> str:
        parts = []
        for peak, value in each.now:
            x, y = self.at(peak, value)
            if math.isfinite(y):
                y = min(max(y, self.box.top + 7), self.box.bottom - 7)
                words = f"{each.name}, peak {plain(peak)}: still training, now {said(value, self.measure)}"
                parts.append(circle((x, y), 5, "var(--paper)", color(each.color), 1.6, "2.4 1.8", words))
        best = each.best.peak if each.best else None
        for cell in each.cells:
            at = self.at(cell.peak, cell.median)
            if not self.is_shown(cell.median):
                continue
            is_best = cell.peak == best
            ring = ("var(--paper)", 2) if is_best else ("none", 0)
            parts.append(circle(at, 7 if is_best else 3.2, color(each.color), *ring))
            parts.append(target(at, 9, told(each, cell, self.measure)))
        return "".join(parts)

    def _marks(self) -> str:
        parts = []
        foot = max(self.box.bottom, self.band.bottom)
        for rate in self.marks:
            if self.x.low <= rate <= self.x.high:
                x = self.x(rate)
                corners = [(x - 5.5, foot + 1), (x + 5.5, foot + 1), (x, foot - 8)]
                parts.append(polygon(corners, "var(--ink)", "var(--paper)", 1, self.marks[rate]))
        for _, x, anchor, words, level in self.mark_places():
            y = self.box.bottom - 8 - 16 * level
            parts.append(text(x, y, words, anchor, halo=True))
        return "".join(parts)

    def _names(self) -> str:
        """The names at the ends of the lines, with leaders where they had to move."""
        ends = [
            (each, self.at(shown[-1].peak, shown[-1].median))
            for each in self.lines
            if (shown := [cell for cell in each.cells if self.is_shown(cell.median)])
        ]
        low, high = self.box.top + 10, self.box.bottom - 10
        places = spread([y for _, (_, y) in ends], 16, low, high)
        room = self.width - 4 - self.column
        parts = []
        for (each, (x, y)), place in zip(ends, places, strict=True):
            stroke = color(each.color)
            parts.append(line((x + 8, y), (self.column - 4, place), stroke, 1, opacity=0.7))
            name = shortened(each.name, room)
            parts.append(
                text(
                    self.column,
                    place + 4.5,
                    name,
                    fill=color(each.color, name=True),
                    bold=True,
                    halo=True,
                    title=each.name,
                )
            )
        return "".join(parts)

    def _best_value(self) -> str:
        best = self.first
        if not best or not best.best or best.best.peak is None or best.best.mean is None:
            return ""
        cell = next((cell for cell in best.cells if cell.peak == best.best.peak), None)
        if not cell or not self.is_shown(cell.median):
            return ""
        x, y = self.at(cell.peak, cell.median)
        words = f"{shortened(best.name, 150 if self.is_wide else 90)} {said(best.best.mean, self.measure)}"
        half = text_width(words) / 2 * 1.05
        x = min(max(x, self.box.left + half + 2), self.width - half - 4)
        down = y - 14 if self.is_accuracy else y + 22
        return text(x, down, words, "middle", fill=color(best.color, name=True), bold=True, halo=True)

    def _notes(self) -> str:
        """What is beyond the axis, and why a chart is empty."""
        box = self.box
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        if not any(each.cells for each in self.lines):
            return text(*middle, "No run has finished yet.", "middle")
        if not self.has_ended:
            return text(*middle, "All finished runs diverged.", "middle")
        words = _off(self.lines, self.y, self.measure)
        if not words:
            return ""
        y = box.bottom - 34 if self.is_accuracy else box.top + 18
        if not self.is_wide:
            words = words.partition(",")[0]
        return text(box.left + 10, y, words, halo=True)


def _off(lines: Sequence[Line], y: Axis, measure: str) -> str:
    """What is beyond the axis, in words."""
    known = [cell.median for each in lines for cell in each.cells if math.isfinite(cell.median)]
    above, below = [value for value in known if value > y.high], [value for value in known if value < y.low]
    for out, side, edge, furthest in ((above, "above", y.high, max), (below, "below", y.low, min)):
        if out:
            count = f"{len(out)} result{'s' * (len(out) > 1)} {side} {said(edge, measure)}"
            return f"{count} not shown, the furthest {said(furthest(out), measure)}"
    return ""


def _in_words(lines: Sequence[Line], measure: str) -> str:
    what = f"{MEASURES[measure].capitalize()} over the peak learning rate"
    told = []
    for each in by_best(lines, measure):
        best = each.best
        if best is None or best.peak is None or best.mean is None:
            told.append(f"{each.name}: {'all runs diverged' if each.cells else 'no run has finished yet'}.")
            continue
        words = f"{each.name}: best {said(best.mean, measure)} at {plain(best.peak)}"
        if best.peaks:
            ends = [plain(rate) for rate in best.peaks]
            words += f", rates from {' to '.join(ends)} as good" if len({*ends}) > 1 else ", no other as good"
        lost = [plain(cell.peak) for cell in each.cells if cell.diverged]
        told.append(words + (f"; diverged in at least one seed at {listed(lost)}." if lost else "."))
    return " ".join([f"{what}, {len(lines)} schedule{'s' * (len(lines) != 1)}.", *told])
