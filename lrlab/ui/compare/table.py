"""The table of all runs, with search, filters, sorting and selection."""

from collections.abc import Sequence
from hashlib import sha256
from time import localtime, strftime

import pandas as pd
import streamlit as st

from lrlab.runs.result import data_title
from lrlab.store import Listed, spec_of
from lrlab.ui.compare import choice

LOSS, SHARE = "%.4f", "%.2f %%"
SHORT = 6  # letters of a visitor's name
HEAD, ROW, HEIGHT = 37, 35, 292  # pixels; the table takes a third of the screen
TABLE_COLUMNS = {
    "Pinned": st.column_config.TextColumn("", width=32, pinned=True, help="Pinned runs come first."),
    "Run": st.column_config.TextColumn(width="medium", pinned=True),
    "Rate": st.column_config.LineChartColumn(
        width=90, y_min=0, y_max=1, help="The planned rate over the run. Each run has its own scale."
    ),
    "Best loss": st.column_config.NumberColumn(format=LOSS, help="The lowest validation loss."),
    "Best epoch": st.column_config.NumberColumn(help="The epoch of the lowest validation loss, from 1."),
    "Final loss": st.column_config.NumberColumn(format=LOSS, help="The last measured validation loss."),
    "Best accuracy": st.column_config.NumberColumn(format=SHARE, help="The highest validation accuracy."),
    "Final accuracy": st.column_config.NumberColumn(
        format=SHARE, help="The last measured validation accuracy."
    ),
    "Final epoch": st.column_config.NumberColumn(
        help="The last epoch in which validation was measured, from 1."
    ),
    "Test accuracy": st.column_config.NumberColumn(
        format=SHARE, help="The accuracy on the test images of the data set, measured once at the end."
    ),
    "Seconds": st.column_config.NumberColumn(format="%.1f"),
    "Seed": st.column_config.NumberColumn(format="%d"),
    "Tags": st.column_config.ListColumn(),
}


def search(listed: Sequence[Listed]) -> None:
    """A search in the texts of runs, and filters."""
    st.text_input(
        "Search",
        key=choice.SEARCH,
        persist_state="session",
        placeholder="Name, tag, note, schedule, seed …",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    _filters(listed)


def runs_table(listed: Sequence[Listed]) -> None:
    """The table in which runs are chosen: those that pass the search and the filters."""
    shown = choice.lifted(choice.shown(listed))
    if not shown:
        st.info("No run matches the search and the filters.", icon=":material/search_off:")
        return
    ids = [entry.run.id for entry in shown]
    # Each set of rows has its own key: with one key, Streamlit would keep row numbers, not runs.
    key = f"compare.table.{sha256(repr(ids).encode()).hexdigest()[:16]}"
    rows = [ids.index(id) for id in choice.chosen() if id in ids]
    if key in st.session_state and sorted(st.session_state[key]["selection"]["rows"]) != sorted(rows):
        st.session_state[key] = {"selection": {"rows": rows}}
    of_others = not all(entry.run.is_own for entry in listed)
    with st.container(key="compare-table"):
        st.dataframe(
            pd.DataFrame([_row(entry, of_others) for entry in shown]),
            hide_index=True,
            height=min(HEAD + ROW * len(shown), HEIGHT),
            column_config=TABLE_COLUMNS,
            placeholder="",
            key=key,
            on_select=lambda: _take(key, ids),
            selection_mode="multi-row",
            selection_default={"selection": {"rows": rows}},
        )


def _take(key, ids):
    """Update the choice. Runs that the filters hide stay chosen, and chosen runs keep their order."""
    rows = {ids[row] for row in st.session_state[key]["selection"]["rows"] if row < len(ids)}
    kept = [id for id in choice.chosen() if id in rows or id not in ids]
    choice.tick([*kept, *(id for id in ids if id in rows and id not in kept)])


def _filters(listed):
    state = st.session_state
    active = sum(bool(state.get(filter.key)) for filter in choice.FILTERS) + state[choice.ONLY_PINNED]
    with st.popover(f"Filters: {active}" if active else "Filters", icon=":material/filter_list:"):
        for filter in choice.FILTERS:
            values = sorted({value for entry in listed for value in filter.of(entry.run)})
            if values or state.get(filter.key):
                st.multiselect(
                    filter.name,
                    sorted({*values, *(state.get(filter.key) or ())}),
                    key=filter.key,
                    persist_state="session",
                )
        st.toggle("Pinned only", key=choice.ONLY_PINNED, persist_state="session")


def _row(entry, of_others):
    """The cells of a run; in a list with runs `of_others`, also whose it is."""
    run, spec = entry.run, spec_of(entry.run)
    return {
        "Pinned": "★" if run.pinned else "",
        "Run": run.name,
        **({"Visitor": "you" if run.is_own else run.owner[:SHORT]} if of_others else {}),
        "Rate": choice.picture(run),
        "Best loss": entry.best_val_loss,
        "Best epoch": None if entry.best_epoch is None else entry.best_epoch + 1,
        "Final loss": entry.final_val_loss,
        "Best accuracy": 100 * entry.best_val_accuracy,
        "Final accuracy": 100 * entry.final_val_accuracy,
        "Final epoch": None if entry.final_epoch is None else entry.final_epoch + 1,
        "Test accuracy": None if run.test_accuracy is None else 100 * run.test_accuracy,
        "Optimizer": choice.optimizer_title(run),
        "Seed": spec.seed if spec else None,
        "Epochs": f"{entry.epochs} of {spec.epochs}" if spec else str(entry.epochs),
        "Status": run.status,
        "Schedule": choice.schedule_title(run),
        "Data": data_title(run.data, spec_of(run)) or choice.NONE_KNOWN,
        "Seconds": entry.seconds,
        "Tags": [*run.tags],
        "Created": strftime("%Y-%m-%d %H:%M", localtime(run.created)),
        "Number": run.id,
    }
