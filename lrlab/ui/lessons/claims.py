"""The article's claims, each with a verdict from measured numbers."""

import streamlit as st

from lrlab.lessons.claims import CLAIMS
from lrlab.lessons.evidence import evidence
from lrlab.store import Store
from lrlab.ui.lessons.measured import own_results, source_in_words

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
        "Each claim is something that the article says or that its comparison suggests, in our words. "
        "LR Lab checks it with measured numbers. It uses your own runs, trained here or imported, if they "
        "include every run that the claim needs, from three seeds or more. Otherwise it uses the recorded "
        "results."
    )
    recorded_only = st.toggle("Use recorded results only", key="claims.recorded", persist_state="session")
    recipes = {recipe for claim in CLAIMS for recipe in claim.recipes}
    own = [] if recorded_only else own_results(store, recipes)
    for claim in CLAIMS:
        found = evidence(claim.recipes, own)
        judgement = claim.judge(found)
        color, icon = COLORS[judgement.verdict]
        with st.container(border=True):
            words, verdict = st.columns([3, 4], gap="medium")
            words.markdown(f"**{claim.text}**")
            with verdict:
                st.markdown(f":{color}-badge[{icon} {judgement.verdict}]")
                st.markdown(judgement.sentence)
                st.caption(source_in_words(found))
