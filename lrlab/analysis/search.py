"""What the runs of a sweep and their confirming runs say; each function takes all runs of the sweep."""

from collections.abc import Mapping, Sequence

from lrlab.analysis.best_rate import BestRate, best_rates
from lrlab.analysis.confirm import Answer, confirm
from lrlab.analysis.shape_or_rate import Shares, shape_or_rate
from lrlab.runs.spec import MAX_SEED
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun, values

CONFIRMING_SEEDS = 5


def best_of(
    runs: Sequence[SweptRun], measure: str = "val_loss", first_losses: Mapping[int, float] | None = None
) -> tuple[BestRate, ...]:
    """Each schedule at its own best peak rate, as `best_rates` says it.

    `first_losses` are the losses before training by seed: the runs of a seed begin with the same weights.
    """
    found = values(runs, measure)
    initial = {key: {seed: (first_losses or {}).get(seed) for seed in seeds} for key, seeds in found.items()}
    return best_rates(found, measure, initial)


def shares_of(runs: Sequence[SweptRun], measure: str = "val_loss") -> Shares:
    """How much comes from the peak rate and how much from the shape, as `shape_or_rate` says it.

    Only schedules with the same peak rates count: those of the grid that most schedules have. Another
    optimizer needs other rates, and its schedules have a grid of their own.
    """
    peaks: dict[str, set[float]] = {}
    for run in runs:
        if run.role == SEARCH:
            peaks.setdefault(run.name, set()).add(run.peak)
    grids = [frozenset(each) for each in peaks.values()]
    grid = max(grids, key=grids.count, default=frozenset[float]())
    kept = [run for run in runs if run.role == SEARCH and peaks[run.name] == grid]
    return shape_or_rate(values(kept, measure), measure)


def fresh_seeds(runs: Sequence[SweptRun], count: int = CONFIRMING_SEEDS) -> list[int]:
    """So many seeds that no run of the sweep has, counted up from its highest.

    >>> fresh_seeds([], 2)
    [1, 2]
    """
    used = {run.seed for run in runs}
    found: list[int] = []
    seed = max(used, default=0)
    while len(found) < count:
        seed = (seed + 1) % (MAX_SEED + 1)
        if seed not in used:
            found.append(seed)
    return found


def answer_of(
    runs: Sequence[SweptRun], measure: str = "val_loss", classes: int | None = None
) -> Answer | None:
    """What the confirming runs that have ended say; None if there is none.

    A schedule that was confirmed at several peak rates is judged at the one with the most seeds. A seed with
    which the search went on later is no longer fresh, and does not count.
    """
    searched = {run.seed for run in runs if run.role == SEARCH}
    fresh = values([run for run in runs if run.seed not in searched], measure, CONFIRM)
    if not fresh:
        return None
    best = {each.name: each for each in best_of(runs, measure)}
    chosen: dict[str, tuple[float, dict[int, float | None]]] = {}
    for (name, peak), seeds in fresh.items():
        if name not in chosen or len(seeds) > len(chosen[name][1]):
            chosen[name] = peak, seeds
    at = [
        best[name] if name in best and best[name].peak == peak else BestRate(name, peak)
        for name, (peak, _) in chosen.items()
    ]
    return confirm(at, searched, {name: seeds for name, (_, seeds) in chosen.items()}, measure, classes)
