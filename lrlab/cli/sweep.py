"""`lrlab sweep` trains schedules at several peak rates, and shows each at its own best."""

import sys
from collections.abc import Mapping, Sequence

from lrlab.analysis import BestRate, Shares, best_of, shares_of
from lrlab.cli.files import MEASURE, add_file, ended_of, exit_code, printer, text_of
from lrlab.cli.printing import print_json, print_table
from lrlab.cli.wanted import swept_of, train_wanted
from lrlab.exchange.sweep_file import EXAMPLE, read_sweep
from lrlab.runs.sweep import Sweep
from lrlab.runs.swept import SEARCH, SweptRun
from lrlab.store import Store

HEADER = ("schedule", "peak", "validation loss", "as good", "sensitivity", "width", "diverged")
EXPLAINED = (
    "As good: the rates that the seeds cannot tell from the best. Sensitivity: how much higher the loss is, "
    "on average over all rates. Width: decades of the rate within 5 % of the best."
)
FLATTERS = (
    "Each best was picked among several rates, so its loss is too good: only fresh seeds can confirm it"
)


def add_sweep(parser) -> None:
    """The arguments of `lrlab sweep`."""
    add_file(parser, "sweep")


def sweep(options) -> int:
    """Train the runs of a sweep that have not ended yet, record them, and print what all of them say."""
    if options.example:
        print(EXAMPLE, end="")
        return 0
    wanted = read_sweep(text_of(options.file, "sweep"))
    print_left_out(wanted)
    store = Store()
    number, runs = train_wanted(store, wanted.runs, SEARCH, options.json, printer(options, store))
    swept = swept_of(store, ended_of(runs), SEARCH)
    best = best_of(swept, MEASURE, losses_before(store, swept))
    if options.json:
        _print_json(number, best, shares_of(swept, MEASURE))
    else:
        _print(number, best, shares_of(swept, MEASURE), len(swept), len(wanted.runs))
    return exit_code(runs)


def print_left_out(wanted: Sweep) -> None:
    """A warning for each schedule that is left out at some peak rates."""
    for name, reasons in wanted.left_out.items():
        print(
            f"lrlab: warning: {name} is left out at {len(reasons)} peak rates: {reasons[0]}", file=sys.stderr
        )


def losses_before(store: Store, swept: Sequence[SweptRun]) -> Mapping[int, float]:
    """The loss before training of each seed."""
    first = {run.seed: run.id for run in reversed(swept)}
    losses = store.first_losses([*first.values()])
    return {seed: losses[id] for seed, id in first.items() if id in losses}


def _print_json(number: int, best: Sequence[BestRate], shares: Shares) -> None:
    table = [
        {
            **{"name": each.name, "peak": each.peak, MEASURE: each.mean, "interval": each.interval},
            **{"peaks": each.peaks, "sensitivity": each.sensitivity, "width": each.width},
            **{"width_is_cut": each.is_cut, "diverged": each.diverged},
        }
        for each in best
    ]
    told = {"peak": shares.peak, "shape": shares.shape, "both": shares.both, "seed": shares.seed}
    print_json({"sweep": number or None, "best": table, "shares": told, "sentence": shares.sentence})


def _print(number: int, best: Sequence[BestRate], shares: Shares, ended: int, wanted: int) -> None:
    print(f"Sweep {number}: " * bool(number) + f"{ended} of {wanted} runs have ended.")
    print_table([HEADER, *map(_row, best)])
    for each in best:
        if each.edge:
            print(f"{each.name}: {each.edge}")
    print(EXPLAINED)
    print(shares.sentence)
    for sentence in shares.caveats:
        print(f"  {sentence}")
    print(f"{FLATTERS}, with `lrlab confirm {number}`." if number else f"{FLATTERS}.")


def _row(each: BestRate) -> tuple[str, ...]:
    diverged = f"{each.diverged:.0%}"
    if each.peak is None or each.mean is None:
        return (each.name, *["-"] * 5, diverged)
    low, high = each.interval or (each.mean, each.mean)
    loss = f"{each.mean:.4f}" + f" ({low:.4f} to {high:.4f})" * (low < high)
    peaks = f"{each.peaks[0]:g} to {each.peaks[1]:g}" if each.peaks else "-"
    sensitivity = "-" if each.sensitivity is None else f"{each.sensitivity:.4f}"
    width = "-" if each.width is None else f"{'over ' * each.is_cut}{each.width:.2f}"
    return each.name, f"{each.peak:g}", loss, peaks, sensitivity, width, diverged
