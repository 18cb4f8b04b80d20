"""The controls of Train: what is to be raced, what it will take, and the button."""

from itertools import chain
from statistics import median

import psutil
import streamlit as st

from lrlab import jobs
from lrlab.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.cost import memory, operations
from lrlab.data import locate
from lrlab.errors import UserError
from lrlab.figures import rates_figure
from lrlab.networks import NETWORKS, network_of_kind
from lrlab.optimizers import OPTIMIZERS
from lrlab.store import Store
from lrlab.summary import summary
from lrlab.ui import limits, race_setup, state
from lrlab.ui.chart import chart
from lrlab.ui.controls import field, option, plain
from lrlab.ui.in_words import in_words, recipe_in_words

FAR = 60  # times the usual rate; the article trains SGD at 50 times it
HOUR = 3600
RECENT = 20
DATA_NAMES = {
    "auto": "Fashion-MNIST where it can be had",
    "synthetic": "The built-in synthetic set",
}


def settings(store: Store) -> None:
    """Choose lanes, network, images and seeds, and start the race."""
    st.button(
        "The article's six runs",
        on_click=race_setup.choose_article,
        icon=":material/restart_alt:",
        width="stretch",
        help="Constant, time-based as coded, exponential, step, linear and Adam, on one split. This sets "
        "everything here and the curves of Explore to the article's values.",
    )
    _lanes()
    _numbers({state.EPOCHS: ("Epochs", limits.EPOCHS), state.BATCH_SIZE: ("Batch size", limits.BATCH_SIZE)})
    _numbers({race_setup.SEED: ("Seed", limits.SEED), race_setup.SEEDS: ("Seeds", limits.SEEDS)})
    _network()
    _data()
    _controllers()
    _start(store)


def _lanes():
    _choose("Schedules", race_setup.recipes(), race_setup.SCHEDULES, "As they are shaped on Explore now.")
    chosen = st.session_state[race_setup.SCHEDULES]
    if chosen == [race_setup.ADAM.id]:
        st.caption("Adam runs at its own default, a constant rate of 0.001.")
        return
    names = {optimizer.kind: optimizer.title for optimizer in OPTIMIZERS}
    _choose("Optimizers", names, race_setup.CHOSEN_OPTIMIZERS, "Every schedule runs with each of them.")
    with_parameters = [
        cls for cls in OPTIMIZERS if cls.kind in st.session_state[race_setup.CHOSEN_OPTIMIZERS]
    ]
    if any(cls.parameters() for cls in with_parameters):
        with st.expander("Parameters of the optimizers"):
            for cls in with_parameters:
                if cls.parameters():
                    st.markdown(f"**{cls.title}**")
                    _options(cls)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        same = st.toggle(
            "One peak rate for all",
            key=race_setup.SAME_PEAK,
            persist_state="session",
            help="Scale every schedule so that its highest rate is the same, to compare shapes alone.",
        )
        if same:
            field(race_setup.PEAK, "Peak rate", limits.PEAK, width=132)


def _choose(label, names, key, help):
    st.multiselect(label, list(names), format_func=names.get, key=key, persist_state="session", help=help)


def _numbers(fields):
    with st.container(horizontal=True):
        for key, (label, limit) in fields.items():
            field(key, label, limit, "train", help=limit.help)


def _options(cls):
    items = [*cls.parameters().items()]
    for pair in (items[at : at + 2] for at in range(0, len(items), 2)):
        with st.container(horizontal=True):
            for name, parameter in pair:
                option(race_setup.option_key(cls.kind, name), name, parameter)


def _network():
    names = {network.kind: network.title for network in NETWORKS}
    network = race_setup.made(type(network_of_kind(st.session_state[race_setup.NETWORK])))
    with st.expander(f"Network: {network.title.lower()}, {network.parameter_count():,} parameters"):
        st.selectbox(
            "Network", list(names), format_func=names.get, key=race_setup.NETWORK, persist_state="session"
        )
        _options(type(network))


def _data():
    with st.expander(f"Images: {st.session_state[race_setup.TRAIN_IMAGES]:,}"):
        _numbers(
            {
                race_setup.TRAIN_IMAGES: ("Training images", limits.TRAIN_IMAGES),
                race_setup.SPLIT: ("Validation share", limits.SPLIT),
            }
        )
        st.selectbox(
            "Data",
            list(DATA_NAMES),
            format_func=DATA_NAMES.get,
            key=race_setup.DATA,
            persist_state="session",
        )
    if st.session_state[race_setup.DATA] == "auto":
        st.caption(f"{locate().words}.")


def _controllers():
    both = (
        ("Stop early", race_setup.STOP_EARLY, EarlyStopping, "End a run whose metric no longer improves."),
        (
            "Reduce on a plateau",
            race_setup.ON_PLATEAU,
            ReduceOnPlateau,
            "Lower the rate when a metric no longer improves, on top of the schedule.",
        ),
    )
    on = [label.lower() for label, key, *_ in both if st.session_state[key]]
    with st.expander(f"By a metric: {' and '.join(on) or 'nothing'}"):
        for label, key, cls, help in both:
            if st.toggle(label, key=key, persist_state="session", help=help):
                _options(cls)


def _start(store):
    try:
        heats = race_setup.heats()
    except UserError as error:
        st.error(str(error))
        heats, problem = [], True
    else:
        problem = _outlook(store, heats)
    runs = [run for heat in heats for run in heat]
    # No callback: its arguments would be those of the run before a number that was just typed.
    if st.button(
        f"Race {len(runs)} runs" if len(runs) > 1 else "Train",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=problem,
    ):
        race_setup.choose_race(store.add_race(heats))
        jobs.ensure_worker(store)


def _outlook(store, heats):
    """What the race will be, before the click; returns whether it cannot be."""
    lanes = heats[0]
    plans = {name: (color, spec.plan) for color, (name, spec) in enumerate(lanes)}
    if len(lanes) == 1:
        st.markdown(recipe_in_words(lanes[0][1]))
    chart(
        rates_figure(plans, height=170),
        "preview",
        f"Planned learning rates of {', '.join(plans)} over {lanes[0][1].epochs} epochs",
    )
    _far_from_usual(lanes)
    spec = lanes[0][1]
    st.caption(
        f"{spec.network.parameter_count():,} parameters. {spec.fit_images:,} images train and "
        f"{spec.train_images - spec.fit_images:,} validate: {spec.steps_per_epoch:,} steps an epoch, "
        f"{spec.plan.steps:,} in all. {_time(store, heats)}"
    )
    needed, free = max(memory(spec) for _, spec in lanes), psutil.virtual_memory().available
    if needed > free:
        st.error(
            f"This would not fit: it needs about {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are "
            "free. Take a smaller batch size, fewer images or a smaller network."
        )
    return needed > free


def _far_from_usual(lanes):
    for name, spec in lanes:
        peak, usual = summary(spec.plan).peak, spec.optimizer.usual_lr
        if peak > FAR * usual:
            st.caption(
                f":material/info: **{plain(name)}.** {spec.optimizer.title} is mostly trained at about "
                f"{usual:g}; this schedule goes up to {peak:.4g}, where it may well diverge."
            )


def _time(store, heats):
    """How long it will take, by the newest run of its like, or else by the pace of the worker."""
    pace = _pace_of_a_run_like(heats[0][0][1], store) or store.pace()
    if not pace:
        return "The time it takes is known when the training process is ready."
    seconds = sum(operations(spec) * spec.epochs for _, spec in chain(*heats)) / pace
    return f"About {in_words(seconds)}" + (": **over an hour**." if seconds > HOUR else ".")


def _pace_of_a_run_like(spec, store):
    """Operations a second of the newest run with as large batches in the same kind of network, if any."""
    alike = [
        run
        for run in store.runs(limit=RECENT)
        if run.spec.batch_size == spec.batch_size and run.spec.network.kind == spec.network.kind
    ]
    for run, epochs in zip(alike, store.epochs_of([run.id for run in alike]).values(), strict=True):
        if len(epochs) > 1:  # the first may have been compiled for
            return operations(run.spec) / median(epoch.seconds for epoch in epochs[1:])
    return None
