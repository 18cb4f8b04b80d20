"""The numbers of a race: of its one run, of every run, and of every epoch."""

from dataclasses import asdict
from math import isfinite, isnan
from statistics import median

import pandas as pd
import streamlit as st

from lrlab.runs.records import Epoch
from lrlab.store import Run
from lrlab.ui.race.charts import Lane
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
        "Training loss": number(last.loss, ".4f"),
        "Validation loss": number(last.val_loss, ".4f"),
        "Validation accuracy": number(last.val_accuracy, ".2%"),
        "Applied rate": f"{last.lr_end:.4g}",
        "Seconds per epoch": _seconds_per_epoch(epochs[run.id]),
    }
    if run.test_accuracy is not None:
        shown["Test accuracy"] = number(run.test_accuracy, ".2%")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def every_run(runs: list[Run], epochs: Epochs, lanes: dict[int, Lane]) -> pd.DataFrame:
    """Every run of every lane."""
    seeds = len({run.seed_group for run in runs})
    tested = any(run.test_accuracy is not None for run in runs)
    rows = []
    for run in runs:
        done = epochs[run.id]
        last = done[-1] if done else None
        rows.append(
            {
                "Lane": f"{swatch(lanes[run.lane].color)}\u00a0{plain(run.name)}",
                **({"Seed": str(run.spec.seed)} if seeds > 1 else {}),
                "Status": run.status,
                "Epoch": f"{len(done)}",
                "Val. loss": number(last.val_loss, ".4f") if last else NONE,
                "Val. accuracy": number(last.val_accuracy, ".2%") if last else NONE,
                "Rate": f"{last.lr_end:.3g}" if last else NONE,
                **({"Test accuracy": number(run.test_accuracy, ".2%")} if tested else {}),
                "s/epoch": _seconds_per_epoch(done),
            }
        )
    return pd.DataFrame(rows)


def number(value: float | None, form: str) -> str:
    """A number in that format; a dash for what is not known, or is no number because the run diverged."""
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
        st.dataframe(
            table.drop(columns=["lane", "seed"]) if len(runs) == 1 else table,
            hide_index=True,
            placeholder=NONE,
        )
