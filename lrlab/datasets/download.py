"""Downloading the files of a data set, each checked by its checksum."""

import os
from pathlib import Path

import pooch
import requests
from urllib3.exceptions import ReadTimeoutError

from lrlab.datasets.built_in import Files
from lrlab.datasets.sources import keras_cache
from lrlab.errors import UserError

BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
CONNECT_SECONDS = 4
READ_SECONDS = 15


class _Progress:
    """The progress bar that pooch updates during a download; it counts over all files."""

    def __init__(self, title, megabytes, progress):
        self._title, self._megabytes = title, megabytes
        self._progress = progress
        self._earlier_files = 0
        self._this_file = 0
        self.total = 0

    def update(self, count):
        self._this_file += count
        done = self._earlier_files + min(self._this_file, self.total)
        self._progress(f"Downloading {self._title} ({done / 1e6:.0f} of {self._megabytes} MB)")

    def reset(self):
        self._this_file = 0

    def close(self):
        self._earlier_files += self.total
        self._this_file = 0


def download(title: str, files: Files, folder: Path, progress=lambda words: None) -> Path:
    """Download the files of the data set `title` into `folder` and return it; existing files are kept.

    The source is Keras's own mirror, or `LRLAB_DATA_URL`. Raises UserError if it cannot be reached
    within seconds, or if a file has another checksum. No incomplete file is left behind.
    """
    base = os.environ.get("LRLAB_DATA_URL") or BASE_URL
    downloader = pooch.HTTPDownloader(
        progressbar=_Progress(title, files.megabytes, progress),
        chunk_size=2**18,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )
    checksums = dict(files.checksums)
    store = pooch.create(folder, base, registry=checksums)
    pooch.get_logger().setLevel("WARNING")
    for name, checksum in checksums.items():
        try:
            store.fetch(name, downloader=downloader)
        except (requests.RequestException, OSError, ValueError) as error:
            raise UserError(
                f"{name} could not be downloaded from {base}: {_reason(error, checksum)}. Connect to the "
                f"network, or {_by_hand(title, files)}."
            ) from error
    return folder


def _by_hand(title, files):
    """How to provide the files of a data set without a download."""
    if files.variable:
        return f"put the files of {title} into a folder and set {files.variable} to it"
    return f"put {', '.join(name for name, _ in files.checksums)} into {keras_cache(files)}"


def _reason(error, checksum):
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout) or isinstance(error.__context__, ReadTimeoutError):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer was interrupted"
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return f"the downloaded file is not the original (its {checksum.partition(':')[0]} differs)"
    return str(error)
