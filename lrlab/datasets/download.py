"""Downloading the files of a data set, each checked by its checksum."""

import os
import time
from pathlib import Path

import pooch
import requests
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from lrlab.datasets.built_in import Files
from lrlab.datasets.sources import keras_cache
from lrlab.errors import UserError

BASE_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
CONNECT_SECONDS = 4
READ_SECONDS = 15
SLOW_SECONDS, LEAST_RATE = 30, 10_000  # fewer bytes per second for so long are too few
MOST_AT_ONCE = 2**18


class _TooSlow(requests.Timeout):
    """Bytes arrive, but so few that it is no use to wait for the rest."""


def _fetcher(title, megabytes, progress):
    """What pooch calls to fetch one file after another, with the progress over all files."""
    done = 0

    def fetch(url, path, _):
        nonlocal done
        began, few = time.monotonic(), 0
        with (
            requests.get(url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response,
            open(path, "wb") as file,
        ):
            response.raise_for_status()
            # What has arrived, not a whole block: a server that drips would keep that waiting for ever.
            while part := response.raw.read1(MOST_AT_ONCE, decode_content=True):
                file.write(part)
                done, few = done + len(part), few + len(part)
                progress(f"Downloading {title} ({done / 1e6:.0f} of {megabytes} MB)")
                if time.monotonic() - began > SLOW_SECONDS:
                    if few < LEAST_RATE * SLOW_SECONDS:
                        raise _TooSlow
                    began, few = time.monotonic(), 0

    return fetch


def download(title: str, files: Files, folder: Path, progress=lambda words: None) -> Path:
    """Download the files of the data set `title` into `folder` and return it; existing files are kept.

    The source is Keras's own mirror, or `LRLAB_DATA_URL`. Raises UserError if it cannot be reached
    within seconds, if less than 10 kB per second arrive, or if a file has another checksum. No incomplete
    file is left behind.
    """
    base = os.environ.get("LRLAB_DATA_URL") or BASE_URL
    fetch = _fetcher(title, files.megabytes, progress)
    checksums = dict(files.checksums)
    store = pooch.create(folder, base, registry=checksums)
    pooch.get_logger().setLevel("WARNING")
    for name, checksum in checksums.items():
        try:
            store.fetch(name, downloader=fetch)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
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
    if isinstance(error, _TooSlow):
        return f"less than {LEAST_RATE / 1000:.0f} kB per second arrived"
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return "the server did not answer in time"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    if isinstance(error, ProtocolError):
        return "the transfer was interrupted"
    if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
        return f"the downloaded file is not the original (its {checksum.partition(':')[0]} differs)"
    return str(error)
