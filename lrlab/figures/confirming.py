"""The confirming runs of a sweep: a panel a schedule, with the curves of its fresh seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lrlab.analysis.best_rate import BestRate
from lrlab.analysis.confirm import Answer
from lrlab.analysis.standing import MEASURES
from lrlab.figures.axes import Axis, plain, said, shortened, text_width
from lrlab.figures.svg import Box, Picture, Point, circle, clipped, color, line, path, rect, svg, text
from lrlab.runs.swept import CONFIRM, SweptRun

WIDE, NARROW = 1240, 350
GAP, LEAST = 14, 150  # pixels between panels, and of a panel
MOST = 5  # panels side by side
MOST_POINTS = 150  # of a curve
Curve = tuple[float | None, ...]  # the value of each epoch; None, NaN or infinite if there is none


@dataclass(frozen=True)
class Panel:
    """A schedule with the curves of its fresh seeds, the best first.

    `end` is their final value, and `searched` that of the same rate in the sweep; None if not known.
    """

    name: str
    color: int
    peak: float
    curves: tuple[Curve, ...]
    end: float | None
    searched: float | None


def confirming_panels(
    panels: Sequence[Panel], measure: str, winner: str | None = None, width: int = WIDE
) -> Picture:
    """A panel a schedule: each fresh seed thin, their median thick, all with one value axis.

    `winner` is the schedule whose median is dashed in the panels of the others. The wide picture has up to
    MOST panels side by side, the narrow one has two.
    """
    wide, narrow = (_drawn(panels, measure, winner, each) for each in (width, NARROW))
    title = f"{MEASURES[measure].removeprefix('final ').capitalize()} of the confirming runs, epoch by epoch."
    return Picture(wide, narrow, " ".join([title, *(_in_words(panel, measure) for panel in panels)]))


def panels_of(
    runs: Sequence[SweptRun],
    answer: Answer,
    best: Sequence[BestRate],
    colors: Mapping[str, int],
    curves: Mapping[int, Curve],
) -> tuple[Panel, ...]:
    """The panels of a sweep's confirming runs, in the order of the verdict.

    `best` are the best rates of the search, `colors` numbers of the palette by the name of the schedule, and
    `curves` the values of each epoch by the number of the run.
    """
    told = {each.name: each for each in best}
    found = []
    for standing in answer.verdict.standings:
        peaks = [run.peak for run in runs if is_counted(run) and run.name == standing.name]
        peak = max(peaks, key=peaks.count)
        shown = [
            run.id for run in runs if run.role == CONFIRM and (run.name, run.peak) == (standing.name, peak)
        ]
        of_seeds = tuple(tuple(curves[id]) for id in shown if id in curves)
        end = standing.median if standing.finished else None
        searched = told.get(standing.name, BestRate(standing.name))
        mean = searched.mean if searched.peak == peak else None
        found.append(Panel(standing.name, colors[standing.name], peak, of_seeds, end, mean))
    return tuple(found)


def is_counted(run: SweptRun) -> bool:
    """Whether the run is a confirming one that has ended."""
    return run.role == CONFIRM and run.has_ended


def middle(curves: Sequence[Curve]) -> list[float]:
    """The median of each epoch over the seeds that have a value there; NaN if none has."""
    length = max(map(len, curves), default=0)
    rows = [[curve[at] for curve in curves if at < len(curve)] for at in range(length)]
    found = [[value for value in row if value is not None and math.isfinite(value)] for row in rows]
    return [median(row) if row else math.nan for row in found]


def _in_words(panel: Panel, measure: str) -> str:
    seeds = f"{len(panel.curves)} seed{'s' * (len(panel.curves) != 1)}"
    end = "no run ended" if panel.end is None else f"the median end is {said(panel.end, measure)}"
    words = f"{panel.name} at {plain(panel.peak)}, {seeds}: {end}"
    return words + (f", the sweep had said {said(panel.searched, measure)}." if panel.searched else ".")


def _drawn(panels: Sequence[Panel], measure: str, winner: str | None, width: float) -> str:
    if not panels:
        return svg(width, 48, text(width / 2, 28, "There are no confirming runs yet.", "middle"))
    fitting = max(2, min(MOST, int((width + GAP) // (LEAST + GAP))))
    rows = -(-len(panels) // fitting)
    columns = max(-(-len(panels) // rows), 3 if width > 500 else 2)  # few panels are not stretched
    size = (width - GAP * (columns - 1)) / columns
    size = min(size, 300)
    height = 262 if size > 215 else 236
    low, high = _range(panels, measure)
    best = next((panel for panel in panels if panel.name == winner), None)
    parts = []
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        left, top = column * (size + GAP), row * (height + GAP)
        box = Box(left + 0.75, top + 0.75, left + size - 0.75, top + height - 0.75)
        other = best if best is not panel else None
        parts.append(_panel(panel, other, box, measure, low, high, panel is best))
    bottom = rows * (height + GAP)
    words = ["Thin: a fresh seed. Thick: their median."]
    if best and len(panels) > 1:
        words.append(f"Dashed: the median of {shortened(best.name, 180)}.")
    lines = [" ".join(words)] if width > 500 else words
    parts += [text(2, bottom + 8 + 18 * at, each) for at, each in enumerate(lines)]
    return svg(width, bottom + 16 + 18 * (len(words) - 1) * (width <= 500), "".join(parts))


def _range(panels: Sequence[Panel], measure: str) -> tuple[float, float]:
    """The range of the values, without what the first epochs have of much worse ones."""
    middles = [middle(panel.curves) for panel in panels]
    known = [
        value
        for panel, median_ in zip(panels, middles, strict=True)
        for curve in (*panel.curves, median_)
        for value in curve
        if value is not None and math.isfinite(value)
    ]
    ends = [line_[-1] for line_ in middles if line_ and math.isfinite(line_[-1])] or known
    if not known:
        return 0.0, 1.0
    if measure.endswith("accuracy"):
        high, usual = max(known), min(ends)
        low = max(min(known), usual - max(2 * (high - usual), 0.15))
    else:
        low, usual = min(known), max(ends)
        high = min(max(known), max(usual + 1.1 * abs(usual), usual + 3 * (usual - low)))
    pad = 0.05 * (high - low) or 0.05 * abs(high) or 0.05
    return low - pad, high + pad


def _panel(
    panel: Panel, other: Panel | None, box: Box, measure: str, low: float, high: float, is_winner: bool
) -> str:
    stroke, is_roomy = color(panel.color), box.width > 215
    inner, right = box.left + 14, box.right - 14
    if not is_roomy:
        inner, right = box.left + 9, box.right - 9
    end = "no run ended" if panel.end is None else said(panel.end, measure)
    large = 16 if panel.end is not None else 13
    wide = text_width(end, large) * 1.05
    rate = plain(panel.peak)
    said_before = f"the sweep had said {said(panel.searched, measure)}" if panel.searched else ""
    parts = [rect(box, "none", stroke if is_winner else "var(--faint)", 9)]
    parts.append(circle((inner + 5, box.top + 22), 5, stroke))
    if is_roomy:
        room = right - inner - 18 - wide - text_width(rate) - 18
        name = shortened(panel.name, room)
        parts.append(text(inner + 17, box.top + 27, name, fill="var(--ink)", bold=True, title=panel.name))
        after = inner + 17 + text_width(name) * 1.08 + 8
        parts.append(text(after, box.top + 27, rate))
        parts.append(text(right, box.top + 28, end, "end", large, "var(--ink)", True))
        parts.append(text(right, box.top + 49, said_before, "end") if said_before else "")
    else:
        name = shortened(panel.name, right - inner - 17)
        parts.append(text(inner + 17, box.top + 27, name, fill="var(--ink)", bold=True, title=panel.name))
        parts.append(text(inner, box.top + 48, shortened(f"peak {rate}", right - inner - wide - 6)))
        parts.append(text(right, box.top + 48, end, "end", large, "var(--ink)", True))
        before = said_before.replace("the sweep had said", "sweep said")
        parts.append(text(right, box.top + 66, before, "end") if before else "")
    accuracy = measure.endswith("accuracy")
    plot = Box(
        box.left + (46 if is_roomy else 42), box.top + (62 if is_roomy else 78), right - 4, box.bottom - 32
    )
    y = Axis(low, high, plot.bottom, plot.top)
    length = max(map(len, (*panel.curves, *(other.curves if other else ()))), default=1)
    x = Axis(1, max(length, 2), plot.left, plot.right)
    for value, label in y.ticks(14, upright=True):
        parts.append(line((plot.left, y(value)), (plot.right, y(value))))
        words = f"{100 * value:.3g} %" if accuracy else label
        parts.append(text(plot.left - 6, y(value) + 4.5, words, "end"))
    parts.append(line((plot.left, plot.bottom), (plot.right, plot.bottom), "var(--grey)", 1.2))
    parts.append(text(plot.left, plot.bottom + 18, "1", "middle"))
    parts.append(text(plot.right, plot.bottom + 18, str(length), "middle") if length > 1 else "")
    parts.append(text((plot.left + plot.right) / 2, plot.bottom + 18, "epoch", "middle"))
    if all(value is None or not math.isfinite(value) for curve in panel.curves for value in curve):
        words = "all diverged" if panel.curves else "not yet"
        parts.append(text((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2, words, "middle"))
    curves = [path(_points(curve, x, y), stroke, 1, opacity=0.55) for curve in panel.curves]
    if other:
        curves.append(path(_points(middle(other.curves), x, y), color(other.color), 1.6, "3 4"))
    thick = middle(panel.curves)
    curves.append(path(_points(thick, x, y), stroke, 3))
    parts.append(clipped(Box(plot.left - 2, plot.top, plot.right + 2, plot.bottom), "".join(curves)))
    if thick and math.isfinite(thick[-1]) and low <= thick[-1] <= high:
        parts.append(circle((x(len(thick)), y(thick[-1])), 5, stroke, "var(--paper)", 1.5))
    return "".join(parts)


def _points(values: Sequence[float | None], x: Axis, y: Axis) -> list[Point]:
    """The points of a curve, of a long one every so many epochs and the last."""
    far = 20 * (y.high - y.low)  # a loss that overflows leaves the panel, and still has a place
    step = -(-len(values) // MOST_POINTS)
    found = []
    for at, value in enumerate(values, 1):
        if (at - 1) % max(step, 1) and at < len(values):
            continue
        is_known = value is not None and math.isfinite(value)
        found.append((x(at), y(min(max(value or 0.0, y.low - far), y.high + far)) if is_known else math.nan))
    return found
