"""A picture in SVG in the theme's colours: the wide or the narrow one, by the room that it has."""

from functools import cache
from pathlib import Path

import streamlit as st

from lrlab.figures.svg import Picture
from lrlab.ui.chart.served import hashed, loading, script_url, with_style

HERE = Path(__file__).parent


def picture(pic: Picture, key: str) -> None:
    """Show a picture; another one with the same key takes its place where it stands."""
    data = {"wide": pic.wide, "narrow": pic.narrow, "alt": pic.alt}
    _component(script_url(*_script()))(data=data, key=key)


@cache
def _component(url):
    return st.components.v2.component(
        "lrlab.picture",
        html='<div class="lrlab-picture" role="img"></div>',
        js=loading(url),
        isolate_styles=False,
    )


@cache
def _script():
    return hashed("picture", with_style(HERE / "picture.css", HERE / "picture.js"))
