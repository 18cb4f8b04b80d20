"""The panel with the curves of Explore in numbers."""

import numpy as np
import pyarrow as pa
import streamlit as st

from lrlab.runs.plan import Plan
from lrlab.runs.summary import summary
from lrlab.scene import MAX_LISTED
from lrlab.ui.explore import state
from lrlab.ui.widgets.markdown import plain

HELP = {
    "Peak": "The highest rate of the run.",
    "Final": "The rate of the last update.",
    "Mean": "The mean over all updates.",
    "Area": "The area under the curve: rate times epochs.",
    "Half-life": "Epochs from the peak until the rate is at most half the peak. Empty if this never happens.",
    "Under 1 %": "Epochs with a rate below 1 % of the peak.",
}


def in_numbers(plans: dict[str, Plan]) -> None:
    """One row per curve, with its rate at chosen epochs."""
    text = st.text_input("Rates at these epochs", key=state.AT_EPOCHS, persist_state="session")
    epochs, longest = state.at_epochs(), st.session_state[state.EPOCHS]
    if epochs is None:
        st.error(
            f"Write at most {MAX_LISTED} whole numbers from 0 to {longest - 1:d}, separated by commas, "
            f"not {plain(repr(text))}."
        )
    inside = [epoch for epoch in epochs or () if epoch < longest]
    names = state.names()
    rows = [_row(names[curve], plan, inside) for curve, plan in plans.items()]
    rows += [
        _row(f"{names[curve]}: momentum", plan.momentum, inside)
        for curve, plan in plans.items()
        if plan.momentum
    ]
    numbers = {name: st.column_config.NumberColumn(format="%.4g", help=HELP.get(name)) for name in rows[0]}
    del numbers["Schedule"]
    # Of a pandas.DataFrame Streamlit would make such a table, in ten times the time.
    st.dataframe(pa.Table.from_pylist(rows), hide_index=True, column_config=numbers)


def _row(name, plan, epochs):
    numbers = summary(plan)
    at = plan.at(np.array(epochs, int) * plan.steps_per_epoch)
    return {
        "Schedule": name,
        "Peak": numbers.peak,
        "Final": numbers.final,
        "Mean": numbers.mean,
        "Area": numbers.area,
        "Half-life": numbers.half_life,
        "Under 1 %": numbers.faint,
        **{f"Epoch {epoch}": rate for epoch, rate in zip(epochs, at, strict=True)},
    }
