"""The live view of a race: status, time left, standings, and charts that grow while it trains."""

from contextlib import nullcontext
from dataclasses import asdict, replace
from functools import partial
from statistics import median

import pandas as pd
import streamlit as st

from lrlab import jobs
from lrlab.analysis import gathered
from lrlab.datasets import AUTO
from lrlab.errors import UserError
from lrlab.store import Run, Store
from lrlab.ui.race import view
from lrlab.ui.race.charts import forget_charts, lane_colors, lane_names, race_charts
from lrlab.ui.race.manual_rate import manual_rate
from lrlab.ui.race.queue import waiting
from lrlab.ui.race.standings import standings
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain, swatch

REFRESH_SECONDS = 1.0
RECENT = 20
BADGES = {
    "running": ("blue", ":material/autorenew:"),
    "queued": ("gray", ":material/hourglass_empty:"),
    "paused": ("violet", ":material/pause:"),
    "failed": ("red", ":material/error:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "completed": ("green", ":material/check:"),
    "diverged": ("orange", ":material/trending_up:"),
}
GO_ON = ("paused", "stopped", "failed")


def live_race(runs: list[Run]) -> None:
    """Show a race, refreshed every second for as long as a run of it is queued or running."""
    active = _is_active(runs)
    view.fill()
    forget_charts()
    st.fragment(_panel, run_every=REFRESH_SECONDS if active else None)(runs[0].race, active)


def race_label(runs: list[Run]) -> str:
    """A race in one line; the text does not change while it trains."""
    first, lanes, seeds = runs[0], [*lane_names(runs).values()], len({run.seed_group for run in runs})
    what = first.name if len(lanes) == 1 else f"{len(lanes)} lanes: {', '.join(lanes)}"
    optimizer = f" · {first.spec.optimizer.title}" if len(lanes) == 1 else ""
    seed = f"seed {first.spec.seed}" if seeds == 1 else f"{seeds} seeds from {first.spec.seed}"
    return f"{first.race} · {what}{optimizer} · {first.spec.epochs} epochs, {seed}"


def _is_active(runs):
    return any(run.active for run in runs)


def _panel(race, was_active):
    try:
        store = Store()
        jobs.watch(store)
        runs = store.race(race)
        epochs = store.epochs_of([run.id for run in runs])
    except UserError as error:
        st.error(str(error))
        return
    if not runs or was_active != _is_active(runs):  # it may have been deleted in another tab
        st.rerun()  # draws the page once more, with the timer or without it
    _header(store, runs, epochs)
    _say(runs)
    if any(epochs.values()):
        (_metrics if len(runs) == 1 else _standings)(store, runs, epochs)
        manual_rate(store, runs, epochs)
        race_charts(store, runs, epochs)
    waiting(store, race)
    if any(epochs.values()) and not _is_active(runs):
        _table(runs, epochs)


def _header(store, runs, epochs):
    status = next(status for status in BADGES if any(run.status == status for run in runs))
    color, icon = BADGES[status]
    lanes = [*lane_names(runs).values()]
    name = plain(lanes[0]) if len(lanes) == 1 else f"Race of {len(lanes)} lanes"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"#### {name} :{color}-badge[{icon} {status}]")
        with st.container(horizontal=True, width="content"):
            if _is_active(runs):
                _button(
                    "Pause",
                    "pause",
                    store.request_pause,
                    runs,
                    any(r.pause_requested for r in runs if r.active),
                )
                _button(
                    "Stop", "stop", store.request_stop, runs, any(r.stop_requested for r in runs if r.active)
                )
            elif any(run.status in GO_ON for run in runs):
                _button("Go on", "play_arrow", store.go_on, runs, False)
                if status == "paused":
                    _button("Stop", "stop", store.request_stop, runs, False)
    if _is_active(runs):
        done = sum(len(epochs[run.id]) for run in runs)
        whole = sum(run.spec.epochs if run.active else len(epochs[run.id]) for run in runs)
        st.progress(done / whole if whole else 0.0, text=_progress(store, runs, epochs))


def _button(label, icon, act, runs, asked):
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label}.{runs[0].race}",
        disabled=asked,
        on_click=act,
        args=[run.id for run in runs],
    )


def _progress(store, runs, epochs):
    running = [run for run in runs if run.status == "running"]
    if running and any(epochs[run.id] for run in running):
        seeds = 1 + runs[-1].seed_group
        seed = f"Seed {running[0].seed_group + 1} of {seeds}, epoch" if seeds > 1 else "Epoch"
        at = min(len(epochs[run.id]) for run in running)
        left = in_words(_seconds_left(runs, epochs))
        return f"{seed} {at} of {running[0].spec.epochs}, about {left} left"
    if running:
        return f"{running[0].stage or 'Starting'} …"
    order = [seed_group[0].race for seed_group in store.waiting()]
    if runs[0].race in order and (store.runs(("running",), limit=1) or order[0] != runs[0].race):
        return f"Waiting: number {order.index(runs[0].race) + 1} in the queue"
    if jobs.worker_state(store) == "starting":
        return "Waiting for the training process: TensorFlow takes some seconds to load"
    return "Waiting for the training process"


def _seconds_left(runs, epochs):
    """Estimated from each run's last epochs; a run without epochs counts as fast as the others."""
    epoch_seconds = {
        run.id: median(epoch.seconds for epoch in epochs[run.id][-RECENT:]) for run in runs if epochs[run.id]
    }
    usual = median(epoch_seconds.values())
    return sum(
        (run.spec.epochs - len(epochs[run.id])) * epoch_seconds.get(run.id, usual)
        for run in runs
        if run.active
    )


def _say(runs):
    """Show the messages of each run: why it ended, and which data it uses."""
    for run in runs:
        name = "" if len(runs) == 1 else f"**{plain(run.name)}, seed {run.spec.seed}.** "
        if run.status == "failed":
            st.error(f"{name}{run.message}", icon=":material/error:")
            if run.details:
                with st.expander("The last lines of the training process"):
                    st.code(run.details, language=None)
        elif run.message and len(runs) == 1:
            (st.warning if run.status == "diverged" else st.info)(run.message)
        elif run.message and run.status in ("diverged", "completed"):
            st.caption(f":material/info: {name}{run.message}")
    messages = {run.message for run in runs if run.status in ("paused", "stopped")} - {""}
    if len(runs) > 1 and messages:
        st.info(" ".join(sorted(messages)))
    first, *others = AUTO
    if runs[0].data in [each.name for each in others]:
        st.info(f"Not {first.title}: this trains on {plain(runs[0].origin)}.", icon=":material/info:")
    elif runs[0].origin:
        st.caption(f"Data: {plain(runs[0].origin)}.")


def _metrics(store, runs, epochs):
    (run,) = runs
    last = epochs[run.id][-1]
    shown = {
        "Training loss": f"{last.loss:.4f}",
        "Validation loss": f"{last.val_loss:.4f}",
        "Validation accuracy": f"{last.val_accuracy:.2%}",
        "Applied rate": f"{last.lr_end:.4g}",
        "Seconds per epoch": f"{median(epoch.seconds for epoch in epochs[run.id][-RECENT:]):.2g}",
    }
    if run.test_accuracy is not None:
        shown["Test accuracy"] = f"{run.test_accuracy:.2%}"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def _standings(store, runs, epochs):
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
                "Val. loss": f"{last.val_loss:.4f}" if last else "–",
                "Val. accuracy": f"{last.val_accuracy:.2%}" if last else "–",
                "Rate": f"{last.lr_end:.3g}" if last else "–",
                **({"Test accuracy": _percent(run.test_accuracy)} if tested else {}),
                "s/epoch": f"{median(e.seconds for e in done[-RECENT:]):.2g}" if done else "",
            }
        )
    table = pd.DataFrame(rows).replace({"nan": "–", "nan%": "–"})
    with st.expander(f"All {len(runs)} runs") if seeds > 1 else nullcontext():
        st.table(table, border="horizontal", hide_index=True)
    if not _is_active(runs):
        lanes = {run.id: run.lane for run in runs}
        results = {
            # Lanes that ended before they loaded their data had requested the same data.
            id: replace(result, data=result.data or result.spec.data_name)
            for id, result in store.results([*lanes]).items()
        }
        standings(gathered(results, lanes.get), partial(_train, store, runs[0].race))


def _train(store, race, seed_groups):
    """Add seed groups to a race, and train them."""
    store.add_race(seed_groups, race=race)
    jobs.ensure_worker(store)


def _percent(share):
    return "" if share is None else f"{share:.2%}"


def _table(runs, epochs):
    with st.expander("All epochs as a table", icon=":material/table:"):
        rows = [
            {"lane": run.name, "seed": run.spec.seed, **asdict(epoch)}
            for run in runs
            for epoch in epochs[run.id]
        ]
        table = pd.DataFrame(rows)
        st.dataframe(table.drop(columns=["lane", "seed"]) if len(runs) == 1 else table, hide_index=True)
