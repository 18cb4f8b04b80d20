"""The folder for LR Lab's files: `LRLAB_HOME`, or the platform's folder for user data."""

import os
from pathlib import Path

import platformdirs

from lrlab.errors import UserError


def home() -> Path:
    """The folder, which is created if it is missing; raises UserError if that fails."""
    folder = Path(os.environ.get("LRLAB_HOME") or platformdirs.user_data_path("lrlab", False))
    folder = folder.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"LR Lab cannot keep its files in {folder}: {error.strerror}. "
            "Set LRLAB_HOME to a folder that you can write to."
        ) from error
    return folder


def is_public() -> bool:
    """Whether LR Lab serves strangers, who must not see this machine's files: `LRLAB_PUBLIC=1`."""
    return os.environ.get("LRLAB_PUBLIC") == "1"
