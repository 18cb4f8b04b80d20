"""The files of one's own data sets, kept under LR Lab's home by the digest of their bytes."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from lrlab.datasets.built_in import Arrays
from lrlab.datasets.npz import MOST_BYTES, described, read
from lrlab.datasets.own import OwnData, titled
from lrlab.errors import UserError
from lrlab.home import home, is_public

BLOCK = 2**20
MOST_PUBLIC_BYTES = 300_000_000  # of all sets that strangers have added


def own_from_path(path: str | Path) -> OwnData:
    """Check the `.npz` file at a path of this machine, and keep a copy of it.

    Raises UserError if the file cannot be read or used, and always on a public server (`LRLAB_PUBLIC=1`).
    """
    if is_public():
        raise UserError("A public LR Lab reads no paths of its machine. Upload the file on Train.")
    path = Path(path).expanduser()
    try:
        with path.open("rb") as file:
            return own_from_file(file, path.name)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror or error}. Give the path of a .npz file."
        ) from error


def own_from_file(file: BinaryIO, name: str) -> OwnData:
    """Check the bytes of an open `.npz` file with that name, and keep them.

    A bad file raises UserError, and nothing of it is kept.
    """
    title, digest = titled(name), hashlib.sha256()
    folder = _folder()
    if is_public() and sum(kept.stat().st_size for kept in folder.iterdir()) > MOST_PUBLIC_BYTES:
        raise UserError(
            f"{title} cannot be added: the data sets of all visitors take {MOST_PUBLIC_BYTES // 10**6} MB, "
            "which is all that this server keeps. On your own computer, LR Lab has no such limit."
        )
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as copy:
        part = Path(copy.name)
        try:
            while block := file.read(BLOCK):
                digest.update(block)
                copy.write(block)
                if copy.tell() > MOST_BYTES:
                    raise UserError(
                        f"{title} must have at most {MOST_BYTES // 10**6} MB, but it has more. Use fewer or "
                        "smaller examples."
                    )
            copy.close()
            data = described(read(part, title), digest.hexdigest(), title)
            os.replace(part, _file(data.digest))
        except OSError as error:
            raise UserError(
                f"{title} could not be kept in {folder}: {error.strerror or error}. Make room there, or set "
                "LRLAB_HOME to another folder."
            ) from error
        finally:
            copy.close()
            part.unlink(missing_ok=True)
    return data


def load_own(data: OwnData) -> Arrays:
    """The examples and labels of a kept set; raises UserError if its file is gone or has changed."""
    file = _file(data.digest)
    if not file.is_file():
        raise UserError(
            f"The data set {data.title} is no longer on this machine: {file} is gone. Add its .npz file "
            "again, on Train or with --data, and start the run again."
        )
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != data.digest:
        raise UserError(
            f"The data set {data.title} has changed: {file} has another sha256 than its name. Delete this "
            "file, and add the .npz file again."
        )
    arrays = read(file, data.title)
    if described(arrays, digest, data.title) != data:
        raise UserError(
            f"The run describes {data.title} otherwise than its file {file}. Start a new run with this file."
        )
    return arrays


def forget(digest: str) -> None:
    """Delete the file of a kept set; a set that is not there is no error."""
    _file(digest).unlink(missing_ok=True)


def _file(digest):
    if not re.fullmatch("[0-9a-f]{64}", digest):  # else it could name a file elsewhere
        raise UserError(f"A digest must be 64 hexadecimal digits, but it is {digest!r:.80}.")
    return _folder() / f"{digest}.npz"


def _folder():
    folder = home() / "own"
    folder.mkdir(0o700, exist_ok=True)
    return folder
