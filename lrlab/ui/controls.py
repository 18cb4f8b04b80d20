"""Controls for numbers: a slider to drag and a field beside it for exact values."""

import re
from functools import lru_cache

import numpy as np
import streamlit as st

from lrlab.errors import UserError
from lrlab.figures.style import HUES
from lrlab.plan import CLOCKS
from lrlab.scene import COLORS, MAX_NAME
from lrlab.schedules import Schedule
from lrlab.schedules.parameter import Choice, Expression, Numbers, Parameter, Switch
from lrlab.ui import limits, state

COLOR_NAMES = ("blue", "orange", "green", "red", "violet", "yellow", "gray")
CLOCK_NAMES = {"epoch": "each epoch", "step": "each step", "smooth": "smoothly"}
CLOCK_HELP = (
    "What the time $t$ counts, and how often the rate changes. **Each epoch**: $t$ is the epoch, as in a "
    "`LearningRateScheduler` callback. **Each step**: $t$ counts the batches, as in "
    "`keras.optimizers.schedules` and in Keras's old `decay` argument. **Smoothly**: $t$ is the epoch "
    "with its fraction. The rate changes at each batch."
)
MARKS = ("●", "┅", "┈")
POINTS_A_DECADE = 60
SHORT = 60


def number(key: str, label: str, parameter: Parameter, help: str = "", disabled=False) -> None:
    """A slider and a number field for one value of the session state.

    The slider can show a value that only the field can set. Both follow the session state, so several
    pages can set the same value. Code that uses the value checks it again.
    """
    value = st.session_state[key]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.select_slider(
            label,
            options=sorted({*_positions(parameter), value}),
            format_func=_text,
            help=help or None,
            disabled=disabled,
            **following(key, "slider"),
        )
        exact = f"{label}, exact value"
        field(key, exact, parameter, label_visibility="collapsed", width=132, disabled=disabled)


def field(key: str, label: str, parameter: Parameter, name: str = "field", **kwargs) -> None:
    """A number field for one value of the session state; `kwargs` go to `st.number_input`.

    If two pages have a field for the same value, each field needs its own `name`.
    """
    st.number_input(
        label,
        min_value=_like(parameter, parameter.low),
        max_value=_like(parameter, parameter.high),
        step=_step(parameter, st.session_state[key]),
        format="%d" if parameter.integer else "%.6g",
        **following(key, name),
        **kwargs,
    )


def following(key: str, name: str) -> dict:
    """The arguments that keep a widget equal to a value of the session state that is never None."""
    widget = f"{key}.{name}"
    if st.session_state.get(widget) != st.session_state[key]:
        st.session_state[widget] = st.session_state[key]
    return {"key": widget, "on_change": _take, "args": (widget, key)}


def _take(widget, key):
    value = st.session_state[widget]
    if value is not None:  # a slow browser can report that nothing is chosen
        st.session_state[key] = value


def parameters(curve: str, without: tuple[str, ...] = (), disabled=False) -> None:
    """The controls of every parameter of a curve's schedule that has a value of its own."""
    for name, parameter in state.curve_class(curve).parameters().items():
        if name not in without and not parameter.optional:
            key = state.parameter_key(curve, name)
            _control(curve, key, _label(name, parameter), parameter, disabled=disabled)


def _control(curve, key, label, parameter, slider=True, disabled=False):
    if isinstance(parameter, Parameter):
        of = f" ({parameter.unit.format(unit=_unit(curve))})" if parameter.unit else ""
        if slider:
            number(key, label + of, parameter, parameter.help, disabled)
        else:
            field(key, label + of, parameter, help=parameter.help)
    elif isinstance(parameter, Numbers | Expression):
        _written(key, label, parameter, disabled)
    elif isinstance(parameter, Choice):
        st.segmented_control(
            label,
            parameter.choices,
            required=True,
            help=parameter.help,
            disabled=disabled,
            **following(key, "choice"),
        )
    elif isinstance(parameter, Switch):
        st.toggle(label, help=parameter.help, disabled=disabled, **following(key, "switch"))


def option(key: str, name: str, parameter) -> None:
    """The control for a parameter that does not belong to a curve, without a slider."""
    _control(None, key, _label(name, parameter), parameter, slider=False)


def _label(name, parameter):
    label = name.replace("_lr", " learning rate").replace("_", " ").capitalize()
    return f"{label} ${parameter.symbol}$" if parameter.symbol else label


def _around(curve):
    """Fields for a warm-up before the curve and a cool-down at its end: the length, then the shape."""
    if {"warmup", "cooldown"} & set(state.curve_class(curve).parameters()):
        return
    with st.container(horizontal=True):
        for kind, label, limit in (
            (state.WARMUP, "Warm-up", limits.WARMUP),
            (state.COOLDOWN, "Cool-down", limits.COOLDOWN),
        ):
            key = state.around_key(curve, kind, state.LENGTHS[kind])
            field(key, f"{label} ({_unit(curve)}s)", limit, "length", help=limit.help)
    for kind, around in state.AROUND.items():
        if st.session_state[state.around_key(curve, kind, state.LENGTHS[kind])]:
            with st.container(horizontal=True):
                for name, parameter in around.parameters().items():
                    if name != state.LENGTHS[kind] and not parameter.optional:
                        label = f"{around.title}: {_label(name, parameter).lower()}".replace(
                            r"\eta_t", r"\eta_T"
                        )
                        _control(curve, state.around_key(curve, kind, name), label, parameter, slider=False)


def _unit(curve):
    """The unit of time: a curve's clock decides it; without a curve it is the epoch."""
    return "step" if curve and st.session_state[state.clock_key(curve)] == "step" else "epoch"


def _written(key, label, parameter, disabled):
    """A text field for several numbers or a formula; the last valid value stays while the text is invalid."""
    text = state.text_key(key)
    if text not in st.session_state:
        value = st.session_state[key]
        st.session_state[text] = value if isinstance(value, str) else ", ".join(map(_text, value))
    st.text_input(
        label,
        help=parameter.help,
        key=text,
        disabled=disabled,
        on_change=_take_text,
        args=(text, key, parameter),
    )
    try:
        parameter.check("this", parameter.read("this", st.session_state[text]))
    except UserError as error:
        st.error(str(error))


def _take_text(text, key, parameter):
    try:
        st.session_state[key] = parameter.check(key, parameter.read(key, st.session_state[text]))
    except UserError:
        return  # the error stays under the field as long as the text does


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
            format_func=CLOCK_NAMES.get,
            required=True,
            help=CLOCK_HELP,
            **following(state.clock_key(curve), "clock"),
        )


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
            range(COLORS),
            format_func=swatch,
            required=True,
            **following(state.color_key(curve), "color"),
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


def about(schedule: type[Schedule]) -> str:
    """Markdown of what a schedule does, when it helps, what it assumes and where it comes from."""
    lines = [schedule.__doc__.splitlines()[0].replace("`", "")]
    for label, text in (("Helps", schedule.helps), ("Assumes", schedule.assumes), ("Source", schedule.paper)):
        lines += [f"**{label}.** {text}"] if text else []
    return "\n\n".join(lines)


def swatch(color: int) -> str:
    """Markdown of a mark in that colour and dash of the charts."""
    return f":{COLOR_NAMES[color % HUES]}[{MARKS[color // HUES]}]"


def in_color(curve: str) -> str:
    """Markdown of a curve's name behind a mark in its colour and dash on the chart."""
    return f"{swatch(state.curve_color(curve))} **{plain(state.curve_name(curve))}**"


def plain(text: str) -> str:
    """Escape text so that Markdown shows it unchanged, line by line."""
    escaped = (re.sub(r"([\\`*_{}\[\]<>#|~$:&])", r"\\\1", line.strip()) for line in text.splitlines())
    # Escape what would turn a line into a list, a heading or a rule.
    return "  \n".join(re.sub(r"^(\d*)([-+=.)])(?=[-=\s]|$)", r"\1\\\2", line) for line in escaped)


@lru_cache(maxsize=64)
def _positions(parameter):
    """The values of the slider: evenly spaced on its scale, with few digits."""
    low, high = parameter.slider
    if parameter.integer:
        return tuple(range(int(low), int(high) + 1))
    if not parameter.log:
        return tuple(float(f"{v:.4g}") for v in np.linspace(low, high, 100 + (low == 0)))
    count = round(POINTS_A_DECADE * np.log10(high / low)) + 1
    return tuple(dict.fromkeys(float(f"{v:.2g}") for v in np.geomspace(low, high, count)))


def _step(parameter, value):
    """How much the field's + and - buttons change: 1, or one unit of the second digit."""
    if parameter.integer:
        return 1
    return float(10.0 ** (np.floor(np.log10(value)) - 1)) if value > 0 else 0.001


def _text(value):
    return f"{value:.6g}"


def _like(parameter, limit):
    return int(limit) if parameter.integer else float(limit)
