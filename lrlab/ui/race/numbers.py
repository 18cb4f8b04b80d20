"""The numbers of a race: of its one run, of its lanes in order, of every run, and of every epoch."""

from dataclasses import asdict
from math import isfinite, isnan, nan
from statistics import median
from typing import Any

import pandas as pd
import streamlit as st

from lrlab.runs.records import Epoch
from lrlab.store import Run
from lrlab.ui.race import view
from lrlab.ui.race.charts import lane_colors, lane_names
from lrlab.ui.widgets.markdown import plain, swatch

RECENT = 20
NONE = "–"
BADGES = {
    "running": ("blue", ":material/autorenew:"),
    "queued": ("gray", ":material/hourglass_empty:"),
    "paused": ("violet", ":material/pause:"),
    "failed": ("red", ":material/error:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "completed": ("green", ":material/check:"),
    "diverged": ("orange", ":material/trending_up:"),
}
Epochs = dict[int, list[Epoch]]


def status_of(runs: list[Run]) -> str:
    """The status of several runs in one word: of those that they have, the first in BADGES."""
    return next(status for status in BADGES if any(run.status == status for run in runs))


def metrics(runs: list[Run], epochs: Epochs) -> None:
    """Show the last epoch of the one run."""
    (run,) = runs
    last = epochs[run.id][-1]
    shown = {
        "Training loss": _number(last.loss, ".4f"),
        "Validation loss": _number(last.val_loss, ".4f"),
        "Validation accuracy": _number(last.val_accuracy, ".2%"),
        "Applied rate": f"{last.lr_end:.4g}",
        "Seconds per epoch": _seconds_per_epoch(epochs[run.id]),
    }
    if run.test_accuracy is not None:
        shown["Test accuracy"] = _number(run.test_accuracy, ".2%")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def ranking(runs: list[Run], epochs: Epochs) -> pd.DataFrame:
    """The lanes, the best first: by the measure that the chart shows, the median over the seeds."""
    by_accuracy = st.session_state[view.VIEW] == "Accuracy"
    names, colors = lane_names(runs), lane_colors(runs)
    lanes: list[tuple[Any, ...]] = []
    for lane, name in names.items():
        members = [run for run in runs if run.lane == lane]
        last = [epochs[run.id][-1] for run in members if epochs[run.id]]
        losses = [epoch.val_loss for epoch in last if isfinite(epoch.val_loss)]
        accuracies = [epoch.val_accuracy for epoch in last if isfinite(epoch.val_accuracy)]
        loss, accuracy = (median(values) if values else nan for values in (losses, accuracies))
        diverged = any(run.status == "diverged" for run in members)
        lost = diverged or not isfinite(loss)
        status = status_of(members)
        rate = median(epoch.lr_end for epoch in last) if last else nan
        order = (lost, -accuracy if by_accuracy else loss) if isfinite(loss) else (True, 0.0)
        lanes.append((order, f"{swatch(colors[lane])}\u00a0{plain(name)}", loss, accuracy, rate, status))
    lanes.sort(key=lambda lane: lane[0])
    best = lanes[0][3 if by_accuracy else 2]
    rows = []
    for place, (order, name, loss, accuracy, rate, status) in enumerate(lanes):
        gap = (accuracy if by_accuracy else loss) - best
        is_best = place == 0 and not order[0]
        rows.append(
            {
                "": f"**{place + 1}**" if is_best else f"{place + 1}",
                "Lane": f"**{name}**" if is_best else name,
                "Val. loss": _number(loss, ".3f"),
                "Gap": "★ best" if is_best else _number(gap, "+.1%" if by_accuracy else "+.3f"),
                "Accuracy": _number(accuracy, ".1%"),
                "Rate": _number(rate, ".3g"),
                "Status": status,
            }
        )
    return pd.DataFrame(rows)


def every_run(runs: list[Run], epochs: Epochs) -> pd.DataFrame:
    """Every run of every lane."""
    seeds = len({run.seed_group for run in runs})
    tested = any(run.test_accuracy is not None for run in runs)
    rows, colors = [], lane_colors(runs)
    for run in runs:
        done = epochs[run.id]
        last = done[-1] if done else None
        rows.append(
            {
                "Lane": f"{swatch(colors[run.lane])}\u00a0{plain(run.name)}",
                **({"Seed": str(run.spec.seed)} if seeds > 1 else {}),
                "Status": run.status,
                "Epoch": f"{len(done)}",
                "Val. loss": _number(last.val_loss, ".4f") if last else NONE,
                "Val. accuracy": _number(last.val_accuracy, ".2%") if last else NONE,
                "Rate": f"{last.lr_end:.3g}" if last else NONE,
                **({"Test accuracy": _number(run.test_accuracy, ".2%")} if tested else {}),
                "s/epoch": _seconds_per_epoch(done),
            }
        )
    return pd.DataFrame(rows)


def _number(value, form):
    """A number in words; a dash for what is not known, or is no number because the run diverged."""
    if value is None or isnan(value):
        return NONE
    return f"{value:{form}}" if isfinite(value) else "∞"


def _seconds_per_epoch(done):
    return f"{median(epoch.seconds for epoch in done[-RECENT:]):.2g}" if done else NONE


def table(runs: list[Run], epochs: Epochs) -> None:
    """Show every epoch of every run, in a folded part."""
    with st.expander("All epochs as a table", icon=":material/table:"):
        rows = [
            {"lane": run.name, "seed": run.spec.seed, **asdict(epoch)}
            for run in runs
            for epoch in epochs[run.id]
        ]
        table = pd.DataFrame(rows)
        st.dataframe(table.drop(columns=["lane", "seed"]) if len(runs) == 1 else table, hide_index=True)
