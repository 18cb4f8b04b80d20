"""plotly.js itself, from the installed plotly package."""

from pathlib import Path

from plotly.offline import get_plotlyjs, get_plotlyjs_version


def write_plotlyjs(folder: Path) -> str:
    """Write plotly.js into `folder` if it is not there yet; returns the file's name."""
    name = f"plotly-{get_plotlyjs_version()}.min.js"
    if not (folder / name).exists():
        folder.mkdir(exist_ok=True)
        part = folder / f"{name}.part"
        part.write_text(get_plotlyjs(), encoding="utf-8")
        part.replace(folder / name)
    return name
