"""Downloading Fashion-MNIST, checked by md5."""

import os
from pathlib import Path

import pooch
import requests
from urllib3.exceptions import ReadTimeoutError

from lrlab.datasets.idx import MD5
from lrlab.errors import UserError

BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
CONNECT_SECONDS = 4
READ_SECONDS = 15


class _Progress:
    """The progress bar that pooch updates during a download; it counts over all four files."""

    def __init__(self, progress):
        self._progress = progress
        self._earlier_files = 0
        self._this_file = 0
        self.total = 0

    def update(self, count):
        self._this_file += count
        done = self._earlier_files + min(self._this_file, self.total)
        self._progress(f"Downloading Fashion-MNIST ({done / 1e6:.0f} of 31 MB)")

    def reset(self):
        self._this_file = 0

    def close(self):
        self._earlier_files += self.total
        self._this_file = 0


def download(folder: Path, progress=lambda words: None) -> Path:
    """Download the four files into `folder` and return it; existing files are kept.

    The source is Keras's own mirror, or `LRLAB_DATA_URL`. Raises UserError if it cannot be reached
    within seconds, or if a file has the wrong md5. No incomplete file is left behind.
    """
    base = os.environ.get("LRLAB_DATA_URL") or BASE_URL
    downloader = pooch.HTTPDownloader(
        progressbar=_Progress(progress),
        chunk_size=2**18,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )
    registry = {name: f"md5:{md5}" for name, md5 in MD5.items()}
    store = pooch.create(folder, base, registry=registry)
    pooch.get_logger().setLevel("WARNING")
    for name in MD5:
        try:
            store.fetch(name, downloader=downloader)
        except (requests.RequestException, OSError, ValueError) as error:
            raise UserError(
                f"{name} could not be downloaded from {base}: {_reason(error)}. Connect to the network, "
                "or put the four files of Fashion-MNIST into a folder and set LRLAB_DATA_DIR to it."
            ) from error
    return folder


def _reason(error):
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.Timeout) or isinstance(error.__context__, ReadTimeoutError):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer was interrupted"
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return "the downloaded file is not the original (its md5 differs)"
    return str(error)
