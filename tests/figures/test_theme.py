"""The colours of pictures that stand alone are those of the pages."""

import tomllib
from pathlib import Path

import pytest

from lrlab.figures.svg import css_variables
from lrlab.figures.theme import DARK, LIGHT

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text())["theme"]


@pytest.mark.parametrize(("name", "css"), [("light", LIGHT), ("dark", DARK)])
def test_the_colours_are_the_themes(name, css):
    of_pages = THEME[name]
    colors = {
        "ink": of_pages["textColor"],
        "paper": of_pages["backgroundColor"],
        "grey": of_pages["grayTextColor"],
        "primary": of_pages["primaryColor"],
        "bad": of_pages["redTextColor"],
    }
    for declared in css_variables(of_pages["chartCategoricalColors"], **colors).split(";"):
        assert declared in css
