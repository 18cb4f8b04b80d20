"""The chart of Explore, its settings, and what is wrong or likely a mistake in its curves."""

import streamlit as st

from lrlab.figures.rates import in_numbers, rates_figure
from lrlab.runs.summary import summary
from lrlab.scene import AXES
from lrlab.ui.chart import chart
from lrlab.ui.explore import state
from lrlab.ui.explore.handles import drag, handles
from lrlab.ui.explore.preview import preview
from lrlab.ui.shell import address
from lrlab.ui.widgets.controls import following
from lrlab.ui.widgets.markdown import plain

CHARTS = ("rate", "momentum")
HEIGHT = 600
MOMENTUM_HEIGHT = 190
AXIS_NAMES = {"epoch": "Epochs", "step": "Steps", "image": "Images"}


def heading() -> None:
    """The title of the page, how its chart is drawn, and what is wrong with the link that opened it."""
    with st.container(horizontal=True, vertical_alignment="center", key="explore.heading"):
        st.title("Explore learning-rate schedules", width="stretch")
        st.toggle("Logarithmic rate axis", key=state.LOG_RATES, persist_state="session")
        st.segmented_control(
            "Time axis",
            AXES,
            format_func=AXIS_NAMES.__getitem__,
            required=True,
            label_visibility="collapsed",
            **following(state.AXIS, "axis", default="default"),
        )
    address.show_problems(st.session_state.get(state.LINK_PROBLEMS, ()))


def drawing(shown: state.Shown, names: dict[str, str], colors: dict[str, int]) -> None:
    """Draw all shown curves on one chart, which follows the sliders while they are dragged.

    Below it is a chart of the momentum, if one of them cycles it.
    """
    plans, problems, _ = shown
    for curve, problem in problems.items():
        st.warning(f"{plain(names[curve])}: {plain(problem)}")
    if plans:
        momenta = {curve: plan.momentum for curve, plan in plans.items() if plan.momentum}
        looks = {curve: (names[curve], colors[curve]) for curve in plans}
        read = {} if st.session_state[state.ONE_RATE] else shown.curves
        _lines("rate", plans, HEIGHT - MOMENTUM_HEIGHT if momenta else HEIGHT, looks, state.link(read))
        if momenta:
            _lines("momentum", momenta, MOMENTUM_HEIGHT, looks)
        _warnings(plans, names)
    elif not problems:
        st.info("No schedule is shown. Show one by its menu, or add one.", icon=":material/show_chart:")


def _lines(of, plans, height, looks, link=None):
    """Draw one chart of some of the curves that are shown; with a `link`, it gives the page its address."""
    axis, batch_size = st.session_state[state.AXIS], st.session_state[state.BATCH_SIZE]
    in_hand = state.in_hand()
    named = {looks[curve][0]: (looks[curve][1], plan) for curve, plan in plans.items()}
    log, thick = st.session_state[state.LOG_RATES], looks[in_hand][0] if in_hand in looks else None
    shown = [name for name, _ in looks.values()]
    figure = rates_figure(named, log, height, axis, batch_size, thick, of, shown)
    what = {"rate": "Learning rate", "momentum": "Momentum"}[of]
    alt = f"{what} over {AXIS_NAMES[axis].lower()}. {in_numbers(figure)}"
    rings = {in_hand: handles(in_hand, plans[in_hand])} if of == "rate" and in_hand in plans else {}
    live = preview(plans, axis, batch_size, rings=rings)
    chart(figure, of, alt, live, link, grows=True, choose=state.take_in_hand, drag=_drag)


def _drag(rings):
    """Take the values of rings, and draw the whole page: their controls are outside of what moves."""
    drag(rings)
    st.rerun()


def _warnings(plans, names):
    for curve, plan in plans.items():
        if found := summary(plan).warnings:
            st.caption(f":material/info: **{plain(names[curve])}.** {' '.join(found)}")
