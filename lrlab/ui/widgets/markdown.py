"""Text and colours as Markdown."""

import os
import re
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import streamlit as st

import lrlab
from lrlab.home import is_public
from lrlab.palette import LOOKS, shade

COLOR_NAMES = ("blue", "orange", "green", "red", "violet", "yellow", "gray")
WORD_JOINER = "\u2060"
ADDRESS = re.compile(r"https?:/|www\.|(?<=\S)@", re.IGNORECASE)
MARKS = ("━━", "╍╍", "┅┅", "━╍")


@lru_cache(maxsize=1)
def _folders(home_folder):
    """The folders of this machine that a message could name, the longest first."""
    places = {Path.home(), Path(lrlab.__file__).parents[1], sys.prefix, tempfile.gettempdir()}
    if home_folder:  # else it is inside of the user's
        places.add(Path(home_folder).expanduser().resolve())
    return sorted({*map(str, places)} - {"/"}, key=len, reverse=True)


def swatch(color: int) -> str:
    """Markdown of a mark in that colour and dash of the charts."""
    look = LOOKS[color]
    mark = MARKS[look.dash]
    if look.hue < len(COLOR_NAMES) and not look.deep:
        return f":{COLOR_NAMES[look.hue]}[{mark}]"
    return f':color[{mark}]{{foreground="{hexadecimal(color)}"}}'


def hexadecimal(color: int) -> str:
    """A colour of the charts as #rrggbb, in the theme that the visitor sees."""
    theme = f"theme.{st.context.theme.type or 'light'}"
    return shade(color, st.get_option(f"{theme}.chartCategoricalColors"), st.get_option(f"{theme}.textColor"))


def plain(text: str) -> str:
    """Escape text so that Markdown shows it unchanged, line by line.

    Markdown makes a link of a bare address too. No escape prevents that; an invisible character in it does. A
    public server does not say where its files are.
    """
    if is_public():
        for folder in _folders(os.environ.get("LRLAB_HOME")):
            text = text.replace(folder, "…")
    text = ADDRESS.sub(lambda found: found[0][:-1] + WORD_JOINER + found[0][-1], text)
    escaped = (re.sub(r"([\\`*_{}\[\]<>#|~$:&])", r"\\\1", line.strip()) for line in text.splitlines())
    # Escape what would turn a line into a list, a heading or a rule.
    return "  \n".join(re.sub(r"^(\d*)([-+=.)])(?=[-=\s]|$)", r"\1\\\2", line) for line in escaped)
