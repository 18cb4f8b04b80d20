"""What the chart needs to follow a dragged slider before the server knows its new value."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from lrlab.export import javascript
from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import Plan
from lrlab.ui.explore import state


def preview(
    plans: dict[str, Plan],
    axis: str,
    batch_size: int,
    key_of=state.slider_of,
    rings: Mapping[str, list] = MappingProxyType({}),
) -> dict:
    """Each line's formula as JavaScript, the numbers in it, and the slider that each number follows.

    A slider, and the row of a curve in the list, is named by the CSS class that Streamlit makes from its
    key. `key_of` returns the key of a slider for a curve and a parameter name. `rings` has the `handles` of
    curves.
    """
    shared = {"epochs": _slider(state.EPOCHS), "batches_per_epoch": _slider(state.BATCHES_PER_EPOCH)}
    lines = []
    for curve, plan in plans.items():
        body, numbers = _javascript(plan)
        sliders = {
            name: _slider(key_of(curve, name))
            for name, parameter in state.curve_class(curve).parameters().items()
            if isinstance(parameter, Parameter) and name in numbers
        }
        line = {"body": body, "numbers": numbers, "sliders": sliders | shared, "clock": plan.clock}
        row = _css_class(f"explore.row.{curve}")
        lines.append(line | {"curve": curve, "row": row, "rings": rings.get(curve, [])})
    return {"lines": lines, "axis": axis, "batch_size": batch_size}


@lru_cache(maxsize=256)  # most curves are as they were before a slider was moved
def _javascript(plan):
    body, numbers = javascript(plan)
    return body, numbers | {name: getattr(plan, name) for name in ("batches_per_epoch", "batches_per_update")}


def _slider(key):
    return _css_class(f"{key}.slider")


@lru_cache(maxsize=1024)
def _css_class(key):
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)
