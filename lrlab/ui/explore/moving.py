"""What moves with a slider of Explore is drawn alone, and not the whole page, unless more would change."""

from typing import NamedTuple

import streamlit as st

from lrlab.runs.plan import Plan
from lrlab.ui.chart import forget_sent
from lrlab.ui.explore import state
from lrlab.ui.explore.curves import MOVING, Lines, fill_moving
from lrlab.ui.explore.drawing import CHARTS, drawing
from lrlab.ui.explore.panels import Panel, fill_panel
from lrlab.ui.widgets.refreshed import refreshed


def moving(lines: Lines, panel: Panel | None) -> dict[str, Plan]:
    """The chart, here; the line of the curve in hand and the open panel, in their places.

    Returns the plans of the curves that are drawn.
    """
    names = state.names()
    drawn = _around(names, state.plans_shown(names).plans)
    for name in CHARTS:
        forget_sent(name)

    def part():
        names = state.names()
        shown = state.plans_shown(names)
        if drawn != (now := _around(names, shown.plans)):
            st.rerun()
        drawing(shown, names, now.colors)  # first, because it is what one waits for
        fill_moving(lines, shown.plans, names, now.colors)
        fill_panel(panel, shown.plans)
        return shown.plans

    return refreshed(part, name=MOVING)


class _Around(NamedTuple):
    """Everything that decides what the page shows around it."""

    order: list[str]
    names: dict[str, str]
    colors: dict[str, int]
    drawn: list[str]
    shown: set[str]
    in_hand: str | None
    removed: state.Removed | None
    shared_rate: float | None


def _around(names, plans):
    session = st.session_state
    return _Around(
        *(session[state.CURVES], names, state.colors(), [*plans], {*session[state.SHOWN]}),
        *(state.in_hand(), state.removed(), session[state.SHARED_RATE] if session[state.ONE_RATE] else None),
    )
