"""Results as TensorBoard's event files."""

import io
import math
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lrlab.runs.result import Result

# Folders and tags as `keras.callbacks.TensorBoard` names them.
TAGS = {
    "train": {"epoch_loss": "loss", "epoch_accuracy": "accuracy", "epoch_learning_rate": "lr"},
    "validation": {"epoch_loss": "val_loss", "epoch_accuracy": "val_accuracy"},
}
LONGEST = 50


def to_event_files(results: Sequence[Result]) -> bytes:
    """A zip with one folder per run; unpack it into the folder of `tensorboard --logdir`.

    The name of a folder is the run's name and seed, in letters, digits and `_.-`; in it are `train` and
    `validation`. A step is an epoch. Its wall time is the time when the run was created plus the seconds
    of the epochs so far, if they are known. Measures that are NaN in every epoch are left out.

    >>> from lrlab.exchange import read_runs
    >>> packed = to_event_files(read_runs("sgd.json", b'{"loss": [0.9, 0.7]}'))
    >>> ZipFile(io.BytesIO(packed)).namelist()
    ['sgd-imported/train/events.out.tfevents.0000000000.lrlab']
    """
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive, tempfile.TemporaryDirectory() as folder:
        for run, result in zip(_folders(results), results, strict=True):
            for part, tags in TAGS.items():
                measured = {
                    tag: name
                    for tag, name in tags.items()
                    if not all(math.isnan(getattr(epoch, name)) for epoch in result.epochs)
                }
                if measured:
                    created = int(result.created or 0)
                    file = ZipInfo(f"{run}/{part}/events.out.tfevents.{created:010}.lrlab")
                    file.compress_type = ZIP_DEFLATED
                    archive.writestr(file, _events(result, measured, Path(folder) / "events"))
    return packed.getvalue()


def _events(result: Result, tags: dict[str, str], path: Path) -> bytes:
    # Imported here, because tensorboardX also loads PyTorch where it is installed.
    from tensorboardX import RecordWriter
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary

    # SummaryWriter would start a thread, and put this machine's name into the file's name.
    with closing(RecordWriter(str(path))) as writer:
        created = result.created or 0.0
        writer.write(Event(wall_time=created, file_version="brain.Event:2").SerializeToString())
        passed = accumulate(e.seconds if math.isfinite(e.seconds) else 0.0 for e in result.epochs)
        for epoch, seconds in zip(result.epochs, passed, strict=True):
            values = [Summary.Value(tag=tag, simple_value=getattr(epoch, name)) for tag, name in tags.items()]
            event = Event(wall_time=created + seconds, step=epoch.epoch, summary=Summary(value=values))
            writer.write(event.SerializeToString())
    return path.read_bytes()


def _folders(results: Sequence[Result]) -> Iterator[str]:
    """One folder per run; all names differ, even on a disk that ignores case."""
    taken: set[str] = set()
    for result in results:
        name = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", result.name))[:LONGEST].strip("-.")
        folder = base = f"{name or 'run'}-{f'seed{result.spec.seed}' if result.spec else 'imported'}"
        number = 1
        while folder.casefold() in taken:
            number += 1
            folder = f"{base}-{number}"
        taken.add(folder.casefold())
        yield folder
