"""The command line: `python -m lrlab curve`, `export`, `train` and `runs`."""

import argparse
import csv
import json
import math
import os
import secrets
import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from lrlab import article
from lrlab.datasets import AUTO, data_set
from lrlab.datasets.catalogue import choices
from lrlab.datasets.kept import own_from_path
from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import FILE as REFERENCE
from lrlab.lessons.reference import planned
from lrlab.lessons.reference import write as write_reference
from lrlab.optimizers import OPTIMIZERS, optimizer_of_kind
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.runs.result import data_title
from lrlab.runs.spec import RunSpec
from lrlab.schedules import SCHEDULES, Cooldown, Warmup, class_of_kind, schedule_of_kind
from lrlab.store import Store
from lrlab.store.library import MAX_NAME, checked_text


def main(arguments=None) -> int:
    """Run one command; returns the exit code: 2 for an error that the user can fix, 130 for Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        code = options.command(options)
        sys.stdout.flush()  # inside `try`, so that a closed pipe is caught
        return code
    except UserError as error:
        print(f"lrlab: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `lrlab curve ... | head` is not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser():
    kinds = ", ".join(schedule.kind for schedule in SCHEDULES)
    parser = argparse.ArgumentParser(
        prog="python -m lrlab",
        description="Show and export learning-rate schedules, train with them, and list the runs.",
        epilog=f"Kinds of schedule: {kinds}. The dashboard: streamlit run app.py",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, help):
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(command=run)
        return added

    def schedule_options(added):
        added.add_argument("kind", metavar="KIND", help=f"kind of schedule, one of: {kinds}")
        added.add_argument("parameters", metavar="name=value", nargs="*", help="parameters of the schedule")
        for phase, where in (("warmup", "before the schedule"), ("cooldown", "at the end of the run")):
            added.add_argument(
                f"--{phase}", type=int, default=0, metavar="W", help=f"length of a {phase} {where}"
            )
        added.add_argument("--epochs", type=int, default=article.EPOCHS, metavar="N")
        added.add_argument("--clock", choices=CLOCKS, default="epoch", help="what the time t counts")

    curve = command("curve", _curve, "Print a schedule as CSV: step,epoch,lr.")
    schedule_options(curve)
    curve.add_argument("--steps-per-epoch", type=int, default=article.STEPS_PER_EPOCH, metavar="S")
    curve.add_argument("--per-epoch", action="store_true", help="one row per epoch, not one per step")

    export = command("export", _export, "Print source code that gives exactly this curve.")
    schedule_options(export)
    export.add_argument("--steps-per-epoch", type=int, default=article.STEPS_PER_EPOCH, metavar="S")
    export.add_argument("--to", choices=TARGETS, required=True, help="framework of the code")

    train = command("train", _train, f"Train on {AUTO[0].title} or other data, and record the run.")
    schedule_options(train)
    train.add_argument(
        "--optimizer",
        default="sgd",
        metavar="KIND[:name=value,...]",
        help=f"kind of optimizer, one of: {', '.join(optimizer.kind for optimizer in OPTIMIZERS)}",
    )
    train.add_argument("--seed", type=int, default=article.SEED, metavar="K")
    train.add_argument(
        "--train-images",
        type=int,
        metavar="M",
        help=f"default: {article.TRAIN_IMAGES:,}, or all if there are fewer",
    )
    train.add_argument("--batch-size", type=int, default=article.BATCH_SIZE, metavar="B")
    train.add_argument(
        "--data",
        default="auto",
        metavar="NAME|FILE.npz",
        help=f"data set, one of: {', '.join(choices())}; or the path of your own .npz file",
    )
    train.add_argument("--name", help="name of the run (default: the schedule's title)")
    train.add_argument("--json", action="store_true", help="print one JSON object per line")

    runs = command("runs", _runs, "List the recorded runs, newest first.")
    runs.add_argument("--json", action="store_true", help="print one JSON object per line")

    reference = command("reference", _reference, "Train the lessons' runs, and write the results to a file.")
    reference.add_argument(
        "file", metavar="FILE", help=f"file to write; the lessons read lrlab/lessons/{REFERENCE.name}"
    )
    reference.add_argument(
        "recipes", metavar="RECIPE", nargs="*", help=f"default: all; or some of: {', '.join(RECIPES)}"
    )
    return parser


def _values(known, written):
    """The values of parameters in the form name=value."""
    values = {}
    for given in written:
        name, equals, text = given.partition("=")
        if not equals:
            raise UserError(f"Write a parameter as name=value, not as {given!r}.")
        values[name] = known[name].read(name, text) if name in known else text
    return values


def _optimizer(text):
    """The optimizer in a text like `adam`, or with parameters like `adam:beta_1=0.8,epsilon=1e-5`."""
    kind, _, written = text.partition(":")
    known = type(optimizer_of_kind(kind)).parameters()
    return optimizer_of_kind(kind, **_values(known, written.split(",") if written else []))


def _schedule(options):
    known = class_of_kind(options.kind).parameters()
    schedule = schedule_of_kind(options.kind, **_values(known, options.parameters))
    if options.cooldown:
        schedule = Cooldown(schedule, options.cooldown)
    return Warmup(schedule, options.warmup) if options.warmup else schedule


def _plan(options):
    return Plan(_schedule(options), options.epochs, options.steps_per_epoch, options.clock)


def _export(options):
    print(source(_plan(options), options.to), end="")
    return 0


def _curve(options):
    plan = _plan(options)
    size = plan.steps_per_epoch
    steps = range(0, plan.steps, size) if options.per_epoch else range(plan.steps)
    rates = plan.epoch_rates() if options.per_epoch else plan.rates()
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("step", "epoch", "lr"))
    table.writerows((step, step // size, repr(float(lr))) for step, lr in zip(steps, rates, strict=True))
    return 0


def _train(options):
    schedule = _schedule(options)
    data = own_from_path(options.data) if options.data.endswith(".npz") else options.data
    train_images = options.train_images
    if train_images is None:
        train_images = min(article.TRAIN_IMAGES, data_set(data).train)
    spec = RunSpec(
        schedule=schedule,
        clock=options.clock,
        optimizer=_optimizer(options.optimizer),
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        train_images=train_images,
        data=data,
    )
    name = class_of_kind(options.kind).title
    if options.name is not None:
        name = checked_text("name", options.name, 1, MAX_NAME)
    store = Store()
    # These imports need TensorFlow, which takes seconds to load.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute
    from lrlab.training.heartbeat import heartbeat

    worker = f"cli-{secrets.token_hex(8)}"
    with heartbeat(store, worker, os.getpid()) as say:
        run = store.run(store.add(spec, name, worker))
        say("busy")
        bar = tqdm(total=spec.epochs, unit="epoch", disable=None if not options.json else True)

        def on_epoch(_, epoch):
            if options.json:
                _print_json({name: value for name, value in asdict(epoch).items() if name != "lr_end"})
            bar.set_postfix(val_loss=f"{epoch.val_loss:.4f}", val_accuracy=f"{epoch.val_accuracy:.4f}")
            bar.update()

        try:
            execute(store, [run], on_epoch)
        finally:
            bar.close()
    run = store.run(run.id)
    _print_outcome(options, store, run)
    return 1 if run.status == "failed" else 0


def _print_outcome(options, store, run):
    if options.json:
        _print_json(
            {
                "test_loss": run.test_loss,
                "test_accuracy": run.test_accuracy,
                "data": run.data,
                "status": run.status,
            }
        )
    if run.status == "failed":
        print(f"lrlab: {run.message}\n{run.details}", file=sys.stderr)
    elif not options.json:
        last = store.epochs(run.id)[-1:]
        scores = [f"validation loss {e.val_loss:.4f}, accuracy {e.val_accuracy:.4f}" for e in last]
        if run.test_loss is not None:
            scores.append(f"test loss {run.test_loss:.4f}, accuracy {run.test_accuracy:.4f}")
        print(f"Run {run.id} {run.status}. {run.message}".rstrip())
        print(f"Data: {run.origin}.")
        print("; ".join(scores).capitalize() + ".")


def _reference(options):
    unknown = [recipe for recipe in options.recipes if recipe not in RECIPES]
    if unknown:
        raise UserError(f"There is no recipe {unknown[0]!r}. Choose from: {', '.join(RECIPES)}.")
    seed_groups = planned(options.recipes or tuple(RECIPES))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute

    with TemporaryDirectory() as folder:
        store = Store(folder)
        runs = store.race(store.add_race(seed_groups, "reference"))
        with tqdm(total=sum(run.spec.epochs for run in runs), unit="epoch", disable=None) as bar:
            for seed_group in range(len(seed_groups)):
                execute(store, [run for run in runs if run.seed_group == seed_group], lambda *_: bar.update())
        results = [*store.results([run.id for run in runs]).values()]
    failed = [result for result in results if result.status == "failed"]
    if failed or {result.data for result in results} != {AUTO[0].name}:
        raise UserError(
            f"The lessons need results on {AUTO[0].title}, but it could not be loaded here: "
            f"{(failed or results)[0].message or results[0].origin}"
        )
    write_reference(results, Path(options.file))
    return 0


def _runs(options):
    store = Store()
    for run in store.runs():
        epochs = store.epochs(run.id)
        if options.json:
            _print_json(
                {
                    "id": run.id,
                    "name": run.name,
                    "status": run.status,
                    "epochs_done": len(epochs),
                    "val_loss": epochs[-1].val_loss if epochs else None,
                    "val_accuracy": epochs[-1].val_accuracy if epochs else None,
                    "test_loss": run.test_loss,
                    "test_accuracy": run.test_accuracy,
                    "data": run.data,
                    "created": run.created,
                    "spec": json.loads(run.spec.to_json()) if run.spec else None,
                }
            )
        else:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
            score = f"val_loss {epochs[-1].val_loss:.4f}" if epochs else ""
            progress = f"{len(epochs)}/{run.spec.epochs}" if run.spec else str(len(epochs))
            optimizer = run.spec.optimizer.kind if run.spec else "-"
            print(
                f"{run.id:>5}  {when}  {run.status:<9}  {progress:>9}  {data_title(run) or '-':<13}  "
                f"{optimizer:<8} {run.name:<32} {score}".rstrip()
            )
    return 0


def _print_json(record):
    """Print one line of JSON. NaN and infinity, which JSON does not have, become null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }
    print(json.dumps(finite), flush=True)


if __name__ == "__main__":
    sys.exit(main())
