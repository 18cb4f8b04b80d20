"""The folders for LR Lab's files: `LRLAB_HOME`, or the platform's folders for user data and for caches."""

import os
from pathlib import Path

from lrlab.errors import UserError

LEAST_SECRET = 16


def home() -> Path:
    """The folder, which is created if it is missing; raises UserError if that fails."""
    return _created(os.environ.get("LRLAB_HOME") or _platform("user_data_path"))


def cache_folder() -> Path:
    """The folder for files that can be made again; raises UserError if it cannot be created."""
    named = os.environ.get("LRLAB_HOME")
    return _created(Path(named, "cache") if named else _platform("user_cache_path"))


def _platform(kind):
    import platformdirs  # is not needed where LRLAB_HOME is set

    return getattr(platformdirs, kind)("lrlab", False)


def _created(folder):
    folder = Path(folder).expanduser().resolve()
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)  # nobody else on this machine reads notes and own data
    except OSError as error:
        raise UserError(
            f"LR Lab cannot keep its files in {folder}: {error.strerror}. "
            "Set LRLAB_HOME to a folder that you can write to."
        ) from error
    return folder


def checked_secret(secret: str) -> str:
    """The teacher's secret, `LRLAB_TEACHER`; raises UserError if somebody could guess it."""
    if len(secret) < LEAST_SECRET:
        raise UserError(
            f"LRLAB_TEACHER must have at least {LEAST_SECRET} characters, so that nobody guesses it, but it "
            f"has {len(secret)}. Choose a longer one, and start the server again."
        )
    return secret


def is_public() -> bool:
    """Whether LR Lab serves strangers, who must not see this machine's files: `LRLAB_PUBLIC=1`."""
    return os.environ.get("LRLAB_PUBLIC") == "1"
