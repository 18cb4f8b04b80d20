"""The queue of runs that wait to be trained, and the buttons that change it."""

import streamlit as st

from lrlab.store import Store
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain

MOST_SHOWN = 10


def waiting(store: Store, race: int) -> None:
    """Show the queue if more than the shown race waits; a seed group can move up or be withdrawn."""
    seed_groups = store.waiting()
    if not seed_groups or ({runs[0].race for runs in seed_groups} == {race} and len(seed_groups) == 1):
        return
    with st.expander(f"{len(seed_groups)} waiting", icon=":material/hourglass_empty:", key="waiting"):
        for place, runs in enumerate(seed_groups[:MOST_SHOWN], 1):
            first = runs[0]
            what = plain(first.name) if len(runs) == 1 else f"{len(runs)} lanes"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{place}. Race {first.race}: {what}, seed {first.spec.seed}", width="stretch")
                for label, icon, act, off in (
                    ("Up", "arrow_upward", lambda r=first: store.move(r.race, r.seed_group, -1), place == 1),
                    (
                        "Withdraw",
                        "close",
                        lambda runs=runs: store.request_stop(*(run.id for run in runs)),
                        False,
                    ),
                ):
                    st.button(
                        label,
                        icon=f":material/{icon}:",
                        key=f"{label}.{first.race}.{first.seed_group}",
                        on_click=acting(act),
                        disabled=off,
                        type="tertiary",
                    )
        if len(seed_groups) > MOST_SHOWN:
            st.caption(f"{len(seed_groups) - MOST_SHOWN} more wait behind these.")
