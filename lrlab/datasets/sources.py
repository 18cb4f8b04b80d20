"""Where the images of a data set come from: a folder, the Keras cache, a download, one's own file."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lrlab.datasets.built_in import BuiltIn, Files
from lrlab.datasets.catalogue import AUTO, data_set
from lrlab.datasets.dataset import Dataset, together
from lrlab.datasets.kept import load_own
from lrlab.datasets.own import OwnData
from lrlab.errors import UserError
from lrlab.home import home


@dataclass(frozen=True)
class Location:
    """The images that a run would use now: a description, and the folder if any."""

    words: str
    folder: Path | None


def locate(data: str | OwnData = "auto") -> Location:
    """Where the images of a run's data set are on this machine, without reading or downloading them.

    In this order: the folder that the environment variable names (`LRLAB_DATA_DIR` for Fashion-MNIST), the
    Keras cache, an earlier download. A folder that the variable names is not checked here, so that a mistake
    in it leads to an error later.
    """
    known = data_set(data)
    if isinstance(known, OwnData):
        return Location(f"your own file {known.title}", None)
    files, title = known.files, known.title
    if files is None:
        return Location(title, None)
    named = os.environ.get(files.variable) if files.variable else None
    if named:
        folder = Path(named).expanduser().resolve()
        return Location(f"{title} from the folder in {files.variable}", folder)
    if _complete(files, keras_cache(files)):
        return Location(f"{title} from the Keras cache", keras_cache(files))
    if _complete(files, downloads(known)):
        return Location(f"{title}, downloaded before", downloads(known))
    otherwise = f", or trains on {AUTO[1].title} if there is no network" if data == "auto" else ""
    return Location(
        f"{title} is not on this machine yet: the first run downloads it ({files.megabytes} MB){otherwise}",
        None,
    )


def check_folder(data: str | OwnData) -> None:
    """Raise UserError if the environment names a folder for a data set that does not exist."""
    known = data_set(data)
    variable = known.files.variable if isinstance(known, BuiltIn) and known.files else ""
    named = os.environ.get(variable) if variable else None
    if named and not Path(named).expanduser().is_dir():
        raise UserError(
            f"{variable} must name the folder with the files of {known.title}, but there is no folder "
            f"{named!r}. Correct it or unset it."
        )


def keras_cache(files: Files) -> Path:
    """The folder in which Keras's own loader of a data set keeps its files."""
    base = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return base / "datasets" / files.keras_folder


def downloads(data: BuiltIn) -> Path:
    """The folder in which LR Lab keeps the files of a data set that it has downloaded."""
    return home() / data.name


def load(data: str | OwnData = "auto", progress=lambda words: None, keep: bool = True) -> Dataset:
    """The images of a run's data set; "auto" is the first set of `AUTO` that is available.

    `progress` is called with a text at each stage. With `keep`, this process holds the images of a built-in
    set for the next time. Raises UserError for files that are damaged or truncated, and for a set that is not
    on this machine and cannot be downloaded; except with "auto".
    """
    known, location = data_set(data), locate(data)
    if isinstance(known, OwnData):
        progress(f"Reading {known.title}")
        return Dataset(known.name, location.words, *together(*load_own(known)))
    files = known.files
    if files is None:
        progress(f"Preparing {known.title}")
        return Dataset(known.name, location.words, *known.arrays())
    folder, origin = location.folder, location.words
    if folder is None:
        from lrlab.datasets.download import download  # needs pooch, which the library alone does without

        progress(f"Downloading {known.title} ({files.megabytes} MB)")
        try:
            folder = download(known.title, files, downloads(known), progress)
        except UserError as error:
            if data != "auto":
                raise
            progress(f"{known.title} could not be downloaded; preparing {AUTO[1].title}")
            return Dataset(AUTO[1].name, f"{AUTO[1].title} ({error})", *AUTO[1].arrays())
        origin = f"{known.title}, downloaded"
    progress(f"Reading {known.title}")
    return Dataset(known.name, origin, *(_read_once(known, folder) if keep else known.arrays(folder)))


@cache
def _read_once(data, folder):
    return together(*data.arrays(folder))


def _complete(files, folder):
    return all((folder / name).is_file() for name, _ in files.checksums)
