"""The ranking of runs, for each set of runs that was measured on the same images."""

from collections.abc import Callable, Sequence

import streamlit as st

from lrlab.analysis import RANKED, Group, Verdict, bases, basis, end, verdict
from lrlab.runs.result import Result, data_title
from lrlab.runs.spec import MAX_SEED, RunSpec
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain

SeedGroups = list[list[tuple[str, RunSpec]]]


def measured_on(result: Result) -> str:
    """What a run was measured on, in a few words of Markdown."""
    where = basis(result)
    title = data_title(result.data, result.spec)
    if where is None or result.spec is None or title is None:
        return "data not known"
    fit = result.spec.fit_images
    return f"{plain(title)}, {fit:,} + {where.train_images - fit:,} images"


def standings(
    found: Sequence[Group], train: Callable[[SeedGroups], None] | None = None, most: int | None = None
) -> None:
    """A verdict for each set of lines on the same images; for a single line, the range of its seeds.

    Where a few more seeds would probably decide it, and `train` can train them, a button does so; but not
    if these are more than `most` runs.
    """
    ranked = [members for members in bases(found).values() if len(members) > 1 or len(members[0].seeds) > 1]
    for members in ranked:
        with st.container(border=True):
            st.markdown(f"**On {measured_on(members[0].results[0])}**")
            verdicts = [judged(members, measure) for measure in RANKED]
            # For runs that have not ended, both measures give the same sentence.
            for sentence in dict.fromkeys(each.sentence for each in verdicts):
                st.markdown(plain(sentence))
            more = verdicts[0].more_seeds
            if train and more and len(members) > 1 and (most is None or more * len(members) <= most):
                st.button(
                    f"Train {more} more seed{'s' * (more > 1)}",
                    icon=":material/add:",
                    key=f"more_seeds.{members[0].ids[0]}.{more}",
                    help="Trains every lane from each new seed, and then decides again.",
                    on_click=acting(train),
                    args=(more_seeds(members, more),),
                )
    if len(found) > 1 and (len(ranked) != 1 or len(ranked[0]) < len(found)):
        st.caption("Runs on different images or on unknown images are shown together but not ranked.")


def more_seeds(members: Sequence[Group], count: int) -> SeedGroups:
    """The runs of every line from `count` new seeds, as seed groups of a race."""
    specs = [(group.name, result.spec, result.data) for group in members for result in group.results[:1]]
    last = max(result.spec.seed for group in members for result in group.results if result.spec)
    return [
        [
            (name, spec.with_seed((last + more) % (MAX_SEED + 1)).with_data(data))
            for name, spec, data in specs
            if spec and data
        ]
        for more in range(1, count + 1)
    ]


def judged(members: Sequence[Group], measure: str) -> Verdict:
    """The verdict on lines that were measured on the same images."""
    ends = {group.name: [end(result, measure) for result in group.seeds] for group in members}
    spec = members[0].results[0].spec
    return verdict(ends, measure, spec.data_set.class_count if spec else None)
