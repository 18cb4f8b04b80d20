"""The parts of the lesson about the recorded sweep: its shapes at one peak rate, and what was measured."""

import streamlit as st

from lrlab.analysis import shares_of
from lrlab.datasets import title_of
from lrlab.figures.lanes import LaneCurves
from lrlab.figures.rates import in_numbers, rates_figure
from lrlab.figures.shares import shares_bar
from lrlab.figures.tuned import tuned_figure
from lrlab.lessons.recorded_sweep import SGD_PEAKS, RecordedSweep, recorded_sweep
from lrlab.lessons.swept import schedules, tried_and_best
from lrlab.links.lesson import Setup
from lrlab.palette import colors_of
from lrlab.runs.swept import CONFIRM
from lrlab.ui.chart import chart
from lrlab.ui.lessons.curves import LARGE
from lrlab.ui.widgets.picture import picture

PEAK = "lesson.shape-or-rate.peak"


def shapes(setup: Setup, height: int) -> None:
    """The schedules of the sweep at one peak rate, and a slider for it that the link may lock or hide."""
    sweep = recorded_sweep()
    st.session_state.setdefault(PEAK, SGD_PEAKS[len(SGD_PEAKS) // 2])
    colors = sweep_colors(sweep)
    plans = {
        each.name: (colors[each.name], each.spec.with_peak(st.session_state[PEAK]).plan)
        for each in sweep.sweep.candidates
        if each.name in schedules(sweep)
    }
    figure = rates_figure(plans, height=height)
    if setup.present:
        figure = figure.with_layout(font=LARGE)
    chart(figure, "lesson.rates", f"Learning rate over epochs. {in_numbers(figure)}")
    if setup.controls != "hidden":
        st.select_slider(
            "Peak rate of all shapes",
            SGD_PEAKS,
            format_func=lambda peak: f"{peak:g}",
            key=PEAK,
            disabled=setup.controls == "locked",
            persist_state="session",
        )


def swept(sweep: RecordedSweep) -> None:
    """Draw each schedule at the article's rate and at its own best."""
    rows = tried_and_best(sweep)
    picture(tuned_figure(rows, sweep_colors(sweep)), "lesson.tuned")
    dashed = " A dashed ring: some of its seeds diverged." if any(row.diverged for row in rows) else ""
    st.caption(f"{sweep_in_words(sweep)}{dashed}")


def shares(sweep: RecordedSweep) -> None:
    """Draw how much of the differences comes from the peak rate, and how much from the shape."""
    picture(shares_bar(shares_of(sweep.runs)), "lesson.shares")
    see_the_sweep()


def see_the_sweep() -> None:
    """A link to the recorded sweep on Choose."""
    st.page_link(
        "pages/lab/choose.py",
        label="See the sweep on Choose",
        icon=":material/target:",
        query_params={"sweep": "recorded", "choose.step": "sweep"},
    )


def sweep_colors(sweep: RecordedSweep) -> dict[str, int]:
    """The number of the colour of each schedule."""
    each = sweep.sweep.candidates
    numbers = colors_of([(one.spec.schedule, one.spec.clock, one.spec.optimizer) for one in each])
    return dict(zip((one.name for one in each), numbers, strict=True))


def confirming_lanes(sweep: RecordedSweep) -> list[LaneCurves]:
    """The curves of the confirming runs, one lane for each schedule of SGD."""
    return [
        LaneCurves(
            name,
            color,
            tuple([*sweep.epochs[run.id]] for run in sweep.runs if (run.name, run.role) == (name, CONFIRM)),
        )
        for name, color in sweep_colors(sweep).items()
        if name in schedules(sweep)
    ]


def sweep_in_words(sweep: RecordedSweep) -> str:
    """One sentence that says where the sweep comes from."""
    fresh = {run.seed for run in sweep.runs if run.role == CONFIRM}
    return (
        f"Recorded with LR Lab on {title_of(sweep.data)}: a sweep from {len(sweep.sweep.seeds)} seeds, and "
        f"each schedule at its own best rate from {len(fresh)} fresh ones."
    )
