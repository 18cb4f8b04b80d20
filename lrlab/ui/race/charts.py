"""The charts of a race: by epoch, by update, and what the rate does to gradients and weights."""

from typing import NamedTuple

import streamlit as st

from lrlab.analysis import unique
from lrlab.figures import gradients_figure, race_figure, steps_figure
from lrlab.figures.lanes import LaneCurves, in_numbers
from lrlab.store import Run
from lrlab.ui.chart import chart, forget_sent
from lrlab.ui.explore import state as explore
from lrlab.ui.race import view
from lrlab.ui.race.seen import Seen
from lrlab.ui.shell import visitor
from lrlab.ui.widgets.controls import following, smoothing_slider

ENDS = (10, 25, 50, 100, 200, 500, 1000)  # where the time axis ends: it moves seldom


def forget_charts() -> None:
    """Send the charts whole the next time; call this whenever the whole page is drawn."""
    for chosen in view.VIEWS:
        forget_sent(_name(chosen))


def lane_names(runs: list[Run]) -> dict[int, str]:
    """A unique name for each lane of a race, because its runs can be renamed one by one."""
    first = {run.lane: run.name for run in reversed(runs)}
    lanes = sorted(first)
    return dict(zip(lanes, unique([first[lane] for lane in lanes]), strict=True))


class Lane(NamedTuple):
    """The unique name of a lane of a race, and the number of its colour."""

    name: str
    color: int


def lanes_of(runs: list[Run]) -> dict[int, Lane]:
    """The lanes of a race, as they look while the page stands."""
    specs = {run.lane: run.spec for run in runs}
    names = lane_names(runs)
    colors = explore.colors_of([specs[lane] for lane in names])
    return {lane: Lane(name, color) for (lane, name), color in zip(names.items(), colors, strict=True)}


def chart_controls(several: bool) -> None:
    """What the charts show. These stand outside of what is redrawn, so that no click is lost."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "View",
            view.VIEWS,
            required=True,
            label_visibility="collapsed",
            **following(view.VIEW, "view", default="default"),
        )
        chosen = st.session_state[view.VIEW]
        by_epoch = chosen in ("Loss", "Accuracy")
        if by_epoch:
            st.toggle("Show epoch 1", key=view.FIRST_EPOCH, persist_state="session")
            st.toggle("Whole race", key=view.WHOLE, persist_state="session")
        if chosen != "Gradients":
            with st.popover("Display", icon=":material/visibility:"):
                st.toggle("Logarithmic rate axis", key=view.LOG_RATE, persist_state="session")
                if by_epoch and several:
                    st.toggle("Show training curves", key=view.TRAINING_CURVES, persist_state="session")
                smoothing_slider(view.SMOOTHING)


def race_charts(seen: Seen, lanes: dict[int, Lane]) -> None:
    """The chart of the chosen view."""
    chosen = st.session_state[view.VIEW]
    names = view.LOG_RATE, view.SMOOTHING, view.TRAINING_CURVES, view.WHOLE, view.FIRST_EPOCH
    how = [st.session_state[name] for name in names]
    runs = seen.runs
    if chosen == "Updates":
        _by_update(runs, lanes, seen.epochs, *how[:2])
        return
    looks = tuple(lanes.items())
    figure, alt = seen.once((chosen, *how, looks), lambda: _by_epoch(runs, seen.epochs, lanes, chosen, *how))
    chart(figure, _name(chosen), alt, grows=True)


def _by_epoch(runs, epochs, lanes, chosen, log, smoothing, training, whole, first):
    """The figure of a view, and the same in words."""
    length = max(run.spec.epochs for run in runs)
    what = ", ".join(lane.name for lane in lanes.values())
    plans = {run.lane: run.spec.plan for run in runs}
    shown = [
        LaneCurves(
            look.name,
            look.color,
            tuple(epochs[run.id] for run in runs if run.lane == lane),
            plans[lane],
        )
        for lane, look in lanes.items()
    ]
    if chosen == "Gradients":
        figure = gradients_figure(shown, length)
        alt = f"Gradient norm, update-to-weight ratio and seconds per epoch of {what}"
    else:
        done = max(map(len, epochs.values()))
        figure = race_figure(
            shown,
            length,
            log,
            smoothing,
            training,
            measure=chosen.lower(),
            end=length if whole else next((end for end in ENDS if done < end < length), length),
            first=first,
        )
        alt = f"{chosen} and applied rate of {what}. {in_numbers(shown, chosen.lower())}"
    return _of_race(figure, runs), alt


def _of_race(figure, runs):
    return figure.with_layout(meta=figure.plain_layout["meta"] | {"race": runs[0].race})


def _by_update(runs, lanes, epochs, log, smoothing):
    """Show one seed group: the running one, or else the last one that started."""
    begun = [run for run in runs if epochs[run.id]]
    seed_group = next((run.seed_group for run in begun if run.status == "running"), begun[-1].seed_group)
    shown = {}
    for run in begun:
        if run.seed_group == seed_group:
            steps = visitor.store().steps(run.id)
            name, color = lanes[run.lane]
            shown[name] = (color, steps.losses, steps.rates)
    length = max(run.spec.plan.steps for run in runs)
    figure = steps_figure(shown, length=length, log_rate=log, smoothing=smoothing)
    alt = f"Rate and loss of every update of {', '.join(shown)}"
    chart(_of_race(figure, runs), _name("Updates"), alt, grows=True)
    if runs[-1].seed_group:
        seed = next(run.spec.seed for run in runs if run.seed_group == seed_group)
        st.caption(f"This view shows seed {seed} only. A median over seeds would hide the single updates.")


def _name(chosen):
    return f"race.{chosen.lower()}"
