"""`lrlab reference` trains the lessons' runs again."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from lrlab.cli.reference_sweep import sweep_results
from lrlab.datasets import AUTO
from lrlab.errors import UserError
from lrlab.lessons import recorded_sweep
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import FILE, planned, write
from lrlab.store import Store


def add_reference(parser) -> None:
    """The arguments of `lrlab reference`."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help=f"file to write; the lessons read lrlab/lessons/{FILE.name} and {recorded_sweep.FILE.name}",
    )
    parser.add_argument(
        "recipes", metavar="RECIPE", nargs="*", help=f"default: all; or some of: {', '.join(RECIPES)}"
    )
    parser.add_argument(
        "--sweep",
        action="store_true",
        help="train the recorded sweep and its confirming runs instead; what has ended is not trained again",
    )


def reference(options) -> int:
    """Train the recipes or the sweep, and write the results to a file."""
    if options.sweep:
        if options.recipes:
            raise UserError(f"A sweep has no recipes, but there is {options.recipes[0]!r}. Leave it out.")
        recorded_sweep.write(sweep_results(recorded_sweep.planned_sweep()), Path(options.file))
        return 0
    unknown = [recipe for recipe in options.recipes if recipe not in RECIPES]
    if unknown:
        raise UserError(f"There is no recipe {unknown[0]!r}. Choose from: {', '.join(RECIPES)}.")
    seed_groups = planned(options.recipes or tuple(RECIPES))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    from tqdm import tqdm

    from lrlab.training.execute import execute

    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
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
    write(results, Path(options.file))
    return 0
