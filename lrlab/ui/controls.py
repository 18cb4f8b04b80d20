"""Controls for numbers: a slider to drag and a field beside it for exact values."""

from functools import lru_cache

import numpy as np
import streamlit as st

from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.figures.style import HUES
from lrlab.plan import CLOCKS
from lrlab.schedules.parameter import Choice, Numbers, Parameter, Switch
from lrlab.ui import limits, state

COLORS = ("blue", "orange", "green", "red", "violet", "yellow", "gray")
CLOCK_NAMES = {"epoch": "each epoch", "step": "each step", "smooth": "smoothly"}
CLOCK_HELP = (
    "What time $t$ is, and how often the rate changes. **Each epoch**: $t$ is the epoch, as in a "
    "`LearningRateScheduler` callback. **Each step**: $t$ counts the batches, as in "
    "`keras.optimizers.schedules` and in Keras's old `decay` argument. **Smoothly**: $t$ is the epoch "
    "with its fraction, at every batch."
)
MARKS = ("●", "┅", "┈")
POINTS_A_DECADE = 60
SHORT = 60


def number(key: str, label: str, parameter: Parameter, help: str = "") -> None:
    """A slider and a number field for one value of the session state.

    The slider may stand on a value that only the field can reach. Both follow the value, so that the
    same value can be set on several pages; whatever is built from it checks it again.
    """
    value = st.session_state[key]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.select_slider(
            label,
            options=sorted({*_positions(parameter), value}),
            format_func=_text,
            help=help or None,
            **_following(key, "slider"),
        )
        field(key, f"{label}, exact value", parameter, label_visibility="collapsed", width=132)


def field(key: str, label: str, parameter: Parameter, name: str = "field", **kwargs) -> None:
    """A number field for one value of the session state; `kwargs` go to `st.number_input`.

    Where two pages have a field for the same value, each needs a `name` of its own.
    """
    st.number_input(
        label,
        min_value=_like(parameter, parameter.low),
        max_value=_like(parameter, parameter.high),
        step=_step(parameter, st.session_state[key]),
        format="%d" if parameter.integer else "%.6g",
        **_following(key, name),
        **kwargs,
    )


def _following(key, name):
    """The arguments that keep a widget and a value of the session state equal."""
    widget = f"{key}.{name}"
    if st.session_state.get(widget) != st.session_state[key]:
        st.session_state[widget] = st.session_state[key]
    return {"key": widget, "on_change": _take, "args": (widget, key)}


def _take(widget, key):
    st.session_state[key] = st.session_state[widget]


def parameters(curve: Curve, without: tuple[str, ...] = ()) -> None:
    """The controls of every parameter of a curve that has a value of its own."""
    unit = _unit(curve)
    for name, parameter in curve.schedule.parameters().items():
        if name in without or parameter.optional:
            continue
        key = state.parameter_key(curve, name)
        label = name.replace("_lr", " learning rate").replace("_", " ").capitalize()
        if parameter.symbol:
            label += f" ${parameter.symbol}$"
        if isinstance(parameter, Parameter):
            of = f" ({parameter.unit.format(unit=unit)})" if parameter.unit else ""
            number(key, label + of, parameter, parameter.help)
        elif isinstance(parameter, Numbers):
            _numbers(key, label, parameter)
        elif isinstance(parameter, Choice):
            st.segmented_control(
                label, parameter.choices, required=True, help=parameter.help, **_following(key, "choice")
            )
        elif isinstance(parameter, Switch):
            st.toggle(label, help=parameter.help, **_following(key, "switch"))


def _around(curve):
    """How long a warm-up before the curve and a cool-down at its end take."""
    if {"warmup", "cooldown"} & set(curve.schedule.parameters()):
        return
    with st.container(horizontal=True):
        for label, key, limit in (
            ("Warm-up", state.warmup_key(curve), limits.WARMUP),
            ("Cool-down", state.cooldown_key(curve), limits.COOLDOWN),
        ):
            field(key, f"{label} ({_unit(curve)}s)", limit, "length", help=limit.help)


def _unit(curve):
    return "step" if st.session_state[state.clock_key(curve)] == "step" else "epoch"


def _numbers(key, label, parameter):
    """A text field for several numbers; while it cannot be read, the last good ones stay."""
    text = state.text_key(key)
    if text not in st.session_state:
        st.session_state[text] = ", ".join(map(_text, st.session_state[key]))
    st.text_input(label, help=parameter.help, key=text, on_change=_take_numbers, args=(text, key, parameter))
    try:
        parameter.check("this", parameter.read("this", st.session_state[text]))
    except UserError as error:
        st.error(str(error))


def _take_numbers(text, key, parameter):
    try:
        st.session_state[key] = parameter.check(key, parameter.read(key, st.session_state[text]))
    except UserError:
        return  # said under the field, for as long as the text stands there


def card(curve: Curve, color: int, without: tuple[str, ...] = ()) -> None:
    """A curve's name in its colour, its formula, its parameters and its clock."""
    with st.container(border=True):
        gap = "\u2003" if len(curve.schedule.latex) < SHORT else "\n\n"
        st.markdown(f"{in_color(curve, color)}{gap}$\\displaystyle {curve.schedule.latex}$")
        parameters(curve, without)
        _around(curve)
        st.segmented_control(
            "The rate changes",
            CLOCKS,
            format_func=CLOCK_NAMES.get,
            key=state.clock_key(curve),
            required=True,
            help=CLOCK_HELP,
            persist_state="session",
        )


def in_color(curve: Curve, color: int) -> str:
    """Markdown of a curve's name behind a mark in its colour and dash on the chart."""
    mark = MARKS[color // HUES % len(MARKS)]
    return f":{COLORS[color % HUES]}[{mark}] **{curve.name}**"


@lru_cache(maxsize=64)
def _positions(parameter):
    """The values that the slider can stand on: evenly spaced on its scale, and short to read."""
    low, high = parameter.slider
    if parameter.integer:
        return tuple(range(int(low), int(high) + 1))
    if not parameter.log:
        return tuple(float(f"{v:.4g}") for v in np.linspace(low, high, 100 + (low == 0)))
    count = round(POINTS_A_DECADE * np.log10(high / low)) + 1
    return tuple(dict.fromkeys(float(f"{v:.2g}") for v in np.geomspace(low, high, count)))


def _step(parameter, value):
    """What a press on + or - of the field adds: 1, or one in the second digit."""
    if parameter.integer:
        return 1
    return float(10.0 ** (np.floor(np.log10(value)) - 1)) if value > 0 else 0.001


def _text(value):
    return f"{value:.6g}"


def _like(parameter, limit):
    return int(limit) if parameter.integer else float(limit)
