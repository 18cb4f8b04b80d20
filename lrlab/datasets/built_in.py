"""What a built-in data set says about itself, as a frozen value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Files:
    """The files of a data set: `checksums` are pairs of a name and "md5:..." or "sha256:...".

    They are looked for in the folder that the environment variable `variable` names, if there is one, in
    `keras_folder` of Keras's cache, and among earlier downloads. Together they have `megabytes`.
    """

    checksums: tuple[tuple[str, str], ...]
    megabytes: int
    keras_folder: str
    variable: str = ""


@dataclass(frozen=True)
class BuiltIn:
    """A data set that everyone has, without its images.

    `name` is its name in JSON and on the command line, and `title` its name in a sentence. `shape` is
    (height, width, channels) of an image or (n,) of a vector; `dtype` is uint8, which training divides by
    255, or float32, which it uses unchanged. `arrays` returns images and labels for training, then for
    testing; it takes the folder of the `files`, or nothing if the images are drawn. `keras_module` is the
    module of keras.datasets that loads the same set, if there is one.
    """

    name: str
    title: str
    shape: tuple[int, ...]
    class_names: tuple[str, ...]
    train: int
    test: int
    licence: str
    arrays: Callable[..., Arrays]
    files: Files | None = None
    keras_module: str = ""
    dtype: str = "uint8"

    @property
    def class_count(self) -> int:
        """How many classes there are."""
        return len(self.class_names)
