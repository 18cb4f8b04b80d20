"""Compare without any run: what there is to look at, and where runs come from."""

import streamlit as st

from lrlab import article
from lrlab.lessons.evidence import recipe_of
from lrlab.lessons.recipes import RACED
from lrlab.lessons.reference import recorded
from lrlab.store import Store, spec_of
from lrlab.ui.compare import choice
from lrlab.ui.widgets.acting import acting

TAG = "recorded"


def start(store: Store) -> None:
    """Offer the recorded results as runs, and a race to start."""
    st.info("No run yet. Train one, import runs from elsewhere, or look at recorded ones.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Add {len(recorded())} recorded runs",
            type="primary",
            icon=":material/inventory_2:",
            help="The results that Lessons and Claims use: the article's schedules and others, trained on "
            f'Fashion-MNIST with several seeds each. They get the tag "{TAG}". You can delete them again.',
            on_click=acting(_add_recorded),
            args=(store,),
        )
        st.page_link("pages/lab/train.py", label="Start a race on Train", icon=":material/play_arrow:")


def _add_recorded(store):
    """Add all recorded runs, and choose the article's race with the article's seed."""
    store.add_results(recorded(), [TAG])
    specs = {entry.run.id: spec_of(entry.run) for entry in store.listed()}
    choice.choose(
        [
            id
            for recipe in RACED
            for id, spec in specs.items()
            if spec and spec.seed == article.SEED and recipe_of(spec) == recipe
        ]
    )
