"""The card of a curve: its name, formula, parameters, clock and menu."""

from dataclasses import replace

import streamlit as st

from lrlab.palette import CHOICES
from lrlab.runs.plan import CLOCKS
from lrlab.scene import MAX_NAME
from lrlab.schedules import Schedule
from lrlab.ui.explore import state
from lrlab.ui.widgets.controls import control, field, following, label_of
from lrlab.ui.widgets.markdown import plain, swatch

CLOCK_NAMES = {"epoch": "each epoch", "step": "each step", "smooth": "smoothly"}
CLOCK_HELP = (
    "What the time $t$ counts, and how often the rate changes. **Each epoch**: $t$ is the epoch, as in a "
    "`LearningRateScheduler` callback. **Each step**: $t$ counts the updates of the weights, as in "
    "`keras.optimizers.schedules` and in Keras's old `decay` argument. **Smoothly**: $t$ is the epoch "
    "with its fraction. The rate changes at each step."
)
SHORT = 60


def parameters(curve: str, without: tuple[str, ...] = (), disabled=False) -> None:
    """The controls of every parameter of a curve's schedule that has a value of its own."""
    for name, parameter in state.curve_class(curve).parameters().items():
        if name not in without and not parameter.optional:
            key = state.parameter_key(curve, name)
            control(key, label_of(name, parameter), parameter, _unit(curve), disabled=disabled)


def card(curve: str, without: tuple[str, ...] = ()) -> None:
    """A curve's card: its name in its colour, its formula, parameters, clock and menu."""
    schedule = state.curve_class(curve)
    with st.container(border=True):
        short = len(schedule.latex) < SHORT
        with st.container(horizontal=True, vertical_alignment="center" if short else "top"):
            gap = "\u2003" if short else "\n\n"
            st.markdown(f"{in_color(curve)}{gap}$\\displaystyle {schedule.latex}$", width="stretch")
            _menu(curve)
        parameters(curve, without)
        _around(curve)
        st.segmented_control(
            "The rate changes",
            CLOCKS,
            format_func=CLOCK_NAMES.__getitem__,
            required=True,
            help=CLOCK_HELP,
            **following(state.clock_key(curve), "clock", default="default"),
        )


def _around(curve):
    """Fields for a warm-up before the curve and a cool-down at its end: the length, then the shape."""
    if {"warmup", "cooldown"} & set(state.curve_class(curve).parameters()):
        return
    with st.container(horizontal=True):
        for kind, around in state.AROUND.items():
            length = replace(around.parameters()[state.LENGTHS[kind]], low=0)  # 0 is none
            key = state.around_key(curve, kind, state.LENGTHS[kind])
            field(key, f"{around.title} ({_unit(curve)}s)", length, "length", help=length.help)
    for kind, around in state.AROUND.items():
        if st.session_state[state.around_key(curve, kind, state.LENGTHS[kind])]:
            with st.container(horizontal=True):
                for name, parameter in around.parameters().items():
                    if name != state.LENGTHS[kind] and not parameter.optional:
                        label = f"{around.title}: {label_of(name, parameter).lower()}".replace(
                            r"\eta_t", r"\eta_T"
                        )
                        control(
                            state.around_key(curve, kind, name), label, parameter, _unit(curve), slider=False
                        )


def _unit(curve):
    """The unit of time: the curve's clock decides it."""
    return "step" if st.session_state[state.clock_key(curve)] == "step" else "epoch"


def _menu(curve):
    """A menu: about the schedule, and the curve's name, colour and position."""
    menu = st.popover(
        ":material/more_vert:",
        type="tertiary",
        help="Read about this schedule. Change the name, colour or position of its curve.",
        on_change="rerun",
        key=f"{curve}.menu",
    )
    if not menu.open:
        return
    with menu:
        schedule = state.curve_class(curve)
        st.markdown(about(schedule))
        st.text_input("Name", max_chars=MAX_NAME, **_renaming(curve))
        st.pills(
            "Colour",
            list(dict.fromkeys([*range(CHOICES), state.curve_color(curve)])),
            format_func=swatch,
            required=True,
            **_recoloring(curve),
        )
        with st.container(horizontal=True):
            for label, icon, act, args in (
                ("Up", "arrow_upward", state.move, (curve, -1)),
                ("Down", "arrow_downward", state.move, (curve, 1)),
                ("Duplicate", "content_copy", state.duplicate, (curve,)),
                ("Remove", "delete", state.remove, (curve,)),
            ):
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    on_click=act,
                    args=args,
                    key=f"{curve}.{label}.button",
                    disabled=act is state.duplicate and state.is_full(),
                )


def _renaming(curve):
    widget = f"{curve}.name.text"
    st.session_state[widget] = state.curve_name(curve)
    return {"key": widget, "on_change": _rename, "args": (curve, widget)}


def _rename(curve, widget):
    state.rename(curve, st.session_state[widget])


def _recoloring(curve):
    widget = f"{curve}.color.color"
    st.session_state[widget] = state.curve_color(curve)
    return {"key": widget, "on_change": _recolor, "args": (curve, widget)}


def _recolor(curve, widget):
    if (color := st.session_state[widget]) is not None:  # a slow browser can report that nothing is chosen
        state.recolor(curve, color)


def about(schedule: type[Schedule]) -> str:
    """Markdown of what a schedule does, when it helps, what it assumes and where it comes from."""
    lines = [str(schedule.__doc__).splitlines()[0].replace("`", "")]
    for label, text in (("Helps", schedule.helps), ("Assumes", schedule.assumes), ("Source", schedule.paper)):
        lines += [f"**{label}.** {text}"] if text else []
    return "\n\n".join(lines)


def in_color(curve: str) -> str:
    """Markdown of a curve's name behind a mark in its colour and dash on the chart."""
    return f"{swatch(state.curve_color(curve))} **{plain(state.curve_name(curve))}**"
