"""The picture of an answer: how much worse each other schedule ended on the fresh seeds than the best."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lrlab.analysis.confirm import Answer
from lrlab.analysis.difference import Difference
from lrlab.analysis.standing import MEASURES
from lrlab.figures.axes import Axis, shortened, text_width
from lrlab.figures.svg import Box, Picture, circle, color, line, rect, svg, target, text

WIDE, NARROW = 620, 350
FEWEST_DECIMALS = 3


class Apart(NamedTuple):
    """How much worse a schedule ended than the best: the difference and its ends; None if not known.

    Losses differ by their values, accuracies by percentage points.
    """

    name: str
    mean: float | None
    low: float
    high: float
    is_worse: bool


def apart(answer: Answer, measure: str) -> list[Apart]:
    """Every other schedule, in the order of the verdict."""
    found = []
    for standing in answer.verdict.standings:
        if answer.name is None or standing.name == answer.name:
            continue
        each = answer.differences.get(standing.name)
        is_worse = standing.name in answer.beaten
        if each is None:
            found.append(Apart(standing.name, None, math.nan, math.nan, is_worse))
            continue
        mean, *ends = (_worse(each, value, measure) for value in (each.mean, *each.interval))
        found.append(Apart(standing.name, mean, min(ends), max(ends), is_worse))
    return found


def in_numbers(rows: Sequence[Apart], measure: str) -> list[str]:
    """The differences with their intervals, "0.009 (0.004 to 0.014)", all with the same decimals."""
    accuracy = measure.endswith("accuracy")
    widths = [each.high - each.low for each in rows if each.mean is not None and each.high > each.low]
    fewest = 1 if accuracy else FEWEST_DECIMALS
    decimals = fewest
    if widths:
        decimals = min(max(fewest, 1 - math.floor(math.log10(min(widths)))), 6)

    def written(value: float) -> str:
        return f"{value + 0.0:.{decimals}f}".replace("-", "\u2212")

    return [
        f"{written(each.mean)} ({written(each.low)} to {written(each.high)})" if each.mean is not None else ""
        for each in rows
    ]


def verdict_of(row: Apart, best: str, room: float = math.inf) -> str:
    """What a row means, in words that fit into so many pixels."""
    if row.mean is None:
        return "too few seeds"
    if not row.is_worse:
        return "not distinguishable"
    return f"{shortened(best, room - text_width(' is better'))} is better"


def forest(answer: Answer, colors: Mapping[str, int], measure: str) -> Picture:
    """How much worse each other schedule ended than the best, with its 95 % interval; zero is as good.

    A hollow dot is a schedule that the seeds cannot tell from the best. `colors` are numbers of the palette,
    by the name of the schedule; `measure` is one of MEASURES.
    """
    rows = apart(answer, measure)
    alt = [f"{MEASURES[measure].capitalize()} of the fresh seeds."]
    if not rows:
        words = "No confirming run ended." if answer.name is None else "Only one schedule was confirmed."
        wide, narrow = (svg(width, 48, text(width / 2, 28, words, "middle")) for width in (WIDE, NARROW))
        return Picture(wide, narrow, " ".join([*alt, words]))
    best = answer.name or ""
    for each, number in zip(rows, in_numbers(rows, measure), strict=True):
        worse = f"{number} worse than {best}, " if number else ""
        alt.append(f"{each.name}: {worse}{verdict_of(each, best)}.")
    wide, narrow = (_drawn(rows, answer, colors, measure, width) for width in (WIDE, NARROW))
    return Picture(wide, narrow, " ".join(alt))


def _worse(found: Difference, value: float, measure: str) -> float:
    """A difference of the best to another as how much worse that one is."""
    return 100 * value if measure.endswith("accuracy") else -value


def _drawn(
    rows: Sequence[Apart], answer: Answer, colors: Mapping[str, int], measure: str, width: float
) -> str:
    is_wide, best = width > 500, answer.name or ""
    step, top = (42, 30) if is_wide else (70, 30)
    numbers = in_numbers(rows, measure)
    names = min(max(text_width(each.name) for each in rows) * 1.06 + 34, 190)
    side = max(text_width(number) for number in numbers) + 14
    side = max(side, max(text_width(verdict_of(each, best, 180)) for each in rows) + 14, 140)
    plot = Box(
        names if is_wide else 12, top, width - side - 12 if is_wide else width - 12, top + step * len(rows)
    )
    ends = [end for each in rows if each.mean is not None for end in (each.low, each.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    pad = 0.06 * (high - low) or 0.01
    x = Axis(low - pad, high + pad, plot.left, plot.right)
    parts = []
    unit = " points" if measure.endswith("accuracy") else ""
    ticks = x.ticks(22) if ends else ()
    for value, label in ticks:
        is_zero = abs(value) < 1e-12
        stroke, thick = ("var(--grey)", 1.4) if is_zero else ("var(--faint)", 1)
        parts.append(line((x(value), plot.top - 4), (x(value), plot.bottom), stroke, thick))
        words = "0" if is_zero else label.replace("-", "\u2212") if value < 0 else f"+{label}"
        half = text_width(words) / 2
        at = min(max(x(value), half), width - half)
        parts.append(text(at, plot.bottom + 18, words, "middle"))
    if not any(abs(value) < 1e-12 for value, _ in ticks):
        parts.append(line((x(0), plot.top - 4), (x(0), plot.bottom), "var(--grey)", 1.4))
    title = shortened(f"as good as {best}", 240)
    half = text_width(title) / 2 + 4
    parts.append(text(min(max(x(0), half), width - half), plot.top - 12, title, "middle"))
    if is_wide:
        parts.append(text(width - 4, plot.top - 12, f"difference{unit and ' in' + unit} (95 %)", "end"))
    for number, (each, words) in enumerate(zip(rows, numbers, strict=True)):
        y = plot.top + step * (number + 0.5) + (0 if is_wide else 6)
        parts.append(_row(each, words, best, colors[each.name], x, y, width, names))
    lower = "lower" if measure.endswith("accuracy") else "higher"
    paired = all(found.paired for found in answer.differences.values())
    what = f"{lower} {MEASURES[measure]} than {shortened(best, 130)}" if is_wide else f"{lower} than {best}"
    foot = shortened(what + (", seed by seed" if paired and answer.differences else ""), width - 16)
    half = text_width(foot) / 2 + 4
    middle = min(max((plot.left + plot.right) / 2, half), width - half)
    parts.append(text(middle, plot.bottom + 38, foot, "middle"))
    return svg(width, plot.bottom + 46, "".join(parts))


def _row(
    each: Apart, words: str, best: str, number: int, x: Axis, y: float, width: float, names: float
) -> str:
    is_wide, fill, ink = width > 500, color(number), color(number, name=True)
    # On a narrow picture the name and the numbers stand above the bar.
    above = y if is_wide else y - 24
    parts = [circle((10, above), 5, fill)]
    room = names - 34 if is_wide else width - 30 - text_width(words or verdict_of(each, best)) - 16
    name = shortened(each.name, room)
    parts.append(text(22, above + 4.5, name, fill="var(--ink)", bold=True, halo=True, title=each.name))
    verdict = verdict_of(each, best, 180)
    look = "var(--ink)" if each.is_worse else "var(--grey)"
    if each.mean is None:
        return "".join([*parts, text(width - 4, above + 4.5, verdict, "end")])
    parts.append(
        text(width - 4, above + (-3 if is_wide else 4.5), words, "end", fill="var(--ink)", bold=True)
    )
    left, right = x(each.low), x(each.high)
    tip = f"{each.name}: {words} worse than {best}, {verdict_of(each, best)}"
    if right > left:
        parts.append(rect(Box(left, y - 1.75, right, y + 1.75), fill, radius=1.75, opacity=0.6, title=tip))
    dot = (fill, "var(--paper)", 1.5) if each.is_worse else ("var(--paper)", ink, 2.2)
    parts.append(circle((x(each.mean), y), 7 if each.is_worse else 6, *dot))
    parts.append(target((x(each.mean), y), 12, tip))
    under = y + 14 if is_wide else y + 20
    parts.append(text(width - 4, under, verdict, "end", fill=look, halo=not is_wide))
    return "".join(parts)
