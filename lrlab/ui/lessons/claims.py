"""The article's claims, each with what the numbers say of it."""

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
    """Every claim: what it says, the verdict, and the numbers that it rests on."""
    st.title("The article's claims")
    st.markdown(
        "What the article says or what its comparison suggests, in our words, held against numbers: the "
        "runs of this LR Lab, trained here or imported, where they are all that a claim needs, and else the "
        "recorded ones."
    )
    recorded_only = st.toggle("Recorded results only", key="claims.recorded", persist_state="session")
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
