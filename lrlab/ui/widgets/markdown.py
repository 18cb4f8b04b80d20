"""Text and colours as Markdown."""

import re

from lrlab.figures.style import HUES

COLOR_NAMES = ("blue", "orange", "green", "red", "violet", "yellow", "gray")
MARKS = ("●", "┅", "┈")


def swatch(color: int) -> str:
    """Markdown of a mark in that colour and dash of the charts."""
    return f":{COLOR_NAMES[color % HUES]}[{MARKS[color // HUES]}]"


def plain(text: str) -> str:
    """Escape text so that Markdown shows it unchanged, line by line."""
    escaped = (re.sub(r"([\\`*_{}\[\]<>#|~$:&])", r"\\\1", line.strip()) for line in text.splitlines())
    # Escape what would turn a line into a list, a heading or a rule.
    return "  \n".join(re.sub(r"^(\d*)([-+=.)])(?=[-=\s]|$)", r"\1\\\2", line) for line in escaped)
