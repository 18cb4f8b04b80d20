"""The controls of Train: the settings of a race."""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from lrlab.datasets import AUTO, BUILT_IN
from lrlab.datasets.kept import own_from_file, own_from_path
from lrlab.datasets.sources import locate
from lrlab.errors import UserError
from lrlab.home import is_public
from lrlab.networks import NETWORKS, network_of_kind
from lrlab.optimizers import OPTIMIZERS
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.plan import BATCHES_PER_UPDATE, EPOCHS
from lrlab.runs.spec import BATCH_SIZE, SEED, TRAIN_SIZE, VALIDATION_SPLIT
from lrlab.ui.explore import state
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.controls import field, fold, option
from lrlab.ui.widgets.in_words import data_in_words
from lrlab.ui.widgets.markdown import plain, swatch

MOST_MEGABYTES = 64  # of an upload
UPLOAD, PATH, CHOOSE_SOURCE = "own.upload", "own.path", "choose_source"


def settings() -> None:
    """Choose lanes, network, images and seeds."""
    with st.container(border=True):
        st.markdown("#### What")
        _lanes()
    with st.container(border=True):
        st.markdown("#### With")
        _optimizers()
        _network()
    with st.container(border=True):
        st.markdown("#### How long")
        _numbers(
            {
                race_setup.number_key(state.EPOCHS): ("Epochs", EPOCHS),
                race_setup.number_key(state.BATCH_SIZE): ("Batch size", BATCH_SIZE),
                race_setup.SEEDS: ("Seeds", race_setup.SEED_COUNT),
            }
        )
        _numbers(_together())
        _data()
        _controllers()


def settings_of_sweep() -> None:
    """Choose network, images, batch size and the parameters of optimizers, which Train has too."""
    _numbers({race_setup.number_key(state.BATCH_SIZE): ("Batch size", BATCH_SIZE)} | _together())
    _network()
    _data()
    with fold("Optimizer parameters", "optimizers"):
        for cls in OPTIMIZERS:
            if cls.parameters():
                st.markdown(f"**{cls.title}**")
                _options(cls)


def _together():
    return {race_setup.number_key(state.BATCHES_PER_UPDATE): ("Batches per update", BATCHES_PER_UPDATE)}


def _lanes():
    st.session_state[CHOOSE_SOURCE] = st.session_state[race_setup.SOURCE]
    st.segmented_control(
        "Curves from",
        list(race_setup.SOURCES),
        format_func=race_setup.SOURCES.__getitem__,
        required=True,
        label_visibility="collapsed",
        help="The article's six runs are constant, time-based as coded, exponential, step, linear and Adam, "
        "with the article's values. Each choice keeps its own settings, and leaves Explore as it is.",
        key=CHOOSE_SOURCE,
        on_change=_choose_source,
        width="stretch",
    )
    recipes = race_setup.recipes()
    st.pills(
        "Schedules",
        list(recipes),
        selection_mode="multi",
        format_func=lambda id: f"{swatch(recipes[id][1])} {plain(recipes[id][0])}",
        key=race_setup.SCHEDULES,
        persist_state="session",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        same = st.toggle(
            "Same peak rate for all",
            key=race_setup.SAME_PEAK,
            persist_state="session",
            help="Scales every schedule to the same highest rate, to compare only the shapes.",
        )
        if same:
            field(race_setup.PEAK, "Peak rate", race_setup.PEAK_RATE, width=132)
    if race_setup.ADAM.id in st.session_state[race_setup.SCHEDULES] and not same:
        st.caption("Adam uses its default: a constant rate of 0.001.")


def _choose_source():
    if source := st.session_state[CHOOSE_SOURCE]:  # a slow browser can report that nothing is chosen
        race_setup.choose_source(source)


def _optimizers():
    if st.session_state[race_setup.SCHEDULES] == [race_setup.ADAM.id]:
        return
    names = {optimizer.kind: optimizer.title for optimizer in OPTIMIZERS}
    st.multiselect(
        "Optimizers",
        list(names),
        format_func=names.get,
        key=race_setup.CHOSEN_OPTIMIZERS,
        persist_state="session",
        help="Every schedule runs with every chosen optimizer. Adam at its own rate is one run by itself.",
    )
    with_parameters = [
        cls for cls in OPTIMIZERS if cls.kind in st.session_state[race_setup.CHOSEN_OPTIMIZERS]
    ]
    if any(cls.parameters() for cls in with_parameters):
        with fold("Optimizer parameters", "optimizers"):
            for cls in with_parameters:
                if cls.parameters():
                    st.markdown(f"**{cls.title}**")
                    _options(cls)


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
    known, size = race_setup.known_data(), ""
    with suppress(UserError):  # a network for other data: beside the button it says why
        size = f", {network.parameter_count(known.shape, known.class_count):,} parameters"
    with fold(f"Network: {network.title.lower()}{size}", "network"):
        st.selectbox(
            "Network", list(names), format_func=names.get, key=race_setup.NETWORK, persist_state="session"
        )
        _options(type(network))


def _data():
    known = race_setup.known_data()
    images = race_setup.TRAIN_IMAGES
    is_own = st.session_state[race_setup.DATA_SET] == race_setup.OWN
    title = f"Images: {race_setup.train_images():,}, first seed {st.session_state[race_setup.SEED]}"
    with fold(title, "data"):
        _numbers({race_setup.SEED: ("First seed", SEED)})
        _numbers(
            {
                images: ("Training images", replace(TRAIN_SIZE, high=known.train)),
                race_setup.SPLIT: ("Validation share", VALIDATION_SPLIT),
            }
        )
        names = {
            "auto": f"{AUTO[0].title}, or {AUTO[1].title} if it is unavailable",
            **{each.name: each.title[0].upper() + each.title[1:] for each in BUILT_IN if each != AUTO[0]},
            race_setup.OWN: "Your own .npz file",
        }
        chosen = st.selectbox(
            "Data", list(names), format_func=names.get, key=race_setup.DATA_SET, persist_state="session"
        )
        if is_own:
            _own()
        else:
            st.caption(f"{known.title}, {known.licence}: {data_in_words(known)}.")
    if not is_own and known.files:
        st.caption(f"{locate(chosen).words}.")


def _own():
    """Add a set of one's own: by upload, and by its path unless strangers use this server."""
    st.file_uploader(
        "Your own .npz file",
        type="npz",
        max_upload_size=MOST_MEGABYTES,
        key=UPLOAD,
        on_change=_take_upload,
        help="With the arrays x_train and y_train, and optionally x_test and y_test. Examples are images, "
        "(n, height, width) or (n, height, width, 3), of at most 64 x 64 pixels, or vectors, (n, values). "
        "Labels are whole numbers from 0 on. Without a test set, a sixth of the examples is for testing.",
    )
    if not is_public():
        st.text_input(
            "Or its path on this machine",
            key=PATH,
            on_change=_take_path,
            help=f"For files above {MOST_MEGABYTES} MB. LR Lab keeps a copy.",
        )
    if problem := st.session_state[race_setup.OWN_PROBLEM]:
        st.error(plain(problem))
    if own := st.session_state[race_setup.OWN]:
        st.caption(f"{plain(own.title)}: {data_in_words(own)}.")


def _take_upload():
    if file := st.session_state[UPLOAD]:
        race_setup.add_own(partial(own_from_file, file, file.name))


def _take_path():
    if path := st.session_state[PATH].strip():
        race_setup.add_own(partial(own_from_path, Path(path)))


def _controllers():
    both = (
        (
            "Early stopping",
            race_setup.STOP_EARLY,
            EarlyStopping,
            "Ends a run when a metric no longer improves.",
        ),
        (
            "Reduce on plateau",
            race_setup.ON_PLATEAU,
            ReduceOnPlateau,
            "Lowers the schedule's rate when a metric no longer improves.",
        ),
    )
    on = [label.lower() for label, key, *_ in both if st.session_state[key]]
    with fold(f"Early stopping and plateau: {' and '.join(on) or 'off'}", "controllers"):
        for label, key, cls, help in both:
            if st.toggle(label, key=key, persist_state="session", help=help):
                _options(cls)
