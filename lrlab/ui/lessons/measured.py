"""What was measured in a lesson: recorded before, or by the reader's own runs; and running it here."""

import streamlit as st

from lrlab import jobs
from lrlab.figures import Lane, compare_figure
from lrlab.lessons.evidence import Evidence, evidence
from lrlab.lessons.lesson import Lesson
from lrlab.lessons.recipes import RECIPES
from lrlab.records import ACTIVE
from lrlab.result import Result
from lrlab.store import Store
from lrlab.ui import limits
from lrlab.ui.chart import chart
from lrlab.ui.controls import field
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.curves import LARGE
from lrlab.ui.live import live_race
from lrlab.ui.outlook import sizes

SOURCES = {"recorded": "Recorded", "yours": "Yours"}
SHOWN = ("val_loss", "val_accuracy", "loss", "lr")


def own_results(store: Store, recipes) -> list[Result]:
    """The runs of the store that were trained by one of these recipes and are over."""
    wanted = {RECIPES[recipe][1].recipe for recipe in recipes}
    ids = [
        run.id
        for run in store.runs(limit=1000)
        if run.spec and run.status not in ACTIVE and run.spec.recipe in wanted
    ]
    return [*store.results(ids).values()]


def chosen_evidence(store: Store, lesson: Lesson) -> Evidence:
    """What the lesson is judged by: the reader's own runs where all of them are there, if so wanted."""
    own = evidence(lesson.recipes, own_results(store, lesson.recipes))
    if own.source == "recorded":
        return own
    key = f"{progress.SOURCE}.{lesson.id}"
    st.session_state.setdefault(key, "yours")
    source = st.segmented_control(
        "Results",
        list(SOURCES),
        format_func=SOURCES.get,
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )
    return own if source == "yours" else evidence(lesson.recipes, [])


def measured(lesson: Lesson, found: Evidence, present: bool = False) -> None:
    """The curves of the evidence, each recipe's seeds as one line and a band, and where they come from.

    For a room it is one panel in large type.
    """
    panels = (lesson.panel,) if present else SHOWN
    lanes = [
        Lane(RECIPES[recipe][0], number, tuple([*result.epochs] for result in found.results[recipe]))
        for number, recipe in enumerate(lesson.recipes)
    ]
    length = max(RECIPES[recipe][1].epochs for recipe in lesson.recipes)
    height = 560 if present else 820
    figure = compare_figure(lanes, length, log_rate=lesson.log_rate, panels=panels, height=height)
    if present:
        figure.layout.font = LARGE
    names = ", ".join(lane.name for lane in lanes)
    chart(figure, f"lesson.measured.{len(panels)}", f"What was measured of {names}")
    st.caption(f"{source_in_words(found)} A band goes from the lowest to the highest seed.")


def source_in_words(found: Evidence) -> str:
    """Where evidence comes from, in a sentence."""
    seeds = sorted({len(results) for results in found.results.values()})
    count = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seeds"
    count = "one seed" if seeds == [1] else count
    data = "Fashion-MNIST" if found.data == "fashion-mnist" else "the synthetic set, not on Fashion-MNIST"
    who = "Your own runs" if found.source == "yours" else "Recorded with LR Lab"
    return f"{who} on {data}, {count} each."


def run_here(store: Store, lesson: Lesson) -> None:
    """Train the lesson's runs on this machine, and watch."""
    with st.container(border=True):
        st.markdown(f"**Run it here**: {len(lesson.recipes)} runs, with the lesson's own values.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            field(progress.SEEDS, "Seeds", limits.SEEDS, "lesson", help=limits.SEEDS.help, width=132)
            heats = _heats(lesson, st.session_state[progress.SEEDS])
            with st.container():
                problem = sizes(store, heats)
        race = progress.race()
        runs = store.race(race) if race else []
        busy = any(run.active for run in runs)
        if st.button(
            "Run it here",
            type="primary",
            icon=":material/play_arrow:",
            disabled=problem or busy,
        ):
            progress.started(store.add_race(heats))
            jobs.ensure_worker(store)
            st.rerun()
    if runs:
        live_race(runs)


def _heats(lesson, seeds):
    recipes = [RECIPES[recipe] for recipe in lesson.recipes]
    return [[(name, spec.with_seed(spec.seed + more)) for name, spec in recipes] for more in range(seeds)]
