"""The list of curves on Explore: a line each, and the card of the one in hand."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lrlab.palette import CHOICES
from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import BATCHES_PER_EPOCH, BATCHES_PER_UPDATE, EPOCHS, Plan
from lrlab.scene import MAX_NAME, SHARED_RATE
from lrlab.schedules import SCHEDULES, class_of_kind
from lrlab.ui.explore import state
from lrlab.ui.explore.card import about, folded, meaning, values
from lrlab.ui.widgets.controls import field, number
from lrlab.ui.widgets.markdown import plain, swatch

MOVING = "explore.moving"  # the part of the page that moves with a slider
CARD = ("values", "meaning", "fold")  # its parts, from top to bottom
WIDTHS = (104, 48, 64)  # of the formula, the first rate and the shape in a line


def run_settings() -> None:
    """The length of the run, and what concerns all curves."""
    with st.container(horizontal=True, vertical_alignment="center", key="explore.run"):
        number(state.EPOCHS, "Epochs", EPOCHS, EPOCHS.help, part=MOVING)
        more = st.popover("More", key="explore.more", on_change="rerun")
        if more.open:
            with more:
                _more()
    if st.session_state[state.ONE_RATE]:
        with st.container(key="explore.shared"):
            number(state.SHARED_RATE, r"Initial learning rate $\eta_0$", SHARED_RATE)


def _more():
    number(state.BATCHES_PER_EPOCH, "Batches per epoch", BATCHES_PER_EPOCH, BATCHES_PER_EPOCH.help)
    field(
        state.BATCHES_PER_UPDATE,
        "Batches per update",
        BATCHES_PER_UPDATE,
        "accumulation",
        help=BATCHES_PER_UPDATE.help,
    )
    for plan in [*state.plans_shown(state.names()).plans.values()][:1]:  # all have the same times
        together, steps = plan.batches_per_update, plan.steps_per_epoch
        if together > 1:
            st.caption(f"{together} batches per update: {steps:,} steps per epoch.")
    st.toggle("Same initial rate for all", key=state.ONE_RATE, persist_state="session", help=SHARED_RATE.help)
    st.button("Reset to the article's values", on_click=state.reset, icon=":material/restart_alt:")


class Lines(NamedTuple):
    """The places of the lines of the curves, by curve; and those of the card of the curve in hand."""

    lines: dict[str, DeltaGenerator]
    card: dict[str, DeltaGenerator]


def curves() -> Lines:
    """A line for each curve, in their order, with the card of the one in hand; all are empty yet."""
    names, gone = state.names(), state.removed()
    places, card = {}, {}
    with st.container(horizontal=True, key="explore.columns", gap="small"):
        st.caption("1 curve" if len(names) == 1 else f"{len(names)} curves", width="stretch")
        for text, width in zip(("formula", "start", "shape"), WIDTHS, strict=True):
            st.caption(text, width=width)
    with st.container(key="explore.curves", border=True, gap=None):
        for at, curve in enumerate(names):
            if gone and gone.at == at:
                _undo(gone)
            if curve == state.in_hand():
                with st.container(key="explore.in_hand", gap=None):
                    places[curve] = _row(curve)
                    card = {name: st.container(key=f"explore.card.{name}", gap=None) for name in CARD}
            else:
                places[curve] = _row(curve)
        if gone and gone.at >= len(names):
            _undo(gone)
        st.menu_button(
            "Add a schedule",
            [schedule.kind for schedule in SCHEDULES],
            format_func=lambda kind: class_of_kind(kind).title,
            icon=":material/add:",
            type="tertiary",
            key=state.ADD,
            on_click=_add,
            disabled=state.is_full(),
        )
    return Lines(places, card)


def fill(places: Lines) -> None:
    """Write what does not move with a slider: the lines of the other curves, and most of the card."""
    names, colors = state.names(), state.colors()
    for curve, place in places.lines.items():
        if curve != state.in_hand():
            with place:
                _line(curve, names[curve], colors[curve])
            continue
        with places.card["values"]:
            values(curve, ("initial_lr",) if st.session_state[state.ONE_RATE] else (), MOVING)
        with places.card["fold"]:
            folded(curve)


def fill_moving(
    places: Lines, plans: Mapping[str, Plan], names: Mapping[str, str], colors: Mapping[str, int]
) -> None:
    """Write the line of the curve in hand, and what its curve is in words."""
    if (curve := state.in_hand()) is not None:
        with places.lines[curve]:
            _line(curve, names[curve], colors[curve])
        with places.card["meaning"]:
            if curve in plans:
                st.caption(meaning(plans[curve]))
            else:
                st.empty()


def _add():
    state.add(st.session_state[state.ADD])


def _undo(gone):
    with st.container(horizontal=True, vertical_alignment="center", key="explore.removed"):
        st.markdown(f"{plain(gone.name)} was removed.", width="stretch")
        st.button("Undo", icon=":material/undo:", type="tertiary", on_click=state.restore)


def _row(curve):
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"explore.row.{curve}")


def _line(curve, name, color):
    """A line: the name opens the card; then formula and key values, and the menu."""
    is_open, shown = curve == state.in_hand(), curve in st.session_state[state.SHOWN]
    st.button(
        f"{swatch(color)} {plain(name)}" if shown else f":gray[╌╌ {plain(name)}, hidden]",
        type="tertiary",
        on_click=state.take_in_hand,
        args=(None if is_open else curve,),
        key=f"{curve}.in_hand.button",
        width="stretch",
    )
    brief = state.curve_class(curve).brief
    for text, width in zip((f"${brief}$" if brief else "", *_key_values(curve)), WIDTHS, strict=True):
        st.markdown(text, width=width)
    _menu(curve)


def _key_values(curve):
    """Markdown of a curve's first rate, and of the first other value that gives its shape; or nothing."""
    cls, values = state.curve_class(curve), st.session_state
    numbers = {
        name: parameter
        for name, parameter in cls.parameters().items()
        if isinstance(parameter, Parameter) and parameter.symbol and not parameter.optional
    }
    rates = [values[state.slider_of(curve, name)] for name, p in numbers.items() if p.is_rate]
    shapes = [(p, values[state.parameter_key(curve, name)]) for name, p in numbers.items() if not p.is_rate]
    return (
        f"{rates[0]:.4g}" if rates else "",
        f"${shapes[0][0].symbol}$ {shapes[0][1]:.4g}" if shapes else "",
    )


def _menu(curve):
    """The actions for a curve: hide it, its place, copy, remove; its name and colour; about its schedule."""
    menu = st.popover(
        ":material/more_vert:",
        type="tertiary",
        help="Read about this schedule. Name, colour and place of its curve.",
        on_change="rerun",
        key=f"{curve}.menu",
    )
    if not menu.open:
        return
    with menu:
        shown = curve in st.session_state[state.SHOWN]
        with st.container(horizontal=True):
            for label, icon, act, args in (
                ("Hide" if shown else "Show", "visibility", state.set_shown, (curve, not shown)),
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
        st.text_input("Name", max_chars=MAX_NAME, **_renaming(curve))
        st.pills(
            "Colour",
            list(dict.fromkeys([*range(CHOICES), state.curve_color(curve)])),
            format_func=swatch,
            required=True,
            **_recoloring(curve),
        )
        st.markdown(about(state.curve_class(curve)))


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
