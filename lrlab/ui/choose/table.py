"""Each schedule at its own best, and the map of all cells, as tables."""

from collections.abc import Mapping, Sequence
from html import escape
from math import isfinite, log

import streamlit as st

from lrlab.analysis import BestRate, Cell
from lrlab.figures.axes import plain, said
from lrlab.figures.best_cells import HEADS, best_cells
from lrlab.palette import LOOKS
from lrlab.runs.swept import SweptRun
from lrlab.ui.choose import setup
from lrlab.ui.widgets.markdown import hexadecimal

COMPARE = "compare"
LINES = ("solid", "dashed", "dotted", "double")  # of a mark, by the dash of its colour


def best_table(best: Sequence[BestRate], colors: Mapping[str, int], measure: str) -> None:
    """A row a schedule: its best peak, its final value there, its sensitivity and width."""
    below = {"Best peak": "as good", "Final": "95 %", "Width": "decades"}
    titles = "".join(
        f'<th scope="col" title="{escape(said)}">{name}<small>{below.get(name, "")}</small></th>'
        for name, said in HEADS.items()
    )
    rows = "".join(_row(each, colors, measure, at == 0) for at, each in enumerate(best))
    head = f'<tr><th scope="col">Schedule</th>{titles}</tr>'
    table = f'<table class="choose-table"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    st.html(f'<div class="choose-scroll">{table}</div>')


def _row(each, colors, measure, is_first):
    name = f'<i class="choose-mark"></i>{escape(each.name)}'
    (peak, alike), *others = best_cells(each, measure, " – ")
    beyond = "≤ " if each.below else "≥ " if each.above else ""
    cells = [name, f'<b title="{escape(each.edge)}">{beyond}{peak}</b><small>{alike}</small>']
    cells += [f"<b>{value}</b><small>{more}</small>" if more else value for value, more in others]
    number = colors[each.name]
    mark = f"--mark:{hexadecimal(number)};--dash:{LINES[LOOKS[number].dash]}"
    look = f'style="{mark}"' + ' class="best"' * is_first
    return f"<tr {look}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


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
    head = "".join(f'<th scope="col">{plain(peak)}</th>' for peak in peaks)
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
    text = said(cell.median, measure) if isfinite(cell.median) else "✕"
    ended = f"{cell.seeds - cell.diverged} of {cell.seeds} seeds ended"
    inner = f'title="{ended}"{look} style="{style}"'
    if ids:
        runs = ".".join(map(str, ids))
        return f'<td><a href="{COMPARE}?runs={runs}" target="_self" {inner}>{text}</a></td>'
    return f"<td><span {inner}>{text}</span></td>"


def _goodness(value, known, measure):
    """From 0.06 for the worst to 0.6 for the best; losses by their logarithm."""
    scale = (lambda x: x) if measure.endswith("accuracy") or min(known) <= 0 else (lambda x: -log(x))
    low, high = min(map(scale, known)), max(map(scale, known))
    return 0.06 + 0.54 * ((scale(value) - low) / (high - low) if high > low else 1)
