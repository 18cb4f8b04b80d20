"""The title of Choose, its settings and its file, and the three steps, each with its result so far."""

from pathlib import Path

import streamlit as st

from lrlab.errors import UserError
from lrlab.exchange.sweep_file import read_sweep, write_sweep
from lrlab.runs.spec import RunSpec
from lrlab.ui.choose import setup
from lrlab.ui.choose.seen import Seen
from lrlab.ui.shell.workspace import workspace
from lrlab.ui.train.settings import settings_of_sweep
from lrlab.ui.widgets.markdown import plain

STYLE = Path(__file__).parent / "choose.css"
UPLOAD = "choose.upload"
ICONS = {setup.FIND: "looks_one", setup.SEARCH: "looks_two", setup.CONFIRM: "looks_3"}


def head(seen: Seen | None) -> None:
    """Say what is chosen for, and offer the settings, if they can still change, and the sweep as a file."""
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="choose_head"):
        st.title("Choose a schedule", width="content")
        st.caption(_what(seen), width="stretch")
        workspace()
        if seen is None or st.session_state[setup.STEP] == setup.FIND:
            menu = st.popover("Settings", icon=":material/tune:", on_change="rerun", key="choose_settings")
            if menu.open:
                with menu:
                    settings_of_sweep()
        menu = st.popover("Spec (TOML)", icon=":material/description:", on_change="rerun", key="choose_spec")
        if menu.open:
            with menu:
                _spec(seen)
    if seen and seen.problem:
        st.error(plain(seen.problem))


def _what(seen):
    """Data, network, batch size and epochs, in a line."""
    try:
        spec = seen.spec if seen else setup.base()
    except UserError as error:
        return plain(str(error))
    return plain(in_a_line(spec))


def in_a_line(spec: RunSpec) -> str:
    """Data, network, batch size and epochs of the runs of a sweep."""
    weights = spec.network.parameter_count(spec.data_set.shape, spec.data_set.class_count)
    held = spec.train_images - spec.fit_images
    return (
        f"{spec.data_set.title}, {spec.fit_images:,} + {held:,} images · {weights:,} weights · "
        f"batch {spec.batch_size} · {spec.epochs} epochs"
    )


def _spec(seen):
    """The sweep as a file, to keep and to take; `lrlab sweep` trains it, too."""
    try:
        text = write_sweep(seen.sweep() if seen else setup.sweep())
    except UserError as error:
        st.markdown(plain(str(error)))
    else:
        st.markdown("`lrlab sweep sweep.toml` trains this on the command line.")
        st.code(text, language="toml", height=300)
        st.download_button("Download", text, "sweep.toml", icon=":material/download:", on_click="ignore")
    st.file_uploader("Read a sweep from a file", type="toml", key=UPLOAD, on_change=_take, max_upload_size=1)
    if problem := st.session_state[setup.FILE_PROBLEM]:
        st.error(plain(problem))


def _take():
    if file := st.session_state[UPLOAD]:
        setup.take_file(lambda: read_sweep(_text(file)))


def _text(file):
    try:
        return file.getvalue().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"The file is not text: {error}. A sweep is a TOML file.") from error


def steps(results: dict[str, tuple[str, bool]]) -> None:
    """The three steps, each with its result so far and whether it is done; each is a button."""
    now = st.session_state[setup.STEP]
    with st.container(key="choose_steps"):
        for column, (step, title) in zip(st.columns(3, gap=None), setup.STEPS.items(), strict=True):
            said, is_done = results[step]
            with column.container(key=f"choose_step_{'now_' if step == now else ''}{step}"):
                st.button(
                    title,
                    icon=":material/check_circle:" if is_done else f":material/{ICONS[step]}:",
                    type="tertiary",
                    key=f"choose.go.{step}",
                    on_click=setup.go_to,
                    args=(step,),
                )
                st.caption(said)
