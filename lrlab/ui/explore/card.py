"""The card of the curve in hand: its formula, parameters, warm-up, cool-down and clock."""

from dataclasses import replace

import streamlit as st

from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.summary import summary
from lrlab.schedules import Schedule
from lrlab.ui.explore import state
from lrlab.ui.widgets.controls import control, field, fold, following, label_of
from lrlab.ui.widgets.markdown import plain, swatch

CLOCK_NAMES = {"epoch": "each epoch", "step": "each step", "smooth": "smoothly"}
CLOCK_HELP = (
    "What the time $t$ counts, and how often the rate changes. **Each epoch**: $t$ is the epoch, as in a "
    "`LearningRateScheduler` callback. **Each step**: $t$ counts the updates of the weights, as in "
    "`keras.optimizers.schedules` and in Keras's old `decay` argument. **Smoothly**: $t$ is the epoch "
    "with its fraction. The rate changes at each step."
)


def parameters(curve: str, without: tuple[str, ...] = (), disabled=False, part: str | None = None) -> None:
    """The controls of every parameter of a curve's schedule that has a value of its own.

    A change of a number draws the whole page, or only its control and the `part` of that name.
    """
    for name, parameter in state.curve_class(curve).parameters().items():
        if name not in without and not parameter.optional:
            key = state.parameter_key(curve, name)
            control(key, label_of(name, parameter), parameter, _unit(curve), disabled=disabled, part=part)


def values(curve: str, without: tuple[str, ...] = (), part: str | None = None) -> None:
    """The formula and the controls of the curve in hand; `without` and `part` are as in `parameters`."""
    schedule = state.curve_class(curve)
    symbols = [parameter.symbol for parameter in schedule.parameters().values() if parameter.symbol]
    if any(symbol in schedule.latex and symbol not in schedule.brief for symbol in symbols):
        st.markdown(f"$\\displaystyle {schedule.latex}$")
    parameters(curve, without, part=part)


def folded(curve: str) -> None:
    """The folded part of the card: the warm-up, the cool-down and the clock."""
    more = fold(_fold(curve), f"{curve}.more", type="compact")
    if not more.open:
        return
    with more:
        _around(curve)
        st.segmented_control(
            "The rate changes",
            CLOCKS,
            format_func=CLOCK_NAMES.__getitem__,
            required=True,
            help=CLOCK_HELP,
            **following(state.clock_key(curve), "clock", default="default"),
        )


def meaning(plan: Plan) -> str:
    """A curve in one sentence."""
    found = summary(plan)
    halves = f", half of it {found.half_life:g} epochs later" if found.half_life is not None else ""
    return f"At most {found.peak:.3g}{halves}, {found.final:.3g} at the end."


def _fold(curve):
    """What the folded part of the card is set to."""
    clock = f"changes {CLOCK_NAMES[st.session_state[state.clock_key(curve)]]}"
    if not _has_around(curve):
        return clock.capitalize()
    around = [
        f"{kind} {length:g}"
        for kind in state.AROUND
        if (length := st.session_state[state.around_key(curve, kind, state.LENGTHS[kind])])
    ]
    return f"{', '.join(around).capitalize() or 'Warm-up and cool-down: none'}; {clock}"


def _has_around(curve):
    return not {"warmup", "cooldown"} & set(state.curve_class(curve).parameters())


def _around(curve):
    """Fields for a warm-up before the curve and a cool-down at its end: the length, then the shape."""
    if not _has_around(curve):
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


def about(schedule: type[Schedule]) -> str:
    """Markdown of what a schedule does, when it helps, what it assumes and where it comes from."""
    lines = [str(schedule.__doc__).splitlines()[0].replace("`", "")]
    for label, text in (("Helps", schedule.helps), ("Assumes", schedule.assumes), ("Source", schedule.paper)):
        lines += [f"**{label}.** {text}"] if text else []
    return "\n\n".join(lines)


def in_color(curve: str) -> str:
    """Markdown of a curve's name behind a mark in its colour and dash on the chart."""
    return f"{swatch(state.curve_color(curve))} **{plain(state.curve_name(curve))}**"
