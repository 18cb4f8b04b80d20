"""Controls for parameters: a slider to drag, and a field beside it for exact values."""

import time
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from lrlab.errors import UserError
from lrlab.parameters.kinds import Choice, Expression, Numbers, Parameter, Switch
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.refreshed import redraw, refreshed

POINTS_A_DECADE = 60
MAX_SMOOTHING = 0.95
ON_ITS_WAY = 1  # second: nobody sets another control back to what it was before in less


def number(
    key: str, label: str, parameter: Parameter, help: str = "", disabled=False, part: str | None = None
) -> None:
    """A slider and a number field for one value of the session state.

    The slider can show a value that only the field can set. Both follow the session state, so several
    pages can set the same value. Code that uses the value checks it again. A change draws the whole page, or
    only this control and the `part` of that name.
    """
    if part:
        name = f"{key}.number"
        refreshed(lambda: _number(key, label, parameter, help, disabled, (name, part)), name=name)
    else:
        _number(key, label, parameter, help, disabled)


def _number(key, label, parameter, help, disabled, parts=()):
    value = st.session_state[key]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.select_slider(
            label,
            options=sorted({*_positions(parameter), value}),
            format_func=_text,
            help=help or None,
            disabled=disabled,
            **following(key, "slider", parts=parts),
        )
        exact = f"{label}, exact value"
        look = {"label_visibility": "collapsed", "width": 132, "disabled": disabled}
        field(key, exact, parameter, parts=parts, **look)


def field(
    key: str, label: str, parameter: Parameter, name: str = "field", parts: Sequence[str] = (), **kwargs
) -> None:
    """A number field for one value of the session state; `kwargs` go to `st.number_input`.

    A value beyond the parameter's range is shown as the nearest in the range, and stays as it is. If two
    pages have a field for the same value, each field needs its own `name`.
    """
    value = st.session_state[key]
    st.number_input(
        label,
        min_value=_like(parameter, parameter.low),
        max_value=_like(parameter, parameter.high),
        step=_step(parameter, value),
        format="%d" if parameter.integer else "%.6g",
        placeholder="Whole number" if parameter.integer else None,  # comma.js knows the field by it
        **following(key, name, _like(parameter, min(max(value, parameter.low), parameter.high)), parts=parts),
        **kwargs,
    )


def following(key: str, name: str, shown=None, default: str = "value", parts: Sequence[str] = ()) -> dict:
    """The arguments that keep a widget equal to a value of the session state that is never None.

    `shown` is what it shows instead of exactly this value; `default` is the widget's argument for it. If
    there are `parts`, only these are drawn after a change.
    """
    widget, value = f"{key}.{name}", st.session_state[key] if shown is None else shown
    arguments = {"key": widget, "on_change": _take, "args": (widget, key, parts)}
    reported, known = st.session_state.get(widget, value), _told()
    if reported != value or (widget in known and known[widget].value != value):
        st.session_state[widget] = value
        known[widget] = _Told(reported, value, time.monotonic())
        return arguments
    # The session state reaches the browser in one message, which is dropped if the script begins again before
    # it is sent. Without a default, the browser would then show the widget's lowest value, and report it.
    return arguments | {default: value}


class _Told(NamedTuple):
    """What the browser was told to show in a widget, what it had reported before, and when (seconds)."""

    reported: Any
    value: Any
    at: float

    def is_on_its_way(self, value) -> bool:
        """Whether this value comes from a browser that has not heard yet what it was told."""
        return value == self.reported and time.monotonic() - self.at < ON_ITS_WAY


def _told() -> dict[str, _Told]:
    return st.session_state.setdefault("controls.told", {})


def _take(widget, key, parts):
    value, known = st.session_state[widget], _told()
    if widget not in known or not known[widget].is_on_its_way(value):
        known.pop(widget, None)
        if value is not None:  # a slow browser can report that nothing is chosen
            st.session_state[key] = value
    if parts:
        redraw(*parts)


def drop_unknown(key: str, known: Collection[str]) -> None:
    """Leave out of a list of the session state what a control does not offer any more."""
    left = [each for each in st.session_state[key] if each in known]
    if left != st.session_state[key]:  # what is set is sent, and would undo a click meanwhile
        st.session_state[key] = left


def control(
    key: str, label: str, parameter, unit="epoch", slider=True, disabled=False, part: str | None = None
) -> None:
    """The control for a parameter of any kind; `unit` is its unit of time, `part` is as in `number`."""
    if isinstance(parameter, Parameter):
        of = f" ({parameter.unit.format(unit=unit)})" if parameter.unit else ""
        if slider:
            number(key, label + of, parameter, parameter.help, disabled, part)
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
            **following(key, "choice", default="default"),
        )
    elif isinstance(parameter, Switch):
        st.toggle(label, help=parameter.help, disabled=disabled, **following(key, "switch"))


def option(key: str, name: str, parameter) -> None:
    """The control for a parameter, labelled with its name, without a slider."""
    control(key, label_of(name, parameter), parameter, slider=False)


def smoothing_slider(key: str, width: int = 160) -> None:
    """How much the curves of a chart are smoothed; 0 leaves them as measured."""
    st.slider(
        "Smoothing",
        0.0,
        MAX_SMOOTHING,
        step=0.05,
        key=key,
        persist_state="session",
        width=width,
        help="Smooths losses and accuracies with a running mean, but not rates. The measured values stay "
        "visible as faint lines.",
    )


def fold(title: str, name: str, **kwargs):
    """An expander that stays open when its title changes, which makes it a new one for Streamlit.

    Its `open` says whether it is; `kwargs` go to `st.expander`.
    """
    widget, is_open = f"open.{name}.expander", f"open.{name}"
    st.session_state[widget] = st.session_state.setdefault(is_open, False)
    return st.expander(title, key=widget, on_change=_take_open, args=(widget, is_open), **kwargs)


def _take_open(widget, is_open):
    st.session_state[is_open] = st.session_state[widget]


TERMS = {"k_decay": "k-decay"}  # names that the field writes in its own way


def label_of(name: str, parameter) -> str:
    """The name of a parameter in words, with its symbol."""
    words = name.replace("_lr", " learning rate").replace("_", " ").capitalize()
    label = TERMS.get(name, words)
    return f"{label} ${parameter.symbol}$" if parameter.symbol else label


def _written(key, label, parameter, disabled):
    """A text field for several numbers or a formula; the last valid value stays while the text is invalid."""
    text = f"{key}.text"
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
        st.error(plain(str(error)))


def _take_text(text, key, parameter):
    try:
        st.session_state[key] = parameter.check(key, parameter.read(key, st.session_state[text]))
    except UserError:
        return  # the error stays under the field as long as the text does


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
    return float(10.0 ** (np.floor(np.log10(abs(value))) - 1)) if value else 0.001


def _text(value):
    return f"{value:.6g}"


def _like(parameter, limit):
    return int(limit) if parameter.integer else float(limit)
