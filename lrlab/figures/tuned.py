"""Schedules at the article's rate and at their own best: a line each, from a ring to a dot."""

from collections.abc import Mapping, Sequence

from lrlab.analysis.tuned import Tuned
from lrlab.figures.axes import SIZE, Axis, listed, plain, said, shortened
from lrlab.figures.svg import Box, Picture, circle, color, line, svg, text

WIDE, NARROW = 640, 360
RADIUS = 5.5
MEASURE = "val_loss"


def tuned_figure(rows: Sequence[Tuned], colors: Mapping[str, int]) -> Picture:
    """The final validation losses of each schedule, in the order of `rows`; `colors` are of the palette.

    A ring is dashed if some seeds diverged at the article's rate.
    """
    parts = [_in_words(row) for row in rows]
    alt = f"Final validation loss at the article's rate and at the own best rate. {listed(parts)}."
    return Picture(_drawn(rows, colors, WIDE), _drawn(rows, colors, NARROW), alt)


def _drawn(rows: Sequence[Tuned], colors: Mapping[str, int], width: int) -> str:
    is_wide = width == WIDE
    high, left, beside = (30, 150, 128) if is_wide else (24, 148, 66)
    box = Box(left, 34, width - beside, 34 + high * len(rows))
    axis = _axis(rows, box)
    ticks = axis.ticks(gap=24 if is_wide else 12)
    parts = [line((axis(at), box.top), (axis(at), box.bottom)) for at, _ in ticks]
    parts += [_key(is_wide), text(width, 14, "Peak rate" if is_wide else "Best rate", "end")]
    for number, row in enumerate(rows):
        middle = box.top + high * (number + 0.5)
        name, shade = (color(colors[row.name], name=is_name) for is_name in (True, False))
        parts += _row(row, shade, axis, middle)
        parts.append(text(0, middle + SIZE / 3, shortened(row.name, left - 10), fill=name, bold=True))
        parts.append(text(width, middle + SIZE / 3, _rates(row, is_wide), "end"))
    parts += [text(axis(at), box.bottom + 18, label, "middle") for at, label in ticks]
    parts.append(text((box.left + box.right) / 2, box.bottom + 38, "Final validation loss", "middle"))
    return svg(width, box.bottom + 44, "".join(parts))


def _axis(rows: Sequence[Tuned], box: Box) -> Axis:
    losses = [loss for row in rows for loss in (row.loss, row.best_loss) if loss is not None]
    low, high = min(losses, default=0.5), max(losses, default=1.0)
    if low == high:
        low, high = low / 1.1, high * 1.1
    edge = (high / low) ** 0.03
    return Axis(low / edge, high * edge, box.left, box.right, log=True)


def _key(is_wide: bool) -> str:
    """What a ring and a dot are."""
    ring, dot = (150, 288) if is_wide else (6, 140)
    return "".join(
        (
            circle((ring, 10), RADIUS, "var(--paper)", "var(--ink)", 2.5),
            text(ring + 12, 14, "The article's rate"),
            circle((dot, 10), RADIUS, "var(--ink)"),
            text(dot + 12, 14, "Its own best"),
        )
    )


def _row(row: Tuned, shade: str, axis: Axis, middle: float) -> list[str]:
    ends = [(axis(loss), middle) for loss in (row.loss, row.best_loss) if loss is not None]
    parts = [line((axis.start, middle), (axis.end, middle))]
    if len(ends) == 2:
        parts.append(line(ends[0], ends[1], shade, 2.5))
    if row.loss is not None:
        title = f"{row.name} at {plain(row.rate)}: {said(row.loss, MEASURE)}{_diverged(row)}"
        dashes = "3.2 2.4" if row.diverged else ""
        parts.append(circle(ends[0], RADIUS, "var(--paper)", shade, 2.5, dashes, title))
    if row.best_loss is not None and row.best_rate is not None:
        title = f"{row.name} at {plain(row.best_rate)}: {said(row.best_loss, MEASURE)}"
        parts.append(circle(ends[-1], RADIUS, shade, title=title))
    return parts


def _rates(row: Tuned, with_first: bool) -> str:
    if row.best_rate is None:
        return "diverged"
    first = f"{plain(row.rate)}{'' if row.loss else ' (diverged)'} → " if with_first else ""
    return first + plain(row.best_rate)


def _in_words(row: Tuned) -> str:
    first = "diverged" if row.loss is None else said(row.loss, MEASURE)
    if row.best_rate is None or row.best_loss is None:
        return f"{row.name} {first}"
    best = f"{said(row.best_loss, MEASURE)} at {plain(row.best_rate)}"
    return f"{row.name} {first} at {plain(row.rate)}{_diverged(row)}, {best}"


def _diverged(row: Tuned) -> str:
    return f" ({row.diverged:.0%} of the seeds diverged)" if row.loss and row.diverged else ""
