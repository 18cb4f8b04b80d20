"""The ranking of runs, for each set of runs that was measured on the same images."""

from collections.abc import Sequence

import streamlit as st

from lrlab.analysis import RANKED, Group, bases, basis, end, verdict
from lrlab.runs.result import Result, data_title
from lrlab.ui.widgets.markdown import plain


def measured_on(result: Result) -> str:
    """What a run was measured on, in a few words of Markdown."""
    where = basis(result)
    title = data_title(result.data, result.spec)
    if where is None or result.spec is None or title is None:
        return "data not known"
    fit = result.spec.fit_images
    return f"{plain(title)}, {fit:,} + {where.train_images - fit:,} images"


def standings(found: Sequence[Group]) -> None:
    """A verdict for each set of lines on the same images; for a single line, the range of its seeds."""
    ranked = [members for members in bases(found).values() if len(members) > 1 or len(members[0].seeds) > 1]
    for members in ranked:
        with st.container(border=True):
            st.markdown(f"**On {measured_on(members[0].results[0])}**")
            # For runs that have not ended, both measures give the same sentence.
            for sentence in dict.fromkeys(_sentence(members, measure) for measure in RANKED):
                st.markdown(plain(sentence))
    if len(found) > 1 and (len(ranked) != 1 or len(ranked[0]) < len(found)):
        st.caption("Runs on different images or on unknown images are shown together but not ranked.")


def _sentence(members, measure):
    ends = {group.name: [end(result, measure) for result in group.seeds] for group in members}
    return verdict(ends, measure).sentence
