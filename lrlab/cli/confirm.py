"""`lrlab confirm` trains the best of each schedule of a sweep again on fresh seeds, which alone decide."""

from pathlib import Path

from lrlab.analysis import Answer, answer_of, best_of, fresh_seeds, in_words
from lrlab.analysis.search import CONFIRMING_SEEDS
from lrlab.cli.files import MEASURE, ended_of, exit_code, printer, text_of
from lrlab.cli.flags import add_flag
from lrlab.cli.printing import print_json
from lrlab.cli.sweep import losses_before
from lrlab.cli.wanted import ENDED, Runs, found, swept_of, train_wanted
from lrlab.errors import UserError
from lrlab.exchange.sweep_file import read_sweep
from lrlab.parameters.kinds import Parameter
from lrlab.runs.swept import CONFIRM, SEARCH
from lrlab.store import Store

MOST_SEEDS = 100
SEEDS = Parameter(
    "", "How many fresh seeds each schedule is trained from.", 1, MOST_SEEDS, (1, 20), integer=True
)


def add_confirm(parser) -> None:
    """The arguments of `lrlab confirm`."""
    parser.add_argument("sweep", metavar="SWEEP", help="a sweep's file, or its number")
    add_flag(parser, "--seeds", "seeds", SEEDS, CONFIRMING_SEEDS)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def confirm(options) -> int:
    """Train the confirming runs that have not ended yet, record them, and print the answer."""
    store = Store()
    number, searched = _searched(store, options.sweep)
    swept = swept_of(store, searched, SEARCH)
    best = [each for each in best_of(swept, MEASURE, losses_before(store, swept)) if each.peak is not None]
    if not best:
        raise UserError("All runs of this sweep diverged, so there is nothing to confirm. Try lower rates.")
    specs = {(name, peak): run.spec for (name, peak, _), run in searched.items()}
    seeds = fresh_seeds(swept, options.seeds)
    wanted = {
        (each.name, each.peak, seed): specs[each.name, each.peak].with_seed(seed)
        for seed in seeds
        for each in best
    }
    _, runs = train_wanted(store, wanted, CONFIRM, options.json, printer(options, store), number)
    fresh = swept_of(store, ended_of(runs), CONFIRM)
    answer = answer_of([*swept, *fresh], MEASURE, next(iter(specs.values())).data_set.class_count)
    if options.json:
        _print_json(number, answer)
    elif answer:
        _print(answer)
    return exit_code(runs)


def _searched(store: Store, sweep: str) -> tuple[int, Runs]:
    """The number of a sweep, and its runs; raises UserError if one has not ended."""
    if sweep.isdecimal() and not Path(sweep).exists():
        number = int(sweep)
        runs: Runs = {
            (run.name, run.peak, run.spec.seed): run for run in store.sweep_runs(number) if run.role == SEARCH
        }
        if not runs:
            raise UserError(f"There is no sweep {number}. `lrlab sweep FILE` prints the number of its sweep.")
        missing = sum(run.status not in ENDED for run in runs.values())
    else:
        wanted = read_sweep(text_of(sweep, "sweep")).runs
        number, runs, _ = found(store, wanted, SEARCH)
        missing = len(wanted) - len(runs)
    if missing:
        raise UserError(
            f"{missing} runs of this sweep have not ended. Train them first, with `lrlab sweep FILE`."
        )
    return number, ended_of(runs)


def _print_json(number: int, answer: Answer | None) -> None:
    record: dict[str, object] = {"sweep": number or None, "name": None, "sentence": "No run has ended."}
    if answer:
        apart = {
            name: {"difference": each.mean, "interval": each.interval}
            for name, each in answer.differences.items()
        }
        record |= {"name": answer.name, "peak": answer.peak, "peaks": answer.peaks}
        record |= {"beaten": {name: apart[name] for name in answer.beaten}}
        record |= {"undecided": {name: apart.get(name) for name in answer.undecided}}
        record |= {"winner": answer.verdict.winner, "more_seeds": answer.verdict.more_seeds}
        record |= {"sentence": answer.verdict.sentence}
    print_json(record)


def _print(answer: Answer) -> None:
    if answer.name is None:
        print(answer.verdict.sentence)
        return
    low, high = answer.peaks or (answer.peak, answer.peak)
    alike = f" (as good: {low:g} to {high:g})" if low != high else ""
    seeds = answer.verdict.standings[0].seeds
    print(f"{answer.name} at the peak rate {answer.peak:g}{alike}, on {seeds} fresh seeds.")
    for name in answer.beaten:
        apart, interval = in_words(answer.differences[name], MEASURE)
        print(f"It beats {name}: {apart} (95 % interval: {interval}).")
    for name in answer.undecided:
        said = ""
        if name in answer.differences and answer.differences[name].mean:
            apart, interval = in_words(answer.differences[name], MEASURE)
            said = f": {apart} (95 % interval: {interval})"
        print(f"Not decided against {name}{said}.")
    print(answer.verdict.sentence)
