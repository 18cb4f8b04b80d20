"""MNIST: photographs of handwritten digits."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np

from lrlab.datasets.built_in import Arrays, BuiltIn, Files
from lrlab.errors import UserError

FILES = Files(
    checksums=(("mnist.npz", "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),),
    megabytes=11,
    keras_folder="",
)


def read_npz(files: Files, folder: Path) -> Arrays:
    """The four arrays of the one .npz file in `files`.

    Raises UserError if the file cannot be read or is not the original by its checksum.
    """
    ((name, checksum),) = files.checksums
    path = folder / name

    def refuse(found, error=None):
        raise UserError(
            f"{path} is not usable: expected {checksum.replace(':', ' ')}, found {found}. Delete the file, "
            "so that LR Lab downloads the original."
        ) from error

    algorithm = checksum.partition(":")[0]
    try:
        content = path.read_bytes()
    except OSError as error:
        refuse(error.strerror or str(error), error)
    found = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if checksum != f"{algorithm}:{found}":
        refuse(f"{algorithm} {found}")
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]


MNIST = BuiltIn(
    name="mnist",
    title="MNIST",
    shape=(28, 28, 1),
    class_names=tuple("0123456789"),
    train=60_000,
    test=10_000,
    licence="by Yann LeCun and Corinna Cortes, under the licence CC BY-SA 3.0",
    arrays=partial(read_npz, FILES),
    files=FILES,
    keras_module="mnist",
)
