"""The measured results of a lesson, recorded or from the reader's own runs, and training them here."""

from collections.abc import Sequence

import streamlit as st

from lrlab import jobs
from lrlab.datasets import AUTO, title_of
from lrlab.figures import LaneCurves, compare_figure
from lrlab.figures.lanes import in_numbers
from lrlab.lessons.evidence import Evidence, evidence, lived, own_evidence, recipe_of, will_do
from lrlab.lessons.lesson import Lesson
from lrlab.lessons.recipes import RECIPES
from lrlab.palette import apart
from lrlab.runs.records import ACTIVE
from lrlab.runs.result import Result
from lrlab.runs.spec import MAX_SEED, SEED
from lrlab.store import Run, Store
from lrlab.ui.chart import chart
from lrlab.ui.lessons import drawing, progress
from lrlab.ui.lessons.curves import LARGE, MINE, changed, colors
from lrlab.ui.race.live import live_race
from lrlab.ui.shell import visitor
from lrlab.ui.train.outlook import sizes
from lrlab.ui.train.race_setup import SEED_COUNT
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.controls import field

SOURCES = {"recorded": "Recorded results", "yours": "Your runs"}
CLASS = (
    f"{SEED.help} In a class, each student uses a different seed: two runs with the same seed are "
    "identical, so the second run adds no information."
)
SHOWN = ("val_loss", "val_accuracy", "loss", "lr")


def own_results(store: Store, recipes) -> list[Result]:
    """The store's runs that can judge these recipes: for each seed, the newest run that `will_do`."""
    candidates: dict[object, list[int]] = {}
    for run in sorted(store.runs(limit=1000), key=lambda run: run.created):
        if not isinstance(run, Run) or run.status in ACTIVE:
            continue
        if (recipe := recipe_of(run.spec)) in recipes:
            candidates.setdefault((recipe, run.spec.seed, run.data), []).append(run.id)
    own = []
    while candidates:  # an older run is read only if the newer ones will not do
        newest = {key: ids.pop() for key, ids in candidates.items()}
        found = store.results([*newest.values()])
        for key, id in newest.items():
            good = [found[id]] if id in found and will_do(found[id]) else []
            own += good
            if good or not candidates[key]:
                del candidates[key]
    return own


def chosen_evidence(store: Store, lesson: Lesson) -> Evidence:
    """The results that judge the lesson: recorded ones, or the reader's own runs if complete and chosen.

    Own runs are chosen at first where they are strong.
    """
    own = own_evidence(lesson.recipes, own_results(store, lesson.recipes))
    if own is None:
        return evidence(lesson.recipes, [])
    source = st.segmented_control(
        "Results",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        default="yours" if own.is_strong else "recorded",
        required=True,
        key=f"{progress.SOURCE}.{lesson.id}",
        persist_state="session",
        label_visibility="collapsed",
    )
    return own if source == "yours" else evidence(lesson.recipes, [])


def measured(store: Store, lesson: Lesson, found: Evidence, present: bool = False) -> None:
    """Draw the curves of the evidence, one line and one band per recipe, and say where they come from.

    The lesson's own measure comes first, over the reader's drawing if there is one, and under the runs of the
    reader's own values. The presenter layout shows nothing else, in large type.
    """
    mine = _mine(store, lesson)
    if lesson.is_drawn and drawing.has_drawn() and not mine:
        drawing.compare(lesson, found)
    else:
        _drawn(lesson, found, mine, (lesson.panel,), 560 if present else 380, present)
    st.caption(f"{source_in_words(found)} A band shows the range from the lowest to the highest seed.")
    if not present:
        more = st.expander("All measures, and the applied rate", on_change="rerun", key="lesson-more")
        if more.open:
            with more:
                _drawn(lesson, found, mine, SHOWN, 820)


def _mine(store, lesson):
    """The curves of the runs with the reader's own values; their colours are those of the recipes, varied."""
    race = progress.race()
    runs = [run for run in store.race(race) if run.name.endswith(MINE)] if race else []
    found = store.results([run.id for run in runs])
    lanes: dict[str, list[Result]] = {}
    for run in runs:
        if run.id in found:
            lanes.setdefault(run.name, []).append(found[run.id])
    known = colors(lesson.recipes)
    by_name = {f"{RECIPES[recipe][0]}{MINE}": color for recipe, color in known.items()}
    free = apart([*known.values(), *map(by_name.get, lanes)])[len(known) :]
    return [_lane(name, color, results) for (name, results), color in zip(lanes.items(), free, strict=True)]


def _drawn(lesson, found, mine, panels, height, present=False):
    lanes = [*lanes_of(lesson.recipes, found), *mine]
    length = max(RECIPES[recipe][1].epochs for recipe in lesson.recipes)
    figure = compare_figure(lanes, length, log_rate=lesson.log_rate, panels=panels, height=height)
    if present:
        figure = figure.with_layout(font=LARGE)
    names = ", ".join(lane.name for lane in lanes)
    measure = lesson.panel.removeprefix("val_")
    alt = f"Measured results of {names}. {in_numbers(lanes, measure if measure == 'accuracy' else 'loss')}"
    chart(figure, f"lesson.measured.{len(panels)}", alt)


def lanes_of(recipes: Sequence[str], found: Evidence) -> list[LaneCurves]:
    """The curves of each recipe, each run up to where its loss stopped being finite."""
    return [
        _lane(RECIPES[recipe][0], color, found.results[recipe]) for recipe, color in colors(recipes).items()
    ]


def _lane(name, color, results):
    return LaneCurves(name, color, tuple([*lived(result)] for result in results))


def source_in_words(found: Evidence) -> str:
    """One sentence that says where the evidence comes from."""
    seeds = sorted({len(results) for results in found.results.values()})
    count = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seeds"
    count = "one seed" if seeds == [1] else count
    first = AUTO[0]
    data = first.title if found.data == first.name else f"{title_of(found.data)}, not on {first.title}"
    who = "The runs of this LR Lab" if found.source == "yours" else "Recorded with LR Lab"
    return f"{who} on {data}, {count} each."


def run_here(store: Store, lesson: Lesson) -> None:
    """Train the lesson's runs on this machine, or the reader's own values, and show their progress."""
    own = changed(lesson)
    with st.container(border=True):
        st.markdown(
            f"**Run it here**: train {len(lesson.recipes)} runs per seed with the lesson's values. "
            "Or move the sliders above, and train your own values: they are drawn over what was measured."
        )
        with st.container(horizontal=True):
            field(progress.SEED, "First seed", SEED, "lesson", help=CLASS, width=132)
            field(progress.SEEDS, "Number of seeds", SEED_COUNT, "lesson", help=SEED_COUNT.help, width=132)
        seed_groups = _seed_groups([RECIPES[recipe] for recipe in lesson.recipes])
        visitor.say_class()
        problem = sizes(store, seed_groups)
        race = progress.race()
        runs = store.race(race) if race else []
        busy = any(run.active for run in runs)
        with st.container(horizontal=True):
            lessons_own = st.button(
                "Run it here", type="primary", icon=":material/play_arrow:", disabled=problem or busy
            )
            mine = st.button(
                "Run mine",
                icon=":material/tune:",
                disabled=problem or busy or not own,
                help="Trains the curves whose sliders you have moved.",
            )
        if lessons_own or mine:
            acting(_begin)(store, _seed_groups(own) if mine else seed_groups)
    if runs:
        live_race(runs)


def _begin(store, seed_groups):
    progress.started(store.add_race(seed_groups))
    jobs.ensure_worker(store)
    st.rerun()


def _seed_groups(runs):
    first, count = st.session_state[progress.SEED], st.session_state[progress.SEEDS]
    seeds = [(first + more) % (MAX_SEED + 1) for more in range(count)]
    return [[(name, spec.with_seed(seed)) for name, spec in runs] for seed in seeds]
