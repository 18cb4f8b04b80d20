"""The article's claims, each with a verdict from measured numbers."""

import streamlit as st

from lrlab import article
from lrlab.analysis.difference import LEAST
from lrlab.figures.thumbnail import WIDTH, thumbnail
from lrlab.lessons.claims import CLAIMS
from lrlab.lessons.evidence import evidence
from lrlab.lessons.recipes import RECIPES
from lrlab.store import Store
from lrlab.ui.lessons.measured import lanes_of, own_results, source_in_words
from lrlab.ui.lessons.swept import confirming_lanes, see_the_sweep, sweep_in_words
from lrlab.ui.shell import address
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import hexadecimal

COLORS = {
    "holds": ("green", ":material/check:"),
    "holds in loss but not in accuracy": ("orange", ":material/rule:"),
    "does not hold": ("red", ":material/close:"),
    "not decided": ("gray", ":material/balance:"),
}


def claims_page(store: Store) -> None:
    """Show every claim, its verdict, and the numbers behind the verdict."""
    st.title("The article's claims")
    st.markdown(
        f"Each claim is something that the article {article.LINK} by Katherine (Yi) Li says, or that its "
        "comparison suggests, in our words. "
        "LR Lab checks it with measured numbers. It uses your own runs, trained here or imported, if they "
        "include every run that the claim needs, from three seeds or more. Otherwise it uses the recorded "
        "results. One claim needs a whole sweep: it always uses the recorded one."
    )
    recorded_only = st.toggle("Use recorded results only", key="claims.recorded", persist_state="session")
    recipes = {recipe for claim in CLAIMS for recipe in claim.recipes}
    own = [] if recorded_only else own_results(store, recipes)
    for claim in CLAIMS:
        found = evidence(claim.recipes, own)
        judgement = claim.judge(found)
        color, icon = COLORS[judgement.verdict]
        with st.container(border=True):
            words, picture, verdict = st.columns([400, 240, 600], gap="medium")  # the picture fits at 1024 px
            with words:
                st.markdown(f"**{claim.text}**")
                st.page_link(
                    "pages/learn/lessons.py",
                    label="See the lesson",
                    icon=":material/school:",
                    query_params={"lesson": claim.lesson},
                )
                if found.sweep:
                    see_the_sweep()
            with picture:
                lanes = confirming_lanes(found.sweep) if found.sweep else lanes_of(claim.recipes, found)
                svg = thumbnail(lanes, [hexadecimal(lane.color) for lane in lanes])
                st.image(
                    svg,
                    caption="Validation loss by epoch",
                    width=WIDTH,
                    alt=f"Validation loss by epoch of {', '.join(lane.name for lane in lanes)}",
                )
            with verdict:
                st.markdown(f":{color}-badge[{icon} {judgement.verdict}]")
                st.markdown(judgement.sentence)
                with st.container(horizontal=True, vertical_alignment="center"):
                    _source(store, claim, found)


def _source(store, claim, found):
    """Where the evidence comes from, and how to get one's own."""
    if found.sweep:
        st.caption(sweep_in_words(found.sweep))
        return
    st.caption(source_in_words(found), width="stretch")
    if st.button(
        "Test it",
        icon=":material/play_arrow:",
        key=f"claims.test.{claim.id}",
        help=f"Trains this claim's {len(claim.recipes)} runs here, with {LEAST} seeds each.",
    ):
        acting(_test)(store, claim)


def _test(store, claim):
    """Train what the claim needs to be judged, and show it on Train."""
    recipes = [RECIPES[recipe] for recipe in claim.recipes]
    seeds = range(article.SEED, article.SEED + LEAST)
    race_setup.begin(store, [[(name, spec.with_seed(seed)) for name, spec in recipes] for seed in seeds])
    address.leave_for("pages/lab/train.py")
