"""The one chart component: draws a Plotly figure in place, keeping zoom and hidden lines.

`st.plotly_chart` makes a new chart whenever its data change; this one calls `Plotly.react` on the
chart that is there.
"""

import math
from functools import cache
from pathlib import Path

import streamlit as st

from lrlab.figures.plotlyjs import write_plotlyjs

HERE = Path(__file__).parent
STATIC = Path(__file__).parents[3] / "static"
DIGITS = 5


def chart(figure, name: str, alt: str, live: dict | None = None, link: str | None = None) -> None:
    """Draw a `plotly.graph_objects.Figure`; `name` is its own on the page, `alt` is read aloud.

    With `live`, from `preview`, the lines follow sliders while they are dragged. `link` becomes the
    query of the page's address.
    """
    data = {"figure": _finite(figure.to_plotly_json()), "alt": alt, "plotly": _plotly_url()}
    data |= {"live": live, "link": link}
    _component()(data=data, key=f"chart.{name}")


@cache
def _plotly_url():
    return f"app/static/{write_plotlyjs(STATIC)}"


@cache
def _component():
    return st.components.v2.component(
        "lrlab.chart",
        html='<div class="lrlab-chart" role="img"></div>',
        css=(HERE / "chart.css").read_text(encoding="utf-8"),
        js="".join((HERE / name).read_text(encoding="utf-8") for name in ("preview.js", "chart.js")),
        isolate_styles=False,  # Plotly's style sheet does not reach into a shadow root
    )


def _finite(value):
    """The same in JSON types, floats to five digits; NaN and infinity, which JSON has not, are None."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        short = float(f"{value:.{DIGITS}g}")
        return short if math.isfinite(short) else value if math.isfinite(value) else None
    return value
