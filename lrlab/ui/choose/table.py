"""Each schedule at its own best, and the map of all cells, as tables."""

from collections.abc import Mapping, Sequence
from html import escape
from math import isfinite, log

import streamlit as st

from lrlab.analysis import BestRate, Cell
from lrlab.figures.shares import percent
from lrlab.runs.swept import SweptRun
from lrlab.ui.choose import setup
from lrlab.ui.widgets.markdown import hexadecimal

COMPARE = "compare"


def best_table(best: Sequence[BestRate], colors: Mapping[str, int], measure: str) -> None:
    """A row a schedule: its best peak, its final value there, its sensitivity and width."""
    heads = (
        ("Schedule", ""),
        (
            "Best peak<br>as good",
            "The rate with the best mean, and the rates that the seeds cannot tell from it.",
        ),
        ("Final<br>95 %", "The mean over the seeds at the best peak rate, and its 95 % interval."),
        (
            "Sensi&shy;tivity",
            "The mean over the peak rates of the final loss, at most that before training, minus the best: "
            "how much a wrong rate costs (Wortsman et al., 2023).",
        ),
        ("Width<br>decades", "How many decades of rates around the best are within 5 % of its value."),
        ("Di&shy;verged", "The share of its runs that diverged."),
    )
    titles = "".join(f'<th scope="col" title="{escape(said)}">{title}</th>' for title, said in heads)
    rows = "".join(_row(each, colors, measure, at == 0) for at, each in enumerate(best))
    st.html(f'<table class="choose-table"><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>')


def _row(each, colors, measure, is_first):
    mark = hexadecimal(colors[each.name])
    name = f'<i class="choose-mark"></i>{escape(each.name)}'
    if each.peak is None:
        cells = ["all diverged", "", "", "", "100 %"]
    else:
        low, high = each.peaks or (each.peak, each.peak)
        alike = f"{low:.3g} – {high:.3g}" if low < high else ""
        beyond = "≤ " if each.below else "≥ " if each.above else ""
        cells = [
            f'<b title="{escape(each.edge)}">{beyond}{each.peak:.3g}</b><small>{alike}</small>',
            f"<b>{number(each.mean, measure)}</b><small>{_interval(each, measure)}</small>",
            "–" if each.sensitivity is None else f"{each.sensitivity:.2f}",
            "–" if each.width is None else f"{'≥ ' if each.is_cut else ''}{each.width:.2f}",
            percent(each.diverged) if each.diverged else "–",
        ]
    best = ' class="best"' if is_first and each.peak is not None else ""
    return (
        f'<tr style="--mark:{mark}"{best}>' + "".join(f"<td>{cell}</td>" for cell in (name, *cells)) + "</tr>"
    )


def _interval(each, measure):
    if each.interval is None:
        return ""
    low, high = each.interval
    return f"{number(low, measure)} – {number(high, measure)}"


def number(value: float | None, measure: str) -> str:
    """A final value in words."""
    if value is None or not isfinite(value):
        return "–"
    return f"{value:.1%}" if measure.endswith("accuracy") else f"{value:.3f}"


def cell_map(
    cells: Mapping[str, Sequence[Cell]], runs: Sequence[SweptRun], measure: str, links: bool
) -> None:
    """Schedules down, peak rates across: the median of each cell, the better the stronger.

    With `links`, a cell leads to its runs on Compare.
    """
    peaks = sorted({cell.peak for row in cells.values() for cell in row})
    known = [cell.median for row in cells.values() for cell in row if isfinite(cell.median)]
    ids: dict[tuple[str, float], list[int]] = {}
    for run in runs:
        ids.setdefault((run.name, run.peak), []).append(run.id)
    head = "".join(f'<th scope="col">{peak:.3g}</th>' for peak in peaks)
    rows = []
    for name, row in cells.items():
        by_peak = {cell.peak: cell for cell in row}
        columns = "".join(
            _cell(by_peak.get(peak), known, measure, ids.get((name, peak)) if links else None)
            for peak in peaks
        )
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{columns}</tr>')
    st.html(
        f'<div class="choose-map"><table><thead><tr><th scope="col">Peak rate</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
    st.caption(
        f"Median {setup.MEASURES[measure].lower()}; the stronger the colour, the better. Hatched: a seed "
        "diverged." + (" A cell leads to its runs." if links else "")
    )


def _cell(cell, known, measure, ids):
    if cell is None:
        return "<td></td>"
    share = _goodness(cell.median, known, measure) if isfinite(cell.median) else 0.0
    style = f"background-color: color-mix(in srgb, light-dark(#0072b2, #56b4e9) {share:.0%}, transparent)"
    look = ' class="diverged"' if cell.diverged else ""
    text = number(cell.median, measure) if isfinite(cell.median) else "✕"
    said = f"{cell.seeds - cell.diverged} of {cell.seeds} seeds ended"
    inner = f'title="{said}"{look} style="{style}"'
    if ids:
        runs = ".".join(map(str, ids))
        return f'<td><a href="{COMPARE}?runs={runs}" target="_self" {inner}>{text}</a></td>'
    return f"<td><span {inner}>{text}</span></td>"


def _goodness(value, known, measure):
    """From 0.06 for the worst to 0.6 for the best; losses by their logarithm."""
    scale = (lambda x: x) if measure.endswith("accuracy") or min(known) <= 0 else (lambda x: -log(x))
    low, high = min(map(scale, known)), max(map(scale, known))
    return 0.06 + 0.54 * ((scale(value) - low) / (high - low) if high > low else 1)
