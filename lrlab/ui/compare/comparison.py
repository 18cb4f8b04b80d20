"""The chosen runs side by side: linked charts, one card per line, and the ranking."""

from contextlib import contextmanager
from functools import partial
from pathlib import Path

import streamlit as st

from lrlab import jobs
from lrlab.analysis import Group, groups
from lrlab.figures import LaneCurves, compare_figure
from lrlab.figures.compare import PANELS
from lrlab.figures.lanes import in_numbers
from lrlab.runs.plan import EPOCHS
from lrlab.runs.records import ACTIVE
from lrlab.store import Listed, Store
from lrlab.ui.chart import chart
from lrlab.ui.compare import choice
from lrlab.ui.compare.cards import cards
from lrlab.ui.compare.files import export
from lrlab.ui.explore import state
from lrlab.ui.race.standings import standings
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.controls import field as number_field
from lrlab.ui.widgets.controls import following, smoothing_slider
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 2.0
STYLE = Path(__file__).parent / "compare.css"
PAIR, ALL = 480, 860  # heights of the chart in pixels: a measure is 270 high, and the rate below it 96


def comparison(store: Store, listed: dict[int, Listed]) -> None:
    """Show the chosen runs. While one of them trains, the page is redrawn every two seconds."""
    chosen = choice.chosen()
    results = store.results(chosen[: choice.MOST_COMPARED])
    if not results:
        st.info("Choose runs in the table to compare them.", icon=":material/checklist:")
        return
    found = groups(results, st.session_state[choice.JOIN_SEEDS])
    found_colors = colors(found)
    is_own = any(listed[id].run.is_own for id in chosen if id in listed)
    _actions(store, chosen, results, [group.name for group in found], is_own)
    if len(chosen) > len(results):
        st.warning(f"{len(chosen)} runs are chosen. Only the first {choice.MOST_COMPARED} are drawn.")
    st.html(STYLE)
    charts, words = st.columns([876, 460], gap="medium")
    with charts:
        _chart(found, found_colors)
    with words:
        train = partial(_train, store) if st.session_state[choice.JOIN_SEEDS] else None
        standings(found, train, choice.MOST_COMPARED - len(chosen))
        cards(store, found, found_colors, listed)
    if any(result.status in ACTIVE for result in results.values()):
        _draw_again_soon()  # at the end, because its place moves what is below it


def _train(store, seed_groups):
    """Train a race of these seed groups, and compare its runs too."""
    race = store.add_race(seed_groups)
    jobs.ensure_worker(store)
    choice.add([run.id for run in store.race(race)])


def _draw_again_soon():
    drawn = [True]

    def wait():
        if not drawn:  # the timer calls it, not the page
            st.session_state[choice.BY_TIMER] = True
            st.rerun()
        drawn.clear()

    refreshed(wait, REFRESH_SECONDS)


def _actions(store, chosen, results, names, is_own):
    """One row: how many runs are chosen, what the charts show of them, and what can be done with them."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare-actions"):
        st.markdown(f"#### {'1 run' if len(chosen) == 1 else f'{len(chosen)} runs'} chosen", width="content")
        st.button("Clear selection", type="tertiary", on_click=choice.choose, args=([],))
        _view(names)
        with st.container(horizontal=True, horizontal_alignment="right"):
            export(store, chosen, results)
            st.button(
                "Delete",
                icon=":material/delete:",
                help="Delete the chosen runs. You can undo this." if is_own else "These runs are not yours.",
                disabled=not is_own,
                on_click=acting(choice.delete),
                args=(store, chosen),
            )


def _view(names):
    """How many epochs are drawn, as differences to which line, and how."""
    with _named("First epochs", "How many epochs from the start are drawn."):
        number_field(choice.FIRST, "First epochs", EPOCHS, width=116, label_visibility="collapsed")
    if st.session_state[choice.BASELINE] not in names:
        st.session_state[choice.BASELINE] = choice.NO_BASELINE
    with _named("Difference to", "Losses and accuracies minus the values of this line in the same epoch."):
        st.selectbox(
            "Difference to",
            [choice.NO_BASELINE, *names],
            format_func=lambda name: name or "Nothing",
            key=choice.BASELINE,
            persist_state="session",
            width=170,
            label_visibility="collapsed",
        )
    with st.popover("View", icon=":material/visibility:"):
        st.toggle(
            "Join seeds",
            key=choice.JOIN_SEEDS,
            persist_state="session",
            help="Runs that differ only in their seed become one line: their median. A band shows the "
            "range from the lowest to the highest run.",
        )
        st.toggle("Logarithmic rate axis", key=choice.LOG_RATE, persist_state="session")
        smoothing_slider(choice.SMOOTHING, width=240)


@contextmanager
def _named(label, help):
    """A place with a label and its help at the left, in the height of a button."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.markdown(f":small[{label}]", help=help, width="content")
        yield


def colors(found: list[Group]) -> list[int]:
    """The numbers of the colours of the lines; in which order they were chosen makes no difference."""
    order = sorted(found, key=lambda group: min(group.ids))
    numbers = state.colors_of([group.results[0].spec for group in order])
    by_ids = {group.ids: number for group, number in zip(order, numbers, strict=True)}
    return [by_ids[group.ids] for group in found]


def _chart(found: list[Group], colors: list[int]):
    """The chosen measure above the rate, on one time axis; or all measures one below the other."""
    values = st.session_state
    longest = max((len(result.epochs) for group in found for result in group.results), default=0)
    if not longest:
        st.info("None of these runs has finished an epoch yet.", icon=":material/hourglass_empty:")
        return
    names = [group.name for group in found]
    lanes = [
        LaneCurves(group.name, color, tuple([*result.epochs] for result in group.results))
        for color, group in zip(colors, found, strict=True)
    ]
    panel = choice.PANELS.get(values[choice.PANEL])
    # With one key the chart stays itself, with its zoom, whatever it shows.
    st.html(f"<style>:root {{ --compare-position: {'sticky' if panel else 'static'}; }}</style>")
    with st.container(key="compare-charts"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.segmented_control(
                "Chart",
                [*choice.PANELS, choice.ALL_PANELS],
                required=True,
                label_visibility="collapsed",
                **following(choice.PANEL, "control", default="default"),
            )
            st.toggle("Show epoch 1", key=choice.START, persist_state="session")
        figure = compare_figure(
            lanes,
            min(values[choice.FIRST], longest),
            names.index(values[choice.BASELINE]) if values[choice.BASELINE] else None,
            values[choice.LOG_RATE],
            values[choice.SMOOTHING],
            (panel, "lr") if panel else tuple(PANELS),
            PAIR if panel else ALL,
            start=values[choice.START],
            best=True,
        )
        shown = (
            f"{values[choice.PANEL]} and rate"
            if panel
            else "Validation loss and accuracy, training loss and rate"
        )
        said = in_numbers(lanes, "accuracy" if panel == "val_accuracy" else "loss")
        chart(figure, "compare", f"{shown} of {', '.join(names)}. {said}")
