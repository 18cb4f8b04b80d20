"""The axes of the picture of a sweep, and where its marks and names have room."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low

from lrlab.figures.axes import Axis, text_width
from lrlab.figures.svg import Box, Point
from lrlab.figures.swept_line import Line, by_best

BAND = 26
OUT = 3  # times the usual loss: results further off are said in words
WIDEST = 1e4  # from the lowest to the highest loss
FAR = 6  # times the distance from the usual accuracy to the best


@dataclass(frozen=True)
class Frame:
    """Where everything stands: `box` has the lines, `band` the runs that diverged.

    `column` is where the names at the ends of the lines begin.
    """

    lines: tuple[Line, ...]
    measure: str
    marks: Mapping[float, str]
    width: float
    height: float
    is_accuracy: bool = field(init=False)
    x: Axis = field(init=False)
    y: Axis = field(init=False)
    box: Box = field(init=False)
    band: Box = field(init=False)
    column: float = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "is_accuracy", self.measure.endswith("accuracy"))
        left, right = (54.0, self.width - 14) if self.is_wide else (46.0, self.width - 8)
        low, high = self._rates()
        right, column = self._room_for_names(left, right, low, high)
        put(self, "column", column)
        top, bottom = 26.0, self.height - 44
        has_lost = any(cell.diverged for each in self.lines for cell in each.cells)
        band = BAND if has_lost else 0
        at = bottom - band if self.is_accuracy else top
        put(self, "band", Box(left, at, right, at + band))
        box = (
            Box(left, top, right, bottom - band) if self.is_accuracy else Box(left, top + band, right, bottom)
        )
        put(self, "box", box)
        put(self, "x", Axis(low, high, left, right, log=True))
        put(self, "y", self._values(box))

    @property
    def is_wide(self) -> bool:
        return self.width > 500

    @property
    def first(self) -> Line | None:
        """The best of all."""
        best = by_best(self.lines, self.measure)[:1]
        return best[0] if best and best[0].best and best[0].best.mean is not None else None

    @property
    def has_ended(self) -> bool:
        """Whether there is a finished run that did not diverge."""
        return any(math.isfinite(cell.median) for each in self.lines for cell in each.cells)

    def _rates(self) -> tuple[float, float]:
        peaks = [cell.peak for each in self.lines for cell in each.cells]
        peaks += [peak for each in self.lines for peak, _ in each.now]
        low, high = min(peaks, default=0.01), max(peaks, default=1.0)
        pad = (high / low) ** 0.035 if high > low else 3.0
        lost = sum(cell.peak == high and cell.diverged > 0 for each in self.lines for cell in each.cells)
        return low / pad, high * pad * (high / low) ** min(0.008 * lost, 0.05)

    def _room_for_names(self, left: float, right: float, low: float, high: float) -> tuple[float, float]:
        ends = [cell.peak for each in self.lines for cell in each.cells if math.isfinite(cell.median)]
        most = 150 if self.is_wide else 78
        names = max((min(text_width(each.name) + 6, most) for each in self.lines), default=0)
        end = math.log(max(ends, default=low) / low) / math.log(high / low)
        right = min(right, left + (right + 6 - left - 24 - names) / max(end, 0.01))
        return right, left + end * (right - left) + 24

    def _values(self, box: Box) -> Axis:
        """The value axis: results that are OUT of all proportion to the others are beyond it."""
        known = [cell for each in self.lines for cell in each.cells if math.isfinite(cell.median)]
        middle = [cell.median for cell in known] or [value for each in self.lines for _, value in each.now]
        middle = [value for value in middle if math.isfinite(value)] or [0.5]
        low = min([cell.low for cell in known] or middle)
        high = max([cell.high for cell in known] or middle)
        usual = median_low(middle)
        log = not self.is_accuracy and low > 0
        if self.is_accuracy:
            low = min(value for value in middle if value >= usual - max(FAR * (high - usual), 0.05))
        elif usual > 0:
            high = max(v for v in (*middle, *(cell.high for cell in known)) if v <= OUT * usual)
        if not high > low:
            step = max(0.05, 0.05 * abs(high))
            low, high = (low / 1.1, high * 1.1) if log else (low - step, high + step)
        # Room for the value of the best, and for the marks on the axis.
        foot = 32 + 16 * max((level + 1 for *_, level in self.mark_places()), default=0)
        is_off = max(cell.median for cell in known) > high if known else False
        foot, head = (14, 34) if self.is_accuracy else (foot, 32 if is_off else 14)
        foot += 22 * (self.is_accuracy and bool(self.marks))
        inner = Axis(low, high, box.bottom - foot, box.top + head, log)
        share = [(edge - inner.start) / (inner.end - inner.start) for edge in (box.bottom, box.top)]
        if log:
            high = min(high, WIDEST * low)
            low, high = (low * (high / low) ** each for each in share)
        else:
            low, high = (low + (high - low) * each for each in share)
        return Axis(low, high, box.bottom, box.top, log)

    def at(self, peak: float, value: float) -> Point:
        """Where a value stands; NaN for one without a place."""
        if not math.isfinite(value) or (self.y.log and value <= 0):
            return self.x(peak), math.nan
        return self.x(peak), min(max(self.y(value), self.box.top - 400), self.box.bottom + 400)

    def is_shown(self, value: float) -> bool:
        return math.isfinite(value) and self.y.low <= value <= self.y.high

    def mark_places(self) -> list[tuple[float, float, str, str, int]]:
        """Rate, x, anchor, text and level of each mark that is on the axis; texts do not overlap."""
        found: list[tuple[float, float, str, str, int]] = []
        taken: list[list[Box]] = [[], [], []]
        for rate, words in sorted(self.marks.items()):
            if not self.x.low <= rate <= self.x.high:
                continue
            x, width = self.x(rate), text_width(words)
            left = x + 9 + width > min(self.x.end, self.column - 6)
            anchor, start = ("end", x - 9 - width) if left else ("start", x + 9)
            if start < 4:
                continue
            span = Box(start, 0, start + width, 1)
            free = [
                level
                for level, boxes in enumerate(taken)
                if all(span.right < box.left - 8 or span.left > box.right + 8 for box in boxes)
            ]
            taken[free[0] if free else -1].append(span)
            found.append((rate, x + (-9 if left else 9), anchor, words, free[0] if free else 2))
        return found
