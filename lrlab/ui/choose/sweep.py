"""Step 2: what a sweep says, while it trains and afterwards."""

from functools import partial
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lrlab import jobs
from lrlab.analysis import best_of, cells, confirming_groups, shares_of
from lrlab.analysis.search import CONFIRMING_SEEDS
from lrlab.figures.sensitivity import sensitivity
from lrlab.figures.shares import percent, shares_bar
from lrlab.figures.swept_line import Line
from lrlab.runs.swept import CONFIRM, SEARCH, values
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.choose.live import MOST_CELLS, live
from lrlab.ui.choose.seen import Seen, spec_of
from lrlab.ui.choose.table import best_table, cell_map
from lrlab.ui.train.outlook import duration
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.controls import following
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.picture import picture

RECKONED = (
    "The differences between the final values of all runs that did not diverge are split into what comes "
    "from the peak rate, from the shape, from both together and from the seed: a two-way analysis of "
    "variance, of the logarithms of losses."
)
ARTICLE_RATES = {0.01: "the article's constant: 0.01", 0.5: "its other five: 0.5"}


def best(seen: Seen, measure: str):
    """Each schedule at its own best, the best first."""
    return seen.once(("best", measure), lambda: best_of(seen.runs, measure, seen.first_losses))


def shares(seen: Seen, measure: str):
    """What comes from the rate and what from the shape."""
    return seen.once(("shares", measure), lambda: shares_of(seen.runs, measure))


def colors(seen: Seen) -> dict[str, int]:
    """The numbers of the colours of the schedules, by name."""
    return setup.colors([*seen.specs.items()])


def said_of(seen: Seen | None) -> tuple[str, bool]:
    """The sweep in a few words, and whether it is done."""
    if seen is None:
        return "Schedules × peak rates × seeds", False
    found = seen.of(SEARCH)
    done = sum(run.has_ended for run in found)
    is_over = seen.is_over(SEARCH)
    if done < len(found):
        return f"{done} of {len(found)} runs done", is_over
    told = shares(seen, "val_loss")
    said = (
        ""
        if told.peak is None or told.shape is None
        else f"{percent(told.peak)} peak rate, {percent(told.shape)} shape · "
    )
    return f"{said}{len(found)} runs", is_over


class Places(NamedTuple):
    """Where the parts of the step stand, of which each refresh draws all anew."""

    sentence: DeltaGenerator
    bar: DeltaGenerator
    chart: DeltaGenerator
    table: DeltaGenerator


def sweep(store: Store, seen: Seen) -> None:
    """Show a sweep; while it trains, its numbers and charts are refreshed each second."""
    sentence, bar = st.columns([860, 484], gap="medium", vertical_alignment="center")
    left, right = st.columns([860, 484], gap="medium")
    with left.container(border=True):
        _controls()
        chart = st.container()
    card = right.container(border=True)
    places = Places(sentence.container(key="choose_sentence"), bar.container(), chart, card.container())
    live(store, seen, SEARCH, partial(_body, places))
    if seen.is_over(SEARCH):
        with card:
            _confirm(store, seen)


def _controls():
    """What the chart shows; they stand outside of what is refreshed, so that no click is lost."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "View",
            setup.VIEWS,
            required=True,
            label_visibility="collapsed",
            **following(setup.VIEW, "view", default="default"),
        )
        st.markdown("**Final value over peak learning rate**", width="stretch")
        st.selectbox(
            "Measure",
            [*setup.MEASURES],
            format_func=setup.MEASURES.__getitem__,
            key=setup.MEASURE,
            persist_state="session",
            label_visibility="collapsed",
            width=190,
        )


def _body(places, store, seen):
    measure = st.session_state[setup.MEASURE]
    told, found = shares(seen, measure), best(seen, measure)
    done, total = sum(run.has_ended for run in seen.of(SEARCH)), len(seen.of(SEARCH))
    so_far = f"So far {done} of {total} runs; over" if done < total else "Over"
    with places.sentence:
        st.markdown(f"#### {plain(told.sentence)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{so_far} the {told.runs} runs that did not diverge.", width="content")
            with st.popover("How this is reckoned", icon=":material/help:", type="tertiary"):
                st.markdown(RECKONED)
                for caveat in told.caveats:
                    st.markdown(f"* {plain(caveat)}")
    with places.bar:
        picture(seen.once(("bar", measure), lambda: shares_bar(told)), "choose.shares")
    names = colors(seen)
    with places.chart:
        if st.session_state[setup.VIEW] == "Map":
            cell_map(_cells(seen, measure), seen.of(SEARCH), measure, not seen.recorded)
        else:
            picture(_sensitivity(seen, names, measure), "choose.sensitivity")
    with places.table:
        st.markdown("**Each schedule at its own best**")
        if found:
            best_table(found, names, measure)
        else:
            st.caption("The first results come when the first runs have ended.")


def _sensitivity(seen, names, measure):
    """The picture of the newest values; only the last one is kept. A large sweep has no rings."""
    training = [run for run in seen.of(SEARCH) if run.status == "running"] * (len(seen.runs) <= MOST_CELLS)
    now = [(run.name, run.peak, run.value(measure)) for run in training]
    looks = ("sensitivity", measure, tuple(names.items()))
    if looks not in seen.made or seen.made[looks][0] != now:
        grid, known = _cells(seen, measure), {each.name: each for each in best(seen, measure)}
        rings = {
            name: tuple((peak, v) for n, peak, v in now if n == name and v is not None) for name in names
        }
        lines = [
            Line(name, color, grid.get(name, ()), known.get(name), rings[name])
            for name, color in names.items()
        ]
        seen.made[looks] = now, sensitivity(lines, measure, ARTICLE_RATES)
    return seen.made[looks][1]


def _cells(seen, measure):
    return seen.once(("cells", measure), lambda: cells(values(seen.runs, measure)))


def _confirm(store, seen):
    """That the best flatters, and the button that confirms it on fresh seeds."""
    measure = "val_loss"
    found = [each for each in best(seen, measure) if each.peak is not None]
    if not found:
        return
    count = max(len({run.peak for run in seen.of(SEARCH) if run.name == each.name}) for each in found)
    st.markdown(
        f"**Not the answer yet.** Each best was picked among {count} peak rates, so its loss flatters. "
        "Fresh seeds decide."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if seen.of(CONFIRM):
            st.button("See the answer", type="primary", on_click=setup.go_to, args=(setup.CONFIRM,))
            return
        st.button(
            "Confirm the best of each",
            type="primary",
            icon=":material/verified:",
            key="choose.confirm",
            disabled=not seen.is_own,
            on_click=acting(confirm),
            args=(store, seen, CONFIRMING_SEEDS),
        )
        runs = len(found) * CONFIRMING_SEEDS
        seconds = duration(store, [[("", seen.spec)] * runs])
        time = f", about {in_words(seconds)}" if seconds else ""
        st.caption(f"{CONFIRMING_SEEDS} fresh seeds, {runs} runs{time}.", width="stretch")


def confirm(store: Store, seen: Seen, count: int) -> None:
    """Train the best of each schedule on so many more fresh seeds, and show the answer."""
    runs = {run.id: run for run in seen.runs}
    groups = confirming_groups(seen.runs, lambda id: spec_of(store, seen, runs[id]), count)
    store.add_sweep(groups, CONFIRM, sweep=st.session_state[setup.SWEEP])
    jobs.ensure_worker(store)
    setup.go_to(setup.CONFIRM)
