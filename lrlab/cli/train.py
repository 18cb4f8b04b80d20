"""`lrlab train` trains a run in this process and records it in the store."""

import sys
from dataclasses import asdict

from lrlab.analysis import findings
from lrlab.cli.flags import add_schedule, kind_of, known_to, schedule_of, separate, values
from lrlab.cli.here import add_run, run_of, train_here
from lrlab.cli.printing import print_json, print_warnings
from lrlab.datasets import data_set
from lrlab.parameters.record import Parametrised, of_kind
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.store.library import MAX_NAME, checked_text

CONTROLLERS: dict[str, tuple[type[Parametrised], str]] = {
    "early_stopping": (EarlyStopping, "end the run when a metric no longer improves"),
    "plateau": (ReduceOnPlateau, "lower the rate when a metric no longer improves"),
}
NEAR = 0.05  # an accuracy this close to guessing, or closer with many classes, is no better


def add_train(parser) -> None:
    """The arguments of `lrlab train`."""
    add_schedule(parser)
    add_run(parser)
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
    spec = run_of(options, schedule=schedule, **{what: _controller(options, what) for what in CONTROLLERS})
    name = kind_of(options).title
    if options.name is not None:
        name = checked_text("name", options.name, 1, MAX_NAME)
    print_warnings(spec.plan)

    def on_epoch(_, epoch):
        if options.json:
            print_json({name: value for name, value in asdict(epoch).items() if name != "lr_end"})

    store, run = train_here(name, spec, options.json, on_epoch)
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
