"""Runs that are described by flags, and trained in this process."""

import os
import secrets
from collections.abc import Callable, Collection, Sequence
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
    seed_groups: Sequence[Sequence[tuple[str, RunSpec]]],
    quiet: bool,
    on_epoch: Callable[[Run, Epoch], None] = lambda run, epoch: None,
    role: str = "",
) -> tuple[Store, list[Run]]:
    """Train a race in this process, one seed group after another, and record it; returns its runs.

    A bar shows the progress on a terminal unless it is to be `quiet`. Raises UserError if the data set is not
    there.
    """
    specs = [spec for group in seed_groups for _, spec in group]
    for spec in specs:
        check_folder(spec.data)
    store = Store()
    # These imports need TensorFlow, which takes seconds to load.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute
    from lrlab.training.heartbeat import heartbeat

    worker = f"cli-{secrets.token_hex(8)}"
    with heartbeat(store, worker, os.getpid()) as say:
        race = store.add_race(seed_groups, worker, role=role)
        say("busy")
        bar = tqdm(total=sum(spec.epochs for spec in specs), unit="epoch", disable=True if quiet else None)

        def shown(run, epoch):
            on_epoch(run, epoch)
            bar.set_postfix(val_loss=f"{epoch.val_loss:.4f}", val_accuracy=f"{epoch.val_accuracy:.4f}")
            bar.update()

        try:
            waiting = store.race(race)
            for number in sorted({run.seed_group for run in waiting}):
                execute(store, [run for run in waiting if run.seed_group == number], shown)
        finally:
            bar.close()
            for run in store.race(race):
                if run.active:
                    store.finish(run.id, Outcome("stopped", "Stopped."), worker)
    return store, store.race(race)
