"""Runs out of LR Lab as files, and runs from files into it."""

from collections.abc import Sequence

import streamlit as st

from lrlab.errors import UserError
from lrlab.exchange import MOST_RUNS, keras_script, read_runs, to_csv, to_event_files, to_json
from lrlab.result import Result
from lrlab.store import Store
from lrlab.store.library import MAX_TAG
from lrlab.ui.compare import choice
from lrlab.ui.controls import plain

FORMS = {
    "CSV": (to_csv, "csv", "A row an epoch, for spreadsheets and data frames."),
    "JSON": (to_json, "json", "Everything that is known of the runs; another LR Lab can import it."),
    "TensorBoard": (to_event_files, "zip", "Event files: unpack, and point TensorBoard at the folder."),
}
UPLOADS, TAG, TAKEN = "compare.uploads", "compare.import_tag", "compare.taken"


def export(store: Store, chosen: Sequence[int], drawn: dict[int, Result]) -> None:
    """What the chosen runs can be taken home as: all of them, and a script of one of those that are drawn."""
    with st.popover("Export", icon=":material/download:"):
        stem = "runs" if len(chosen) > 1 else f"run-{chosen[0]}"
        for name, (write, ending, help) in FORMS.items():
            st.download_button(
                name,
                lambda write=write: write([*store.results(chosen).values()]),
                f"{stem}.{ending}",
                on_click="ignore",
                icon=":material/download:",
                key=f"compare.export.{name}",
                help=help,
                width="stretch",
            )
        known = {id: result for id, result in drawn.items() if result.spec}
        if known:
            st.selectbox(
                "Keras script of",
                list(known),
                format_func=lambda id: f"{known[id].name}, seed {known[id].spec.seed}",
                key="compare.script_of",
            )
            id = st.session_state["compare.script_of"]
            st.download_button(
                "Keras script",
                lambda: keras_script(known[id]),
                f"run-{id}.py",
                on_click="ignore",
                icon=":material/code:",
                key="compare.export.script",
                help="Trains this run again with plain Model.fit, without LR Lab.",
                width="stretch",
            )
        st.caption("A picture: the camera above the chart saves PNG, and beside it SVG.")
        if len(chosen) > MOST_RUNS:
            st.caption(f"An import takes {MOST_RUNS} runs at a time: for another LR Lab, choose fewer.")


def import_runs(store: Store) -> None:
    """Files of runs taken in: LR Lab's own, and what Keras logs."""
    number = st.session_state.setdefault(TAKEN, 0)
    with st.popover("Import", icon=":material/upload:", key=f"compare.import.{number}"):
        st.markdown(
            "Runs that LR Lab exported as JSON, a file of Keras's `CSVLogger`, or the `history` of "
            "`Model.fit` as JSON. Several files at once are fine: this is how the results of a class come "
            "together."
        )
        st.text_input("Tag them", key=TAG, max_chars=MAX_TAG, placeholder="class 7b")
        files = st.file_uploader(
            "Files",
            accept_multiple_files=True,
            key=f"{UPLOADS}.{number}",
            label_visibility="collapsed",
        )
        st.button(
            "Import", type="primary", disabled=not files, on_click=_take, args=(store, files), width="stretch"
        )


def _take(store, files):
    """Each file is taken in as a whole or not at all."""
    tags = [tag] if (tag := st.session_state[TAG].strip()) else []
    added, problems = [], []
    for file in files:
        try:
            new = store.add_results(read_runs(file.name, file.getvalue()), tags)
        except UserError as error:
            problems.append(plain(str(error)))
            continue
        added += new
        if not new:
            problems.append(f"{plain(file.name)}: all of its runs are here already.")
    if added:
        choice.choose(added)
    choice.say(len(added), problems)
    st.session_state[TAKEN] += 1  # the next uploader is another, without these files, and shut away
