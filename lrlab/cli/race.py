"""`lrlab race` trains schedules from the same seeds, and says which wins."""

from dataclasses import asdict

from lrlab.analysis import MEASURES, End, end, verdict
from lrlab.cli.files import MEASURE, add_file, ended_of, exit_code, printer, text_of
from lrlab.cli.printing import print_json, print_table
from lrlab.cli.wanted import train_wanted
from lrlab.exchange.race_file import EXAMPLE, read_race
from lrlab.store import Store

HEADER = ("schedule", "seeds", "diverged", MEASURES[MEASURE], "lowest", "highest")


def add_race(parser) -> None:
    """The arguments of `lrlab race`."""
    add_file(parser, "race")


def race(options) -> int:
    """Train the runs of a race that have not ended yet, record them, and print the verdict."""
    if options.example:
        print(EXAMPLE, end="")
        return 0
    groups = read_race(text_of(options.file, "race"))
    wanted = {(name, None, spec.seed): spec for lanes in groups for name, spec in lanes}
    store = Store()
    number, runs = train_wanted(store, wanted, "", options.json, printer(options, store))
    ended_of(runs)
    results = store.results([run.id for run in runs.values()])
    lanes: dict[str, list[End]] = {}
    for (name, _, _), run in runs.items():
        lanes.setdefault(name, []).append(end(results[run.id], MEASURE))
    found = verdict(lanes, MEASURE, next(iter(wanted.values())).data_set.class_count)
    if options.json:
        standings = [asdict(each) for each in found.standings]
        said = {"winner": found.winner, "sentence": found.sentence, "more_seeds": found.more_seeds}
        print_json({"race": number or None, **said, "standings": standings})
    else:
        print_table([HEADER, *map(_row, found.standings)])
        print(found.sentence)
    return exit_code(runs)


def _row(lane) -> tuple[str, ...]:
    values = (f"{value:.4f}" if lane.finished else "-" for value in (lane.mean, lane.low, lane.high))
    return lane.name, str(lane.seeds), str(lane.diverged), *values
