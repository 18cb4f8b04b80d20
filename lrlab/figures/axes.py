"""Axes of pictures in SVG: where values and names stand, and how they are written."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from unicodedata import east_asian_width

from lrlab.text import one_line

SIZE = 13.0  # pixels of a text
STEPS = (1, 2, 5)
PARTS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))  # of a decade
FINE = (1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8)
LETTERS = {"iIjlt|!.,:;'’()[] f-r": 0.32, "mwMW%@": 0.9, "—…": 1.0}  # widths, in the size of the text


@dataclass(frozen=True)
class Axis:
    """Places values from `low` to `high` at pixels from `start` to `end`, by their logarithms or as they are.

    `low` is below `high`, and above zero on a logarithmic axis.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value; one beyond the range has one beyond the ends."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self, gap: float = 16, upright: bool = False) -> tuple[tuple[float, str], ...]:
        """Round values inside the range with their labels, as many as fit with `gap` pixels between labels.

        `upright` is for labels above each other. There are always two.
        """
        fitting = [
            (values, labels)
            for values, labels in _candidates(self.low, self.high, self.log)
            if len(values) > 1 and self._fits(values, labels, gap, upright)
        ]
        if fitting:
            values, labels = max(fitting, key=lambda each: len(each[0]))
            return tuple(zip(values, labels, strict=True))
        return self._ends()

    def _fits(self, values: Sequence[float], labels: Sequence[str], gap: float, upright: bool) -> bool:
        sizes = [SIZE if upright else text_width(label) for label in labels]
        places = [self(value) for value in values]
        return all(
            abs(other - one) >= (size + next_size) / 2 + gap
            for (one, other), (size, next_size) in zip(pairwise(places), pairwise(sizes), strict=True)
        )

    def _ends(self) -> tuple[tuple[float, str], ...]:
        """Values near both ends, with as few digits as stay inside and apart."""
        for digits in range(1, 17):
            scale = 10.0 ** (digits - 1 - math.floor(math.log10(max(abs(self.low), abs(self.high)))))
            low, high = math.ceil(self.low * scale) / scale, math.floor(self.high * scale) / scale
            if self.low <= low < high <= self.high:
                return (low, plain(low, digits)), (high, plain(high, digits))
        return (self.low, plain(self.low, 17)), (self.high, plain(self.high, 17))


def _candidates(low: float, high: float, log: bool) -> Iterator[tuple[list[float], list[str]]]:
    """Sets of round values from `low` to `high` with their labels."""
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        known = PARTS if high / low > 3 else (FINE, *PARTS)
        sparse = [((1,), by) for by in range(2, last - first + 1)]
        for parts, by in [*((parts, 1) for parts in known), *sparse]:
            powers = range(last, first - 1, -by)  # from the largest: the rates that matter are there
            values = sorted(float(f"{part}e{power}") for power in powers for part in parts)
            values = [value for value in values if low <= value <= high]
            yield values, [plain(value) for value in values]
        if high / low > 8:
            return
    exponent = math.floor(math.log10(high - low))
    for power in range(exponent - 1, exponent + 1):
        for step in STEPS:
            decimals = max(0, -power)
            unit = float(f"{step}e{power}")
            first = math.ceil(low / unit - 1e-9)
            count = math.floor(high / unit + 1e-9) - first + 1
            values = [round((first + at) * unit, decimals) for at in range(count)]
            values = [value for value in values if low <= value <= high]
            yield values, [f"{value:.{decimals}f}" for value in values]


def plain(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, never written with a power of ten.

    >>> plain(0.00001), plain(0.2999999), plain(12345.6)
    ('0.00001', '0.3', '12300')
    """
    written = format(Decimal(f"{value:.{digits}g}"), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def said(value: float, measure: str) -> str:
    """A final value as text: an accuracy in per cent, a loss with three decimals.

    >>> said(0.33521, "val_loss"), said(0.8812, "val_accuracy"), said(35.234, "loss")
    ('0.335', '88.1 %', '35.2')
    """
    if measure.endswith("accuracy"):
        return f"{100 * value:.1f} %"
    return f"{value:.3f}" if 0.01 <= abs(value) < 10 else plain(value)


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence: "A, B and C"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def text_width(text: str, size: float = SIZE) -> float:
    """About how wide a text is, in pixels; rather too much than too little."""
    return size * sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.05
    known = next((width for letters, width in LETTERS.items() if letter in letters), None)
    return known or (0.68 if letter.isupper() else 0.56)


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """The text, or as much of its beginning as fits into so many pixels, with three dots."""
    text = one_line(text)
    if text_width(text, size) <= width:
        return text
    left, kept = width - text_width("…", size), 0
    for letter in text:
        left -= text_width(letter, size)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places from `low` to `high` that are at least `gap` apart, close to the wanted ones and in their order.

    If there is too little room, the gap is smaller.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    blocks: list[tuple[float, int]] = []  # neighbours that touch: the mean place of their first, their number
    for rank, at in enumerate(order):
        mean, count = wanted[at] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, number = blocks.pop()
            mean, count = (before * number + mean * count) / (number + count), number + count
        blocks.append((mean, count))
    firsts = [mean for mean, count in blocks for _ in range(count)]
    most = high - (len(order) - 1) * gap
    found = [0.0] * len(order)
    for rank, (at, first) in enumerate(zip(order, firsts, strict=True)):
        found[at] = min(max(first, low), most) + rank * gap
    return found
