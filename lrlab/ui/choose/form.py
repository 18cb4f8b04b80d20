"""The form of a sweep: which schedules at which rates, and what that costs before it begins."""

from functools import partial

import streamlit as st

from lrlab import jobs
from lrlab.errors import UserError
from lrlab.optimizers import OPTIMIZERS
from lrlab.runs.plan import EPOCHS
from lrlab.runs.spec import SEED
from lrlab.runs.sweep import Sweep
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.explore import state
from lrlab.ui.train import race_setup
from lrlab.ui.train.outlook import duration, time_will_be_known, too_large
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.controls import drop_unknown, field
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain, swatch
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 1.0


def form(store: Store) -> None:
    """Choose a sweep, and start it; what it amounts to stands beside the button, which is always in view."""
    if given := st.session_state[setup.FILE]:
        _from_file(given)
    else:
        _fields()
    try:
        sweep, problem = setup.sweep(), ""
    except UserError as error:
        sweep, problem = None, str(error)
    if sweep:
        for name, reasons in sweep.left_out.items():
            st.caption(
                f":material/info: **{plain(name)}** is left out at {len(reasons)} rates: {plain(reasons[0])}"
            )
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="choose_bar"):
        with st.container():
            if sweep and not problem:
                problem = _refused(store, sweep)
            if problem:
                st.error(plain(problem))
            elif sweep:
                seconds = duration(store, _pairs(sweep))
                waits = REFRESH_SECONDS if time_will_be_known(store, seconds) else None
                refreshed(partial(_costs, store, sweep, seconds), waits)
        count = len(sweep.runs) if sweep else 0
        if st.button(
            f"Sweep {count:,} runs" if count else "Sweep",
            type="primary",
            icon=":material/play_arrow:",
            width=300,
            disabled=not sweep or bool(problem),
            key="choose.sweep.start",
        ):
            acting(_begin)(store, sweep)


def _fields():
    with st.container(border=True):
        st.markdown("**Schedules**, as they are on Explore; only their shapes count")
        names, colors = state.names(), state.colors()
        drop_unknown(setup.CURVES, names)
        st.pills(
            "Schedules",
            [*names],
            selection_mode="multi",
            format_func=lambda id: f"{swatch(colors[id])} {plain(names[id])}",
            key=setup.CURVES,
            persist_state="session",
            label_visibility="collapsed",
        )
        titles = {cls.kind: cls.title for cls in OPTIMIZERS}
        st.multiselect(
            "Optimizers",
            [*titles],
            format_func=titles.__getitem__,
            key=setup.CHOSEN_OPTIMIZERS,
            persist_state="session",
            help="Every schedule runs with every optimizer. Each optimizer has peak rates of its own.",
        )
    with st.container(border=True):
        st.markdown("**Peak rates**: each schedule is scaled so that its highest rate is one of these")
        for kind in st.session_state[setup.CHOSEN_OPTIMIZERS]:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.markdown(f"**{titles[kind]}**", width=110)
                field(setup.from_key(kind), "From", setup.RATE, width=150)
                field(setup.to_key(kind), "To", setup.RATE, width=150)
        with st.container(horizontal=True):
            field(
                setup.POINTS, "Peak rates", setup.COUNT_OF_PEAKS, help="Evenly spaced on a logarithmic axis."
            )
            field(setup.SEEDS, "Seeds", setup.COUNT_OF_SEEDS, help=setup.COUNT_OF_SEEDS.help)
            field(race_setup.SEED, "First seed", SEED, "choose", help=SEED.help)
            field(setup.LENGTH, "Epochs", EPOCHS, help=EPOCHS.help)


def _from_file(sweep: Sweep):
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/description: **A sweep from a file:** {counted(sweep)}.  \n"
            + plain(", ".join(each.name for each in sweep.candidates)),
            width="stretch",
        )
        st.button("Back to the form", on_click=setup.forget_file)


def counted(sweep: Sweep) -> str:
    """The grid in words."""
    grids = {len(each.peaks) for each in sweep.candidates}
    peaks = f"{max(grids)}" if len(grids) == 1 else f"up to {max(grids)}"
    parts = (len(sweep.candidates), "schedule"), (peaks, "peak rate"), (len(sweep.seeds), "seed")
    return " × ".join(f"{count} {what}{'' if count in (1, '1') else 's'}" for count, what in parts)


def _pairs(sweep):
    return [[(name, spec) for name, _, spec in group] for group in sweep.groups()]


def _costs(store, sweep, seconds):
    """Runs, epochs and time; the time is known once the training process is ready."""
    epochs = sum(spec.epochs for spec in sweep.runs.values())
    seconds = seconds or duration(store, _pairs(sweep))
    time = (
        f"about **{in_words(seconds)}**"
        if seconds
        else "the time is known once the training process is ready"
    )
    st.markdown(f"{counted(sweep)} = **{len(sweep.runs):,} runs**, {epochs:,} epochs, {time}.")


def _refused(store, sweep):
    """Why the sweep cannot begin here, if it cannot."""
    try:
        store.check_sweep([*sweep.runs.values()])
    except UserError as error:
        return str(error)
    return too_large(store, [spec for *_, spec in sweep.groups()[0]])


def _begin(store, sweep):
    setup.show_sweep(store.add_sweep(sweep.groups()))
    jobs.ensure_worker(store)
    st.rerun()
