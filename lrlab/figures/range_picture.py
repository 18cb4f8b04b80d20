"""The picture of a range test: the loss while the learning rate grows, and the rates that it suggests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lrlab.analysis.range_curve import END, RangeCurve, logs
from lrlab.analysis.range_test import SUGGESTIONS, RangeTest
from lrlab.figures.axes import Axis, plain, shortened, spread, text_width
from lrlab.figures.range_lines import Array, Updates, smoothed_norms, thinned
from lrlab.figures.svg import (
    Box,
    Picture,
    Point,
    area,
    circle,
    clipped,
    color,
    dash,
    line,
    path,
    polygon,
    rect,
    svg,
    text,
)

WIDE, NARROW = 856, 350
LETTERS = "ABCDEFGH"
FLAGS = 66  # pixels above the loss


@dataclass(frozen=True, eq=False)
class ShownTest:
    """A range test on one picture: its name, the number of its colour, and what was measured.

    `losses` and `gradients` have the rates and the values of the updates of each seed; `gradients`, the norms
    of the gradients, may be None.
    """

    name: str
    color: int
    found: RangeTest
    losses: tuple[Updates, ...]
    gradients: tuple[Updates, ...] | None = None


def range_picture(tests: Sequence[ShownTest], chosen: str, upto: float | None = None) -> Picture:
    """The loss, and below it the norm of the gradient, over the learning rate.

    The suggestions are those of the first test; `chosen` is a key of SUGGESTIONS. Of the others there is the
    smoothed loss. The axis reaches to the rate `upto`, or else to the largest that was tested.
    """
    wide, narrow = (_Picture(tests, chosen, upto, width).drawn() for width in (WIDE, NARROW))
    return Picture(wide, narrow, _in_words(tests))


class _Picture:
    def __init__(self, tests: Sequence[ShownTest], chosen: str, upto: float | None, width: float) -> None:
        self.tests, self.main, self.chosen, self.width = tests, tests[0], chosen, width
        self.is_wide = width > 500
        left, right = (54.0, width - 20) if self.is_wide else (42.0, width - 12)
        self.head = 20.0 * (1 if self.is_wide else len(tests) if len(tests) > 1 else 0)  # the legend
        top = FLAGS + 18 + self.head
        self.loss = Box(left, top, right, top + (300 if self.is_wide else 210))
        has_norms = any(each.gradients for each in tests)
        below = self.loss.bottom + (50 if has_norms else 0)
        self.norm = Box(left, below, right, below + (110 if self.is_wide else 84) * has_norms)
        rates = [rate for each in tests for given, _ in each.losses for rate in (given[:1], given[-1:])]
        ends = [float(rate[0]) for rate in rates if len(rate)] or [1e-5, 10.0]
        low, high = min(ends), max([*ends, *([upto] if upto else [])])
        high = high if high > low else 10 * low
        self.x = Axis(low, high, left, right, log=True)
        self.y = Axis(*self._losses(), self.loss.bottom, self.loss.top)

    def _losses(self) -> tuple[float, float]:
        """The range of the losses up to the lowest; the rise at the end may leave it."""
        seen: list[float] = []
        for each in self.tests:
            curve = each.found.curve
            if len(curve.median):
                seen += [*curve.median[: int(curve.median.argmin()) + 1]]
        for rates, losses in self.main.losses:
            calm = losses[np.isfinite(losses) & (rates <= (self.main.found.lowest or math.inf))]
            if len(calm):
                seen += [*np.quantile(calm, [0.01, 0.99])]
        low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
        if not high > low:
            low, high = low - 0.5, high + 0.5
        foot = 0.18 if self.is_wide else 0.28  # room for the words below the lowest
        return low - foot * (high - low), high + 0.22 * (high - low)

    def drawn(self) -> str:
        """The whole picture."""
        parts = [
            self._regions(),
            self._axes(),
            clipped(self.loss, "".join(self._lines(each) for each in reversed(self.tests))),
            self._norms() if self.norm.height else "",
            self._suggestions(),
            self._end(),
            self._lowest(),
            self._legend() if self.head else "",
        ]
        return svg(self.width, self.norm.bottom + 44, "".join(parts))

    def _regions(self) -> str:
        found, box = self.main.found, self.loss
        begins = found.begins
        right = self.x(begins) if begins else self._stop() or box.right
        words = "not yet falling: no suggestion here" if begins else "the loss does not fall: no suggestion"
        if not self.is_wide or right - box.left < text_width(words) + 20:
            words = "not yet falling" if begins else "does not fall"
        parts = [rect(Box(box.left, box.top, right, box.bottom), "var(--grey)", opacity=0.08)]
        if right - box.left > text_width(words) + 12:
            parts.append(text(box.left + 10, box.bottom - 12, words, halo=True))
        stop = self._stop()
        if stop is not None:
            for each in (box, self.norm):
                parts.append(rect(Box(stop, each.top, box.right, each.bottom), "var(--bad)", opacity=0.09))
        return "".join(parts)

    def _stop(self) -> float | None:
        """Where the main test ended, if it did."""
        curve = self.main.found.curve
        return self.x(float(curve.rates[-1])) if curve.has_ended and len(curve.rates) else None

    def _end(self) -> str:
        stop = self._stop()
        if stop is None:
            return ""
        values = [float(losses[-1]) for _, losses in self.main.losses if len(losses)]
        is_finite = 2 * sum(map(math.isfinite, values)) > len(values)
        words = [
            "ended here:",
            *(["loss above", f"{END} × its best"] if is_finite else ["loss no longer", "finite"]),
        ]
        room = self.loss.right - stop
        is_right = room > max(map(text_width, words)) + 14
        parts = [line((stop, self.loss.top), (stop, self.norm.bottom), "var(--bad)", 1.8)]
        for number, each in enumerate(words):
            at = stop + 9 if is_right else stop - 9
            y = self.loss.top + 20 + 16 * number
            anchor = "start" if is_right else "end"
            parts.append(text(at, y, each, anchor, fill="var(--bad)", halo=not is_right))
        return "".join(parts)

    def _axes(self) -> str:
        parts, lowest = [], self.norm.bottom
        for value, label in self.y.ticks(26, upright=True):
            parts.append(line((self.loss.left, self.y(value)), (self.loss.right, self.y(value))))
            parts.append(text(self.loss.left - 8, self.y(value) + 4.5, label, "end"))
        for value, label in self.x.ticks(12):
            for box in (self.loss, self.norm):
                if box.height:
                    parts.append(line((self.x(value), box.top), (self.x(value), box.bottom)))
            half = text_width(label) / 2
            at = min(max(self.x(value), half + 2), self.width - half - 2)
            parts.append(text(at, lowest + 18, label, "middle", fill="var(--ink)"))
        for box in (self.loss, self.norm):
            parts.append(line((box.left, box.bottom), (box.right, box.bottom), "var(--grey)", 1.2))
        parts.append(text(self.loss.left, self.loss.top - 10, "Training loss", fill="var(--ink)", bold=True))
        words = "Learning rate, grown exponentially from update to update"
        words = words if self.is_wide else "Learning rate, growing with each update"
        parts.append(text((self.loss.left + self.loss.right) / 2, lowest + 38, words, "middle"))
        return "".join(parts)

    def _points(self, rates: Array, values: Array, axis: Axis) -> list[Point]:
        """Points of a line; far beyond the axis they stay at a place that can be drawn."""
        found = []
        for rate, value in zip(rates, values, strict=True):
            is_placed = math.isfinite(value) and (value > 0 or not axis.log)
            y = axis(float(value)) if is_placed else math.nan
            found.append((self.x(float(rate)), min(max(y, -2000.0), 3000.0) if is_placed else y))
        return found

    def _lines(self, each: ShownTest) -> str:
        curve, stroke, parts = each.found.curve, color(each.color), []
        if each is self.main:
            for rates, losses in each.losses:
                points = self._points(*thinned(rates, losses), self.y)
                parts.append(path(points, stroke, 0.9, opacity=0.4 if len(each.losses) > 1 else 0.55))
            if len(each.losses) > 1:
                parts.append(self._band(curve, stroke))
        points = self._points(*thinned(curve.rates, curve.median), self.y)
        parts.append(path(points, stroke, 3 if each is self.main else 2.2, dash(each.color)))
        return "".join(parts)

    def _band(self, curve: RangeCurve, fill: str) -> str:
        rates, low = thinned(curve.rates, curve.low)
        _, high = thinned(curve.rates, np.nan_to_num(curve.high, posinf=1e30))
        return area(self._points(rates, high, self.y), self._points(rates, low, self.y), fill, 0.18)

    def _norms(self) -> str:
        box = self.norm
        smooth = [smoothed_norms(test.gradients or ()) for test in self.tests]
        known = np.concatenate([values for _, values in smooth])
        known = known[np.isfinite(known) & (known > 0)]
        low, high = (float(known.min()) / 1.6, float(known.max()) * 1.6) if len(known) else (0.1, 10.0)
        axis = Axis(low, min(high, 1e12 * low), box.bottom, box.top, log=True)
        parts = []
        for value, label in axis.ticks(16, upright=True):
            parts.append(line((box.left, axis(value)), (box.right, axis(value))))
            parts.append(text(box.left - 8, axis(value) + 4.5, label, "end"))
        lines = []
        for test, (rates, values) in reversed([*zip(self.tests, smooth, strict=True)]):
            is_alone = len(self.tests) == 1
            stroke = "var(--grey)" if is_alone else color(test.color)
            if test is self.main:
                for each in test.gradients or ():
                    lines.append(path(self._points(*thinned(*each), axis), stroke, 0.9, opacity=0.4))
            points = self._points(*thinned(rates, values), axis)
            lines.append(path(points, stroke, 2.2, "" if is_alone else dash(test.color)))
        title = text(box.left, box.top - 10, "Gradient norm", fill="var(--ink)", bold=True)
        more = text(box.left + 98, box.top - 10, "per update, logarithmic") if self.is_wide else ""
        return "".join([*parts, clipped(box, "".join(lines)), title, more])

    def _height(self, rate: float) -> float:
        """Where the smoothed loss of the main test is at a rate."""
        curve = self.main.found.curve
        value = float(np.interp(math.log10(rate), logs(curve.rates), curve.median))
        return min(max(self.y(value), self.loss.top), self.loss.bottom)

    def _lowest(self) -> str:
        rate = self.main.found.lowest
        if rate is None:
            return ""
        x, y = self.x(rate), self._height(rate) + 9
        words = f"lowest, {plain(rate, 2)}"
        half = text_width(words) / 2 + 2
        at = min(max(x, self.loss.left + half), self.loss.right - half)
        mark = polygon([(x - 6, y + 9), (x + 6, y + 9), (x, y)], "var(--grey)")
        return mark + text(at, y + 24, words, "middle", halo=True)

    def _suggestions(self) -> str:
        """A flag above the loss for each suggested rate, and its line through both panels."""
        known = [
            (letter, each.name, each.rate)
            for letter, each in zip(LETTERS, self.main.found.suggestions, strict=False)
            if each.rate is not None and self.x.low <= each.rate <= self.x.high
        ]
        labels = [plain(rate, 2) for *_, rate in known]
        gap = max([34.0, *(text_width(label) + 10 for label in labels)])
        edge = 20 if self.is_wide else 16
        places = spread([self.x(rate) for *_, rate in known], gap, edge, self.width - edge)
        top = self.head
        lines, flags = [], []
        for (letter, name, rate), place, label in zip(known, places, labels, strict=True):
            is_chosen, x = name == self.chosen, self.x(rate)
            stroke, dashes = ("var(--primary)", "") if is_chosen else ("var(--grey)", "2 4")
            width = 2 if is_chosen else 1.5
            foot = self.loss.top - 12
            lines.append(line((place, top + 44), (x, foot), stroke, width, dashes))
            lines.append(line((x, foot), (x, self.norm.bottom), stroke, width, dashes))
            dot = "var(--primary)" if is_chosen else "var(--ink)"
            tip = f"{SUGGESTIONS[name]}: {plain(rate)}"
            lines.append(circle((x, self._height(rate)), 6.5, dot, "var(--paper)", 1.8, title=tip))
            flag = Box(place - 12.5, top + 21, place + 12.5, top + 44)
            fill, ink = ("var(--primary)", "var(--paper)") if is_chosen else ("var(--paper)", "var(--ink)")
            flags.append(rect(flag, fill, "var(--primary)" if is_chosen else "var(--ink)", 6, title=tip))
            flags.append(text(place, top + 37, letter, "middle", fill=ink, bold=True))
            flags.append(text(place, top + 14, label, "middle", fill=dot, bold=True))
        return "".join(lines + flags)

    def _legend(self) -> str:
        """What the lines are, above the flags."""
        right = self.width - (20.0 if self.is_wide else 8.0)
        stroke, seeds = color(self.main.color), len(self.main.losses)
        entries = [("each update", stroke, 1, ""), ("smoothed", stroke, 3, "")]
        entries += [(f"{seeds} seeds", stroke, 10, "")] if seeds > 1 else []
        if len(self.tests) > 1:
            room = (self.width - 30) / len(self.tests) - 46 if self.is_wide else self.width - 60
            entries = [
                (shortened(each.name, room), color(each.color), 3, dash(each.color)) for each in self.tests
            ]
        rows = [entries] if self.is_wide else [[each] for each in entries]
        parts = []
        for number, row in enumerate(rows):
            widths = [text_width(words) + 46 for words, *_ in row]
            x, y = (right - sum(widths) + 16 if self.is_wide else 8.0), 13 + 20 * number
            for (words, stroke, width, dashes), wide in zip(row, widths, strict=True):
                opacity = 0.25 if width > 5 else 0.6 if width < 2 else 1
                parts.append(line((x, y - 4.5), (x + 22, y - 4.5), stroke, width, dashes, opacity))
                parts.append(text(x + 30, y, words))
                x += wide
        return "".join(parts)


def _in_words(tests: Sequence[ShownTest]) -> str:
    found = tests[0].found
    words = ["Training loss over a learning rate that grows with each update."]
    for letter, each in zip(LETTERS, found.suggestions, strict=False):
        rate = "none" if each.rate is None else plain(each.rate)
        words.append(f"{letter}, {SUGGESTIONS[each.name].lower()}: {rate}.")
    if found.lowest is not None:
        words.append(f"The loss is lowest at {plain(found.lowest)}.")
    if found.curve.has_ended and len(found.curve.rates):
        words.append(f"The test ended at {plain(float(found.curve.rates[-1]))}.")
    for test in tests[1:]:
        lowest = test.found.lowest
        at = "does not fall" if lowest is None else f"is lowest at {plain(lowest)}"
        words.append(f"Also shown: {test.name}, whose loss {at}.")
    return " ".join(words)
