"""The source of the images: a folder, the Keras cache, a download, or otherwise the synthetic set."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lrlab.datasets.dataset import Dataset
from lrlab.datasets.idx import MD5, read_folder
from lrlab.datasets.synthetic import synthetic
from lrlab.errors import UserError
from lrlab.home import home


@dataclass(frozen=True)
class Location:
    """The images that a run with data "auto" would use now: a description, and the folder if any."""

    words: str
    folder: Path | None


def locate() -> Location:
    """Where Fashion-MNIST is on this machine, without reading or downloading it.

    In this order: `LRLAB_DATA_DIR`, the Keras cache, an earlier download. A folder that
    `LRLAB_DATA_DIR` names is not checked here, so that a mistake in it leads to an error later.
    """
    named = os.environ.get("LRLAB_DATA_DIR")
    if named:
        folder = Path(named).expanduser().resolve()
        return Location("Fashion-MNIST from the folder in LRLAB_DATA_DIR", folder)
    if _complete(keras_cache()):
        return Location("Fashion-MNIST from the Keras cache", keras_cache())
    if _complete(downloads()):
        return Location("Fashion-MNIST, downloaded before", downloads())
    return Location(
        "Fashion-MNIST is not on this machine yet: the first run downloads it (31 MB), or trains on "
        "the built-in synthetic set if there is no network",
        None,
    )


def keras_cache() -> Path:
    """The folder in which `keras.datasets.fashion_mnist.load_data()` keeps the files."""
    base = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return base / "datasets" / "fashion-mnist"


def downloads() -> Path:
    """The folder in which LR Lab keeps the files that it has downloaded."""
    return home() / "fashion-mnist"


def load(name="auto", progress=lambda words: None) -> Dataset:
    """The data set of that name: "fashion-mnist", "synthetic", or "auto" for the first available one.

    `progress` is called with a text at each stage. Raises UserError for files that are damaged or
    truncated, and for "fashion-mnist" if it is not on this machine and cannot be downloaded.
    """
    if name == "synthetic":
        progress("Drawing the synthetic images")
        return synthetic()
    folder = locate().folder
    origin = locate().words
    if folder is None:
        from lrlab.datasets.download import download  # needs pooch, which the library alone does without

        progress("Downloading Fashion-MNIST (31 MB)")
        try:
            folder = download(downloads(), progress)
            origin = "Fashion-MNIST, downloaded"
        except UserError as error:
            if name == "fashion-mnist":
                raise
            progress("Fashion-MNIST could not be downloaded; drawing the synthetic images")
            return synthetic(because=str(error))
    progress("Reading Fashion-MNIST")
    arrays = _read_once(folder)
    return Dataset("fashion-mnist", origin, *(arrays[name] for name in MD5))


_read_once = cache(read_folder)


def _complete(folder):
    return all((folder / name).is_file() for name in MD5)
