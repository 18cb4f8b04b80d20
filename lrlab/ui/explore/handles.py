"""Rings on the chart that are dragged: a curve's rates, and the ends of its phases."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from lrlab.errors import UserError
from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import Plan
from lrlab.ui.explore import state
from lrlab.ui.widgets.controls import label_of

# What a ring of a parameter is moved along, where it is, and what limits it: a lower rate, or the phase that
# shares the run with it. A time is counted from that end of the run, or from after the phase.
RINGS = {
    "initial_lr": ("rate", "begin", None),
    "max_lr": ("rate", "highest", "initial_lr"),
    "drop_every": ("time", "after", "warmup"),
    "period": ("time", "after", "warmup"),
    "warmup": ("time", "begin", "cooldown"),
    "cooldown": ("time", "end", "warmup"),
}


def handles(curve: str, plan: Plan) -> list[dict[str, Any]]:
    """The rings of a curve: the name of each value in the curve's JavaScript, and how dragging changes it.

    A rate has no ring where the curve does not have it, as the initial rate under a warm-up; a cool-down has
    none if it does not end with the run.
    """
    rates = plan.curve()[1]
    reached = {"begin": rates[0], "highest": rates.max()}
    length = plan.steps if plan.clock == "step" else plan.epochs
    values = _values(curve)
    layers = plan.schedule.layers()
    ends = not any(getattr(layer, "duration", None) for layer in layers if hasattr(layer, "cooldown"))
    rings = []
    for name, (key, parameter) in values.items():
        along, at, beside = RINGS[name]
        value = st.session_state[key]
        begin = st.session_state[values[beside][0]] if at == "after" else 0
        is_time = 0 < value < length - begin and (at != "end" or ends)
        if np.isclose(reached[at], value, rtol=1e-3) if along == "rate" else is_time:
            ring = {"name": name, "along": along, "at": at, "beside": beside}
            ring["label"] = label_of(name, parameter).split(" $")[0]
            rings.append(ring | {"low": parameter.low, "high": parameter.high, "whole": parameter.integer})
    return rings


def drag(rings: Sequence[Mapping[str, Any]]) -> None:
    """Take the values of rings that were let go; a value that no curve can have changes nothing."""
    for moved in rings:
        _take(moved)


def _take(moved):
    curve, name = moved.get("curve"), moved.get("name")
    if curve not in st.session_state[state.CURVES] or name not in _values(curve):
        return
    key, parameter = _values(curve)[name]
    try:
        st.session_state[key] = parameter.check(name, moved.get("value"))
    except UserError:
        return  # the page's own rings stay within the range


def _values(curve):
    """The key and the parameter of every value of a curve that can have a ring, by name."""
    values = {
        name: (state.slider_of(curve, name), parameter)
        for name, parameter in state.curve_class(curve).parameters().items()
        if name in RINGS and isinstance(parameter, Parameter) and not parameter.optional
    }
    for kind, around in state.AROUND.items():
        name = state.LENGTHS[kind]
        values.setdefault(name, (state.around_key(curve, kind, name), around.parameters()[name]))
    return values
