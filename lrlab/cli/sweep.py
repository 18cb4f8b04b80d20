"""`lrlab sweep` trains schedules at several peak rates, and shows each at its own best."""

import sys
from pathlib import Path

from lrlab.analysis import best_rates, end, shape_or_rate
from lrlab.cli.here import train_here
from lrlab.cli.printing import print_json
from lrlab.errors import UserError
from lrlab.exchange.sweep_file import EXAMPLE, read_sweep
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Sweep
from lrlab.store import Run, Store

MEASURE = "val_loss"
ENDED = ("completed", "diverged")
FLATTERS = (
    "Each best was picked among several rates, so its loss is too good: only fresh seeds can confirm it."
)


def add_sweep(parser) -> None:
    """The arguments of `lrlab sweep`."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="the sweep, as a TOML file")
    parser.add_argument("--example", action="store_true", help="print such a file, with comments, and end")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def sweep(options) -> int:
    """Train the runs of a sweep that have not ended yet, record them, and print what all of them say."""
    if options.example:
        print(EXAMPLE, end="")
        return 0
    if options.file is None:
        raise UserError("Name the file of the sweep. `lrlab sweep --example` prints one.")
    wanted = read_sweep(_text(options.file))
    for name, reasons in wanted.left_out.items():
        print(
            f"lrlab: warning: {name} is left out at {len(reasons)} peak rates: {reasons[0]}", file=sys.stderr
        )
    store = Store()
    ended = _ended(store, wanted)
    if ended:
        print(f"lrlab: {len(ended)} of {len(wanted.runs)} runs had ended before.", file=sys.stderr)
    for key, run in ended.items():
        _print_run(options, store, key, run)
    for group in wanted.groups(ended):
        if missing := [(name, peak, spec.seed) for name, peak, spec in group]:
            _, runs = train_here([[(_name(key), wanted.runs[key]) for key in missing]], options.json)
            for key, run in zip(missing, runs, strict=True):
                _print_run(options, store, key, run)
                if run.status in ENDED:
                    ended[key] = run
    data = {str(run.data) for run in ended.values()}
    if len(data) > 1:
        raise UserError(
            f"The runs used different data sets: {', '.join(sorted(data))}. Name one in the file."
        )
    _print(options, store, ended)
    if lost := len(wanted.runs) - len(ended):
        print(f"lrlab: {lost} of {len(wanted.runs)} runs have not ended: try again.", file=sys.stderr)
    return 1 if lost else 0


def _name(key):
    name, peak, _ = key
    return f"{name}, peak {peak:g}"


def _text(file):
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}.") from error


def _ended(store: Store, wanted: Sweep) -> dict[tuple[str, float, int], Run]:
    """The runs of the sweep that have ended, the newest of each, by name, peak rate and seed."""
    keys: dict[RunSpec, list[tuple[str, float, int]]] = {}
    for key, spec in wanted.runs.items():
        keys.setdefault(spec, []).append(key)
    found: dict[tuple[str, float, int], Run] = {}
    for run in store.runs(ENDED, limit=sys.maxsize):
        if isinstance(run, Run) and run.imported is None and not run.has_manual_rate:
            for key in keys.get(run.spec) or keys.get(run.spec.with_data("auto")) or ():
                found.setdefault(key, run)
    return found


def _print_run(options, store, key, run):
    """One line of JSON about a run that is over."""
    if options.json:
        name, peak, seed = key
        known = {"id": run.id, "name": name, "peak": peak, "seed": seed, "status": run.status}
        print_json(known | {MEASURE: _value(run, store.epochs(run.id))})
    if run.status == "failed":
        print(f"lrlab: {run.message}\n{run.details}", file=sys.stderr)


def _value(run, epochs):
    """The final value of a run; None if it diverged."""
    found = end(Result(run.name, tuple(epochs), run.spec, run.status), MEASURE)
    return found.value if found.status == "completed" else None


def _print(options, store, ended):
    epochs = store.epochs_of([run.id for run in ended.values()])
    values: dict[tuple[str, float], dict[int, float | None]] = {}
    for (name, peak, seed), run in ended.items():
        values.setdefault((name, peak), {})[seed] = _value(run, epochs[run.id])
    best, shares = best_rates(values, MEASURE), shape_or_rate(values, MEASURE)
    if options.json:
        table = [
            {"name": each.name, "peak": each.peak, MEASURE: each.mean, "peaks": each.peaks} for each in best
        ]
        told = {"peak": shares.peak, "shape": shares.shape, "both": shares.both, "seed": shares.seed}
        print_json({"best": table, "shares": told, "sentence": shares.sentence})
        return
    width = max((len(each.name) for each in best), default=0)
    for each in best:
        if each.peak is None:
            print(f"{each.name:<{width}}  all runs diverged")
            continue
        low, high = each.peaks or (each.peak, each.peak)
        alike = f"; the seeds cannot tell {low:g} to {high:g} from it" if low < high else ""
        said = f"peak {each.peak:<8g} validation loss {each.mean:.4f}{alike}. {each.edge}"
        print(f"{each.name:<{width}}  {said.rstrip()}")
    print(shares.sentence)
    for sentence in shares.caveats:
        print(f"  {sentence}")
    print(FLATTERS)
