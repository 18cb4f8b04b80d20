"""A preview of a race before it starts: its curves, sizes and time, and whether it fits into memory."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from statistics import median

import streamlit as st

from lrlab import jobs
from lrlab.figures.rates import in_numbers, rates_figure
from lrlab.runs.cost import memory, operations
from lrlab.runs.records import ACTIVE
from lrlab.runs.spec import RunSpec
from lrlab.runs.summary import summary
from lrlab.store import Run, Store
from lrlab.ui.chart import chart
from lrlab.ui.explore import state
from lrlab.ui.widgets.in_words import in_words, recipe_in_words
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.refreshed import refreshed

FAR = 60  # times the usual rate; the article trains SGD at 50 times the usual rate
HOUR = 3600
RECENT = 20
REFRESH_SECONDS = 1.0
SeedGroups = list[list[tuple[str, RunSpec]]]


def outlook(seed_groups: SeedGroups) -> None:
    """Draw the rates of a race before it starts."""
    lanes = seed_groups[0]
    colors = state.colors_of([spec for _, spec in lanes])
    plans = {name: (color, spec.plan) for color, (name, spec) in zip(colors, lanes, strict=True)}
    if len(lanes) == 1:
        st.markdown(recipe_in_words(lanes[0][1]))
    figure = rates_figure(plans, height=420)
    chart(
        figure,
        "preview",
        f"Planned learning rates over {lanes[0][1].epochs} epochs. {in_numbers(figure)}",
    )
    _far_from_usual(lanes)


def duration(store: Store, seed_groups: SeedGroups) -> float | None:
    """The estimated seconds of a race; None while the speed of this machine is not known."""
    throughput = _throughput(store, seed_groups[0][0][1])
    if not throughput:
        return None
    return sum(operations(spec) * spec.epochs for _, spec in chain(*seed_groups)) / throughput


def sizes(store: Store, seed_groups: SeedGroups) -> bool:
    """Describe the size and time of a race; returns whether there is too little memory for it."""
    lanes = seed_groups[0]
    seconds = duration(store, seed_groups)
    waits = REFRESH_SECONDS if time_will_be_known(store, seconds) else None
    refreshed(partial(_sizes, store, seed_groups, seconds), waits)
    problem = too_large(store, [spec for _, spec in lanes])
    if problem:
        st.error(plain(problem))
    return bool(problem)


def time_will_be_known(store: Store, seconds: float | None) -> bool:
    """Whether an estimated time is not known yet, but soon, so that it is worth to look again.

    Not beside an active race, which has its own timer: a second one could make a click get lost.
    """
    return seconds is None and jobs.worker_state(store) == "starting" and not store.runs(ACTIVE, limit=1)


def too_large(store: Store, lanes: Sequence[RunSpec]) -> str:
    """Says it if there is too little memory for these runs at the same time; else an empty text."""
    needed, free = max(memory(spec, len(lanes)) for spec in lanes), jobs.free_memory(store)
    if needed <= free:
        return ""
    return (
        f"Not enough memory: this needs about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free. "
        "Use a smaller batch size, fewer images or a smaller network."
    )


def _far_from_usual(lanes):
    for name, spec in lanes:
        peak, usual = summary(spec.plan).peak, spec.optimizer.usual_lr
        if peak > FAR * usual:
            st.caption(
                f":material/info: **{plain(name)}.** A usual rate for {spec.optimizer.title} is about "
                f"{usual:g}. This schedule goes up to {peak:.4g}, so the run may diverge."
            )


def _sizes(store, seed_groups, seconds):
    """Show parameters, steps and time; check again for the time while it is unknown."""
    spec = seed_groups[0][0][1]
    if seconds is None and duration(store, seed_groups):
        st.rerun()
    time = "The time is known once the training process is ready."
    if seconds:
        time = f"About {in_words(seconds)}" + (": **over an hour**." if seconds > HOUR else ".")
    specs = [spec for _, spec in seed_groups[0]]
    weights = spec.network.parameter_count(spec.data_set.shape, spec.data_set.class_count)
    fit, validating, steps, each = (
        _range(values)
        for values in (
            {spec.fit_images for spec in specs},
            {spec.train_images - spec.fit_images for spec in specs},
            {spec.steps_per_epoch for spec in specs},
            {spec.plan.steps for spec in specs},
        )
    )
    runs = [*chain(*seed_groups)]
    one_run, whole = f"{each} per run, " * (len(runs) > 1), sum(spec.plan.steps for _, spec in runs)
    st.caption(
        f"{weights:,} parameters. {fit} images for training and {validating} for "
        f"validation: {steps} steps per epoch, {one_run}{whole:,} in all. {time}"
    )


def _range(values):
    """The range of several lanes' values: one number if they are all the same."""
    return " to ".join(f"{value:,}" for value in sorted({min(values), max(values)}))


def _throughput(store, spec):
    """Operations per second: of the newest run with this batch size and kind of network, or of the worker."""
    alike = [
        run
        for run in store.runs(limit=RECENT)
        if isinstance(run, Run)
        and run.imported is None  # its throughput is another machine's, or unknown
        and run.spec.batch_size == spec.batch_size
        and run.spec.network.kind == spec.network.kind
    ]
    for run, epochs in zip(alike, store.epochs_of([run.id for run in alike]).values(), strict=True):
        if len(epochs) > 1:  # the first may include compilation
            return operations(run.spec) / median(epoch.seconds for epoch in epochs[1:])
    return store.throughput()
