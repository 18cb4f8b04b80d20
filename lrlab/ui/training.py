"""The controls of Train: what is to be trained, what it will take, and the button."""

from statistics import median

import streamlit as st

from lrlab import jobs
from lrlab.data import locate
from lrlab.errors import UserError
from lrlab.figures import rates_figure
from lrlab.optimizers import OPTIMIZERS
from lrlab.store import Store
from lrlab.summary import summary
from lrlab.ui import limits, state
from lrlab.ui.chart import chart
from lrlab.ui.controls import field
from lrlab.ui.live import in_words

ENDED = ("completed", "stopped", "diverged")
RECENT = 20
FAR = 60  # times the usual rate; the article trains SGD at 50 times it
NUMBERS = (
    {
        state.EPOCHS: ("Epochs", limits.EPOCHS),
        state.BATCH_SIZE: ("Batch size", limits.BATCH_SIZE),
    },
    {
        state.TRAIN_IMAGES: ("Training images", limits.TRAIN_IMAGES),
        state.SEED: ("Seed", limits.SEED),
    },
)
DATA_NAMES = {
    "auto": "Fashion-MNIST where it can be had",
    "synthetic": "The built-in synthetic set",
}


def settings(store: Store) -> None:
    """Choose a schedule, the sizes and the seed, and start the run."""
    st.selectbox(
        "Schedule",
        list(recipes := state.recipes()),
        format_func=recipes.get,
        key=state.RECIPE,
        persist_state="session",
        help="As it is shaped on Explore now. Adam runs at its own default, a constant rate of 0.001.",
    )
    try:
        curve = state.recipe()
        st.markdown(_in_words(curve))
    except UserError as error:
        st.error(str(error))
        return
    if st.session_state[state.RECIPE] != state.ADAM.id:
        _optimizer()
    for row in NUMBERS:
        with st.container(horizontal=True):
            for key, (label, limit) in row.items():
                field(key, label, limit, "train", help=limit.help)
    st.selectbox(
        "Data", list(DATA_NAMES), format_func=DATA_NAMES.get, key=state.DATA, persist_state="session"
    )
    if st.session_state[state.DATA] == "auto":
        st.caption(f"{locate().words}.")
    _start(store, curve)


def _optimizer():
    names = {optimizer.kind: optimizer.title for optimizer in OPTIMIZERS}
    st.selectbox(
        "Optimizer", list(names), format_func=names.get, key=state.OPTIMIZER, persist_state="session"
    )
    optimizer = state.optimizer()
    for pair in _pairs([*optimizer.parameters().items()]):
        with st.container(horizontal=True):
            for name, parameter in pair:
                label = f"{name.replace('_', ' ').capitalize()} ${parameter.symbol}$"
                key = state.optimizer_key(optimizer.kind, name)
                field(key, label, parameter, "train", help=parameter.help)


def _estimate(store, spec):
    """How long the run will take, by the newest one with batches of that size; nothing without one."""
    for run in store.runs(ENDED, limit=RECENT):
        seconds = [epoch.seconds for epoch in store.epochs(run.id)[1:]]
        if seconds and run.spec.batch_size == spec.batch_size:
            whole = median(seconds) * spec.fit_images / run.spec.fit_images * spec.epochs
            long = " That is over an hour." if whole > 3600 else ""
            return f"At the pace of run {run.id}, about {in_words(whole)}.{long}"
    return ""


def _pairs(items):
    return [items[at : at + 2] for at in range(0, len(items), 2)]


def _start(store, curve):
    try:
        spec = state.run_spec()
    except UserError as error:
        st.error(str(error))
        spec = None
    else:
        figure = rates_figure({curve.name: (curve.color, spec.plan)}, height=170)
        peak, usual = summary(spec.plan).peak, spec.optimizer.usual_lr
        if peak > FAR * usual:
            st.caption(
                f":material/info: {spec.optimizer.title} is mostly trained at about {usual:g}; this "
                f"schedule goes up to {peak:.4g}, where it may well diverge."
            )
        chart(figure, "preview", f"Planned learning rate of {curve.name} over {spec.epochs} epochs")
        st.caption(
            f"{spec.fit_images:,} images train and {spec.train_images - spec.fit_images:,} validate: "
            f"{spec.steps_per_epoch:,} steps an epoch, {spec.plan.steps:,} in all. {_estimate(store, spec)}"
        )
    # No callback: its arguments would be those of the run before a number that was just typed.
    if st.button(
        "Train", type="primary", icon=":material/play_arrow:", width="stretch", disabled=spec is None
    ):
        state.choose_run(store.add(spec, curve.name))
        jobs.ensure_worker(store)


def _in_words(curve):
    """A curve's formula with its values, and what goes around it."""
    around = []
    schedule = curve.schedule
    while hasattr(schedule, "schedule"):
        around.append(f"with a {schedule.title.lower()}: {_values(schedule)}")
        schedule = schedule.schedule
    every = {"epoch": "epoch", "step": "step", "smooth": "fraction of an epoch"}[curve.clock]
    formula = f"${schedule.latex}$ with {_values(schedule)}"
    return ", ".join([formula, *around, f"at each {every}"])


def _values(schedule):
    values = [
        f"${parameter.symbol} = {_value(getattr(schedule, name))}$"
        for name, parameter in schedule.parameters().items()
        if parameter.symbol and not parameter.optional
    ]
    return ", ".join(values)


def _value(value):
    return r",\ ".join(f"{v:.6g}" for v in (value if isinstance(value, tuple) else (value,)))
