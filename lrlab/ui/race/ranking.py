"""The lanes of a race in order, as a table that can be sorted by each of its columns."""

from functools import cache
from math import inf, isfinite, nan
from pathlib import Path
from statistics import median
from typing import Any

import streamlit as st

from lrlab.palette import DASHES, LOOKS
from lrlab.runs.records import Epoch
from lrlab.store import Run
from lrlab.ui.chart.served import hashed, loading, script_url, with_style
from lrlab.ui.race import view
from lrlab.ui.race.charts import Lane
from lrlab.ui.race.numbers import number, status_of
from lrlab.ui.race.seen import Seen

HERE = Path(__file__).parent
HIDDEN = HERE.parent / "chart" / "hidden.js"  # the charts have it too


def ranking(seen: Seen, lanes: dict[int, Lane]) -> None:
    """Show the lanes, the best first: by the measure that the chart shows, the median over the seeds."""
    by_accuracy = st.session_state[view.VIEW] == "Accuracy"
    what = "ranking", by_accuracy, *lanes.items()
    data = seen.once(what, lambda: ranked(seen.runs, seen.epochs, lanes, by_accuracy))
    _component(script_url(*_script()))(data=data, key="ranking")


def ranked(
    runs: list[Run], epochs: dict[int, list[Epoch]], lanes: dict[int, Lane], by_accuracy: bool
) -> dict[str, Any]:
    """The columns and the rows of the ranking.

    Each cell has its text and the value by which it is sorted, None if that is not known. Lanes that diverged
    come last. The statuses are a column if they differ.
    """
    found = [
        {"name": look.name, "look": LOOKS[look.color]}
        | _measured([run for run in runs if run.lane == lane], epochs)
        for lane, look in lanes.items()
    ]
    measure, sign = ("accuracy", -1) if by_accuracy else ("loss", 1)

    def place(lane):
        value = lane[measure]
        return (lane["lost"], sign * value) if isfinite(value) else (True, inf)

    found.sort(key=place)
    best = found[0][measure]
    differ = len({lane["status"] for lane in found}) > 1
    columns = [
        {"key": "place", "title": ""},
        {"key": "lane", "title": "Lane"},
        {"key": "loss", "title": "Val. loss"},
        {"key": "gap", "title": "Gap"},
        {"key": "accuracy", "title": "Accuracy", "down": True},
        {"key": "rate", "title": "Rate", "down": True},
        *([{"key": "status", "title": "Status"}] if differ else []),
    ]
    rows = []
    for at, lane in enumerate(found):
        is_best = at == 0 and not place(lane)[0]
        gap = lane[measure] - best
        cells = [
            _cell(f"{at + 1}", at),
            _cell(lane["name"], lane["name"]),
            _cell(number(lane["loss"], ".3f"), lane["loss"]),
            _cell("★ best" if is_best else number(gap, "+.1%" if by_accuracy else "+.3f"), sign * gap),
            _cell(number(lane["accuracy"], ".1%"), lane["accuracy"]),
            _cell(number(lane["rate"], ".3g"), lane["rate"]),
            *([_cell(lane["status"], lane["status"])] if differ else []),
        ]
        look = lane["look"]
        mark = {"hue": look.hue, "dash": DASHES[look.dash], "deep": look.deep}
        rows.append({"name": lane["name"], "cells": cells, "best": is_best, **mark})
    return {"race": runs[0].race, "columns": columns, "rows": rows}


def _measured(members, epochs):
    """The medians over the last epochs of a lane's runs, and whether it diverged."""
    last = [epochs[run.id][-1] for run in members if epochs[run.id]]
    losses = [epoch.val_loss for epoch in last if isfinite(epoch.val_loss)]
    accuracies = [epoch.val_accuracy for epoch in last if isfinite(epoch.val_accuracy)]
    return {
        "loss": median(losses) if losses else nan,
        "accuracy": median(accuracies) if accuracies else nan,
        "rate": median(epoch.lr_end for epoch in last) if last else nan,
        "lost": any(run.status == "diverged" for run in members) or not losses,
        "status": status_of(members),
    }


def _cell(text, value):
    known = isinstance(value, str) or isfinite(value)
    return {"text": text, "value": value if known else None}


@cache
def _component(url):
    return st.components.v2.component(
        "lrlab.ranking", html='<div class="lrlab-ranking"></div>', js=loading(url), isolate_styles=False
    )


@cache
def _script():
    return hashed("ranking", with_style(HERE / "ranking.css", HIDDEN, HERE / "ranking.js"))
