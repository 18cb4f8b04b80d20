"""Read the four gzipped IDX files of Fashion-MNIST, and check that they are complete and correct.

Format: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
"""

import gzip
import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np

from lrlab.errors import UserError

MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
SHAPES = {
    "train-images-idx3-ubyte.gz": (60_000, 28, 28),
    "train-labels-idx1-ubyte.gz": (60_000,),
    "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (10_000,),
}
REMEDY = (
    "Put the original file there. To use another source, delete the file, or unset LRLAB_DATA_DIR if it "
    "names this folder."
)


def read_folder(folder: Path) -> dict[str, np.ndarray]:
    """The four uint8 arrays by file name.

    Raises UserError for a file that is missing, truncated, not gzip, of another shape, or not Fashion-MNIST
    by its md5. The message names the file, what was expected and what was found.
    """
    return {name: _read(Path(folder) / name) for name in MD5}


def _read(path):
    def refuse(expected, found):
        raise UserError(f"{path} is not usable: expected {expected}, found {found}. {REMEDY}")

    try:
        packed = path.read_bytes()
    except OSError as error:
        refuse("a file of Fashion-MNIST", error.strerror or str(error))
    shape = SHAPES[path.name]
    wanted = "a gzipped IDX file of bytes of shape " + " x ".join(map(str, shape))
    try:
        raw = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        refuse(wanted, f"{len(packed):,} bytes that gzip cannot read ({error})")
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    size = len(header) + int(np.prod(shape))
    if raw[: len(header)] != header:
        refuse(wanted, f"a header of {raw[: len(header)].hex(' ') or 'no bytes'}")
    if len(raw) != size:
        refuse(f"{wanted}, {size:,} bytes unpacked", f"{len(raw):,} bytes")
    found = hashlib.md5(packed, usedforsecurity=False).hexdigest()
    if found != MD5[path.name]:
        refuse(f"md5 {MD5[path.name]}", f"md5 {found}")
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(shape)
