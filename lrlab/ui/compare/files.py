"""Export of runs as files, and import of runs from files."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from lrlab.errors import UserError
from lrlab.exchange import MOST_RUNS, keras_script, read_runs, to_csv, to_event_files, to_json
from lrlab.runs.result import Result
from lrlab.store import Store
from lrlab.store.library import MAX_TAG
from lrlab.ui.compare import choice
from lrlab.ui.shell.uploads import forget

FORMS: dict[str, tuple[Callable[[Sequence[Result]], str | bytes], str, str]] = {
    "CSV": (to_csv, "csv", "One row per epoch, for spreadsheets and data frames."),
    "JSON": (to_json, "json", "All data about the runs. Another LR Lab can import this file."),
    "TensorBoard": (to_event_files, "zip", "Event files. Unzip them, and open the folder with TensorBoard."),
}
MOST_MEGABYTES = 10  # of each file
MOST_FILES = 40
UPLOADS, TAG, TAKEN = "compare.uploads", "compare.import_tag", "compare.taken"


def export(store: Store, chosen: Sequence[int], drawn: dict[int, Result]) -> None:
    """Download buttons: files of all chosen runs, and a Keras script of one of the drawn runs."""
    with st.popover("Export", icon=":material/download:"):
        stem = "runs" if len(chosen) > 1 else f"run-{chosen[0]}"
        for name, (write, ending, help) in FORMS.items():
            st.download_button(
                name,
                partial(_written, store, chosen, write),
                f"{stem}.{ending}",
                on_click="ignore",
                icon=":material/download:",
                key=f"compare.export.{name}",
                help=help,
                width="stretch",
            )
        known = {id: f"{result.name}, seed {result.spec.seed}" for id, result in drawn.items() if result.spec}
        if known:
            st.selectbox(
                "Keras script of",
                list(known),
                format_func=known.__getitem__,
                key="compare.script_of",
            )
            id = st.session_state["compare.script_of"]
            st.download_button(
                "Keras script",
                lambda: keras_script(drawn[id]),
                f"run-{id}.py",
                on_click="ignore",
                icon=":material/code:",
                key="compare.export.script",
                help="Trains this run again with plain Model.fit, without LR Lab.",
                width="stretch",
            )
        st.caption("Pictures: the camera above the chart saves PNG. The button beside it saves SVG.")
        if len(chosen) > MOST_RUNS:
            st.caption(
                f"LR Lab can import at most {MOST_RUNS} runs at once. Choose fewer to import them again."
            )


def _written(
    store: Store, chosen: Sequence[int], write: Callable[[Sequence[Result]], str | bytes]
) -> str | bytes:
    return write([*store.results(chosen).values()])


def import_runs(store: Store) -> None:
    """Import files of runs: files that LR Lab exported, and Keras logs."""
    number = st.session_state.setdefault(TAKEN, 0)
    with st.popover("Import", icon=":material/upload:", key=f"compare.import.{number}"):
        st.markdown(
            "Import runs that LR Lab exported as JSON, a file of Keras's `CSVLogger`, or the `history` of "
            "`Model.fit` as JSON. You can choose several files at once, for example the results of a class."
        )
        st.text_input("Tag for these runs", key=TAG, max_chars=MAX_TAG, placeholder="class 7b")
        files = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            max_upload_size=MOST_MEGABYTES,
            key=f"{UPLOADS}.{number}",
            label_visibility="collapsed",
        )
        st.button(
            "Import", type="primary", disabled=not files, on_click=_take, args=(store, files), width="stretch"
        )


def _take(store, files):
    """Import each file completely, or reject it."""
    if len(files) > MOST_FILES:
        choice.say(0, [f"Import at most {MOST_FILES} files at once, but these are {len(files)}."])
        return
    tags = [tag] if (tag := st.session_state[TAG].strip()) else []
    added, problems = [], []
    for file in files:
        try:
            new = store.add_results(read_runs(file.name, file.getvalue()), tags)
        except UserError as error:
            problems.append(str(error))
            continue
        added += new
        if not new:
            problems.append(f"{file.name}: LR Lab already has all of its runs.")
    if added:
        choice.add(added)
    choice.say(len(added), problems)
    forget(files)
    st.session_state[TAKEN] += 1  # a new key gives a new, empty uploader in a closed popover
