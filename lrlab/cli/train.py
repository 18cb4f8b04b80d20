"""`lrlab train` trains a run in this process and records it in the store."""

import os
import secrets
import sys
from dataclasses import asdict

from lrlab import article
from lrlab.analysis import findings
from lrlab.cli.flags import (
    add_flags,
    add_kind,
    add_schedule,
    kind_of,
    known_to,
    schedule_of,
    separate,
    value_of,
    values,
)
from lrlab.cli.printing import print_json, print_warnings
from lrlab.datasets import data_set
from lrlab.datasets.catalogue import choices
from lrlab.datasets.kept import own_from_path
from lrlab.datasets.sources import check_folder
from lrlab.networks import ARTICLE_NETWORK, NETWORKS, network_of_kind
from lrlab.optimizers import OPTIMIZERS, SGD, optimizer_of_kind
from lrlab.parameters.record import Parametrised, of_kind
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.spec import RunSpec
from lrlab.store import Store
from lrlab.store.library import MAX_NAME, checked_text

CONTROLLERS: dict[str, tuple[type[Parametrised], str]] = {
    "early_stopping": (EarlyStopping, "end the run when a metric no longer improves"),
    "plateau": (ReduceOnPlateau, "lower the rate when a metric no longer improves"),
}
NEAR = 0.05  # an accuracy this close to guessing, or closer with many classes, is no better


def add_train(parser) -> None:
    """The arguments of `lrlab train`."""
    add_schedule(parser)
    add_flags(parser, RunSpec)
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
    for what, (cls, help) in CONTROLLERS.items():
        parser.add_argument(
            f"--{what.replace('_', '-')}",
            nargs="?",
            const="",
            metavar="name=value,...",
            help=f"{help}; its parameters: {', '.join(cls.parameters())}",
        )
    parser.add_argument("--name", help="name of the run (default: the schedule's title)")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def _give_back(options):
    """Parameters of the schedule go to it, also if they stand behind an option with parameters of its own."""
    for what, (cls, _) in CONTROLLERS.items():
        written = separate(getattr(options, what) or "")
        names = {text.partition("=")[0] for text in written}
        if names & known_to(kind_of(options)).keys() and not names & cls.parameters().keys():
            options.parameters += written
            setattr(options, what, "")


def _controller(options, what):
    """A controller with the parameters of its option; None without the option."""
    (cls, _), text = CONTROLLERS[what], getattr(options, what)
    if text is None:
        return None
    return of_kind("controller", (cls,), cls.kind, values(cls.parameters(), separate(text)))


def train(options) -> int:
    """Train one run and record it."""
    _give_back(options)
    schedule = schedule_of(options)
    data = own_from_path(options.data) if options.data.endswith(".npz") else options.data
    if options.train_images is None:
        options.train_images = min(article.TRAIN_IMAGES, data_set(data).train)
    spec = RunSpec(
        schedule=schedule,
        data=data,
        optimizer=value_of(options.optimizer, optimizer_of_kind),
        network=value_of(options.network, network_of_kind),
        **{what: _controller(options, what) for what in CONTROLLERS},
        **{name: getattr(options, name) for name in RunSpec.parameters()},
    )
    name = kind_of(options).title
    if options.name is not None:
        name = checked_text("name", options.name, 1, MAX_NAME)
    check_folder(spec.data)
    print_warnings(spec.plan)
    store = Store()
    # These imports need TensorFlow, which takes seconds to load.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute
    from lrlab.training.heartbeat import heartbeat

    worker = f"cli-{secrets.token_hex(8)}"
    with heartbeat(store, worker, os.getpid()) as say:
        (run,) = store.race(store.add(spec, name, worker))
        say("busy")
        bar = tqdm(total=spec.epochs, unit="epoch", disable=None if not options.json else True)

        def on_epoch(_, epoch):
            if options.json:
                print_json({name: value for name, value in asdict(epoch).items() if name != "lr_end"})
            bar.set_postfix(val_loss=f"{epoch.val_loss:.4f}", val_accuracy=f"{epoch.val_accuracy:.4f}")
            bar.update()

        try:
            execute(store, [run], on_epoch)
        finally:
            bar.close()
    (run,) = store.race(run.race)
    _print_outcome(options, store, run, spec)
    return 1 if run.status == "failed" else 0


def _print_outcome(options, store, run, spec):
    epochs = store.epochs(run.id)
    guessed = 1 / data_set(spec.data).class_count
    at_chance = bool(epochs) and epochs[-1].val_accuracy < guessed + min(guessed / 2, NEAR)
    if options.json:
        print_json(
            {
                "test_loss": run.test_loss,
                "test_accuracy": run.test_accuracy,
                "data": run.data,
                "status": run.status,
                "at_chance": at_chance,
            }
        )
    if run.status == "failed":
        print(f"lrlab: {run.message}\n{run.details}", file=sys.stderr)
    elif not options.json:
        last = epochs[-1:]
        scores = [f"validation loss {e.val_loss:.4f}, accuracy {e.val_accuracy:.4f}" for e in last]
        if run.test_loss is not None:
            scores.append(f"test loss {run.test_loss:.4f}, accuracy {run.test_accuracy:.4f}")
        print(f"Run {run.id} {run.status}. {run.message}".rstrip())
        print(f"Data: {run.origin}.")
        print("; ".join(scores).capitalize() + ".")
        print(findings(epochs, run.status).text)
        if at_chance:
            print(f"This is no better than guessing, which is right in {guessed:.0%} of all cases.")
