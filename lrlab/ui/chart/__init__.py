"""The one chart component: draws a Plotly figure in place, keeping zoom and hidden lines.

`st.plotly_chart` makes a new chart whenever its data change; this component calls `Plotly.react` on
the existing chart.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lrlab.figures import plotlyjs
from lrlab.figures.style import Drawing
from lrlab.ui.chart.sending import message, ready
from lrlab.ui.chart.served import hashed, loading, script_url, with_style

HERE = Path(__file__).parent
SCRIPTS = (
    *("preview.js", "growing.js", "axes.js", "first.js", "reading.js", "hidden.js", "ends.js", "rings.js"),
    *("tools.js", "chart.js"),
)


def chart(
    figure: Drawing,
    name: str,
    alt: str,
    live: dict | None = None,
    link: str | None = None,
    grows: bool = False,
    choose: Callable[[str], None] | None = None,
    drag: Callable[[Sequence[Mapping[str, Any]]], None] | None = None,
) -> None:
    """Draw a figure; `name` is unique on the page, and screen readers read `alt`.

    With `live`, from `preview`, the lines follow sliders while they are dragged. `link` becomes the
    query of the page's address. With `grows`, for a chart in a fragment, only what is new since the last
    time is sent; the page calls `forget_sent` outside of the fragment. `choose` is called with the curve of
    a line of `live` that is clicked, and `drag` with curve, name and value of each ring that was dragged.
    """
    plotly = script_url(plotlyjs.NAME, plotlyjs.plotlyjs)
    data: dict[str, Any] = {"figure": ready(figure), "alt": alt, "plotly": plotly, "live": live, "link": link}
    data["choose"] = choose is not None
    if grows:
        # Stored before it is sent: if Streamlit ends the script here, the browser notices a missing number.
        new, st.session_state[_sent_key(name)] = message(
            data.pop("figure"), st.session_state.get(_sent_key(name))
        )
        data |= new
    lost = (lambda: forget_sent(name)) if grows else None
    key = f"chart.{name}"
    _component(script_url(*_script()))(
        data=data,
        key=key,
        on_lost_change=lost,
        on_chosen_change=_calling(choose, key, "chosen"),
        on_dragged_change=_calling(drag, key, "dragged"),
    )


def _calling(act, key, trigger):
    """A callback that calls `act` with what the browser has sent."""

    def call():
        if given := st.session_state[key].get(trigger):
            act(given)

    return call if act else None


def forget_sent(name: str) -> None:
    """Send that growing chart whole the next time: a newly drawn page has no part of it.

    Without this call the browser would have to ask for the missing part, as it does after a lost message.
    """
    st.session_state.pop(_sent_key(name), None)


def _sent_key(name):
    return f"chart.{name}.sent"


@cache
def _component(url):
    return st.components.v2.component(
        "lrlab.chart",
        html='<div class="lrlab-chart" role="group"></div>',
        js=loading(url),
        isolate_styles=False,  # Plotly's style sheet does not reach into a shadow root
    )


@cache
def _script():
    return hashed("chart", with_style(HERE / "chart.css", *(HERE / name for name in SCRIPTS)))
