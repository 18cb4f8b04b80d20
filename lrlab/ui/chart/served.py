"""Scripts for the browser, which Streamlit serves from LR Lab's cache folder."""

import atexit
import json
import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp

from streamlit.components.v1 import declare_component

from lrlab.errors import UserError
from lrlab.home import cache_folder


def script_url(name: str, text: Callable[[], str]) -> str:
    """The address of a script, relative to the page's; a file of that name always has that text.

    Raises UserError if the script can be written nowhere.
    """
    try:
        folder = cache_folder() / "scripts"
        write_once(folder / name, text)
    except (OSError, UserError):
        folder = _of_this_process()
        try:
            write_once(folder / name, text)
        except OSError as error:
            raise UserError(
                f"The scripts of the charts cannot be written, neither to the cache nor to {folder}: "
                f"{error.strerror}. Free some disk space, or set LRLAB_HOME to another folder."
            ) from error
    return f"component/{_served(folder)}/{name}"


@cache
def _of_this_process():
    """A folder for scripts where the cache cannot be written; it is deleted with the process."""
    folder = TemporaryDirectory(prefix="lrlab-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def hashed(stem: str, script: str) -> tuple[str, Callable[[], str]]:
    """The arguments of `script_url` for a script: a name that changes with its text, and the text."""
    return f"{stem}-{sha256(script.encode()).hexdigest()[:12]}.js", lambda: script


def with_style(style: Path, *scripts: Path) -> str:
    """A script with its style in the constant STYLE: Streamlit would send a style with each message."""
    read = [script.read_text(encoding="utf-8") for script in scripts]
    return f"const STYLE = {json.dumps(style.read_text(encoding='utf-8'))};\n" + "".join(read)


def loading(url: str) -> str:
    """The script of a component that is all at that address: Streamlit sends this one with each message."""
    return (
        f"const whole = import(new URL('{url}', document.baseURI).href);\n"
        "export default async (given) => (await whole).default(given);\n"
    )


def write_once(file: Path, text: Callable[[], str]) -> None:
    """Write a file at one stroke if there is none yet: other servers may read and write it, too."""
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        part, path = mkstemp(dir=file.parent)
        try:
            with os.fdopen(part, "w", encoding="utf-8") as out:
                out.write(text())
            Path(path).replace(file)
        except OSError:
            Path(path).unlink()
            raise


@cache
def _served(folder):
    # A component that is never drawn. Streamlit serves the folder of a component wherever it is; its own
    # static folder would have to stand beside app.py, where an installed app cannot write.
    return declare_component("scripts", path=folder).name
