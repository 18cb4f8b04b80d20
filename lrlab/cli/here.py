"""Runs that are described by flags, and trained in this process."""

import os
import secrets
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lrlab import article
from lrlab.cli.flags import add_flags, add_kind, value_of
from lrlab.datasets import data_set
from lrlab.datasets.catalogue import choices
from lrlab.datasets.kept import own_from_path
from lrlab.datasets.sources import check_folder
from lrlab.networks import ARTICLE_NETWORK, NETWORKS, network_of_kind
from lrlab.optimizers import OPTIMIZERS, SGD, optimizer_of_kind
from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.store import Run, Store


def add_run(parser, without: Collection[str] = ()) -> None:
    """The flags of a RunSpec but those for its schedule; `without` are parameters that get none."""
    add_flags(parser, RunSpec, without)
    parser.set_defaults(train_images=None)
    parser.add_argument(
        "--data",
        default="auto",
        metavar="NAME|FILE.npz",
        help=f"data set, one of: {', '.join(choices())}; or the path of your own .npz file. Default: auto.",
    )
    for what, classes, default in (
        ("optimizer", OPTIMIZERS, SGD.kind),
        ("network", NETWORKS, ARTICLE_NETWORK.kind),
    ):
        add_kind(parser, what, classes, default)


def run_of(options, **others: Any) -> RunSpec:
    """The RunSpec that the flags describe, with these `others` of its fields."""
    data = own_from_path(options.data) if options.data.endswith(".npz") else options.data
    if options.train_images is None:
        options.train_images = min(article.TRAIN_IMAGES, data_set(data).train)
    given: dict[str, Any] = {
        name: getattr(options, name) for name in RunSpec.parameters() if hasattr(options, name)
    }
    given["optimizer"] = value_of(options.optimizer, optimizer_of_kind)
    given["network"] = value_of(options.network, network_of_kind)
    return RunSpec(data=data, **given, **others)


def train_here(
    name: str, spec: RunSpec, quiet: bool, on_epoch: Callable[[Run, Epoch], None]
) -> tuple[Store, Run]:
    """Train a run in this process, and record it.

    A bar shows the progress on a terminal unless it is to be `quiet`. Raises UserError if the data set is not
    there.
    """
    check_folder(spec.data)
    store = Store()
    with worker_here(store, spec.epochs, quiet, on_epoch) as (worker, train):
        id = store.add(spec, name, worker)
        train(store.race(id))
    (run,) = store.race(id)
    return store, run


@contextmanager
def worker_here(
    store: Store,
    epochs: int,
    quiet: bool,
    on_epoch: Callable[[Run, Epoch], None] = lambda run, epoch: None,
    done: int = 0,
) -> Iterator[tuple[str, Callable[[Sequence[Run]], None]]]:
    """A worker in this process: its id, and a function that trains running runs of it with one seed.

    Those that it has not trained at the end are stopped. A bar shows the progress in so many `epochs`, of
    which some may be `done`.
    """
    # These imports need TensorFlow, which takes seconds to load.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute
    from lrlab.training.heartbeat import heartbeat

    worker = f"cli-{secrets.token_hex(8)}"
    bar = tqdm(total=epochs, initial=done, unit="epoch", disable=True if quiet else None)

    def shown(run: Run, epoch: Epoch) -> None:
        on_epoch(run, epoch)
        bar.set_postfix(val_loss=f"{epoch.val_loss:.4f}", val_accuracy=f"{epoch.val_accuracy:.4f}")
        bar.update()

    with heartbeat(store, worker, os.getpid()) as say, bar:
        say("busy")
        try:
            yield worker, lambda runs: execute(store, runs, shown)
        finally:
            for run in store.runs(("running",), limit=sys.maxsize):
                if run.worker == worker:
                    store.finish(run.id, Outcome("stopped", "Stopped."), worker)
