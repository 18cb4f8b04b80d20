"""What befell the store, each in a small file beside it until somebody has read it."""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

DAMAGED, GONE, WENT_BACK = "damaged", "gone", "went back"


@dataclass(frozen=True)
class Notice:
    """One event: the store was damaged, it was gone, or a backup took its place.

    `runs` are in the store since then; of `incomplete` ones some records are lost. The file from before is
    now called `aside`. `backup` is the time of the backup that took its place. Times are seconds since 1970.
    """

    kind: str
    at: float
    runs: int = 0
    incomplete: int = 0
    aside: str = ""
    backup: float = 0.0


def add(folder: Path, notice: Notice) -> Path:
    """Keep a notice in a folder; returns its file."""
    path = unused(folder / f"notice-{stamp(notice.at)}.json")
    part = path.with_suffix(".part")
    part.touch(0o600)
    part.write_text(json.dumps(asdict(notice)), encoding="utf-8")
    return part.rename(path)


def notices(folder: Path) -> dict[Path, Notice]:
    """The notices in a folder by their files, the oldest first."""
    found = {}
    for path in sorted(folder.glob("notice-*.json"), key=lambda path: path.stem):
        # It may be dismissed in another tab in this moment, or be damaged itself.
        with suppress(OSError, ValueError, TypeError):
            found[path] = Notice(**json.loads(path.read_text(encoding="utf-8")))
    return found


def dismiss(path: Path) -> None:
    """Delete a notice that was read."""
    path.unlink(missing_ok=True)


def stamp(at: float) -> str:
    """A time as a part of a file's name."""
    return time.strftime("%Y-%m-%d-%H%M%S", time.localtime(at))


def unused(path: Path) -> Path:
    """The path, or if there is such a file, one with a number."""
    free, number = path, 1
    while os.path.lexists(free):
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
