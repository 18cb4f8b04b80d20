"""Scripts for the browser, which Streamlit serves from LR Lab's cache folder."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkstemp

from streamlit.components.v1 import declare_component

from lrlab.home import cache_folder


def script_url(name: str, text: Callable[[], str]) -> str:
    """The address of a script, relative to the page's; a file of that name always has that text."""
    folder = cache_folder() / "scripts"
    write_once(folder / name, text)
    return f"component/{_served(folder)}/{name}"


def write_once(file: Path, text: Callable[[], str]) -> None:
    """Write a file at one stroke if there is none yet: other servers may read and write it, too."""
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        part, path = mkstemp(dir=file.parent)
        with os.fdopen(part, "w", encoding="utf-8") as out:
            out.write(text())
        Path(path).replace(file)


@cache
def _served(folder):
    # A component that is never drawn. Streamlit serves the folder of a component wherever it is; its own
    # static folder would have to stand beside app.py, where an installed app cannot write.
    return declare_component("scripts", path=folder).name
