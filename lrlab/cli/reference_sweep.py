"""The results of a sweep and its confirming runs: of runs in the store that have ended, or trained now."""

import math
import sys

from lrlab.cli.here import train_here
from lrlab.errors import UserError
from lrlab.lessons.recorded_sweep import RecordedSweep, confirming
from lrlab.runs.records import Epoch
from lrlab.runs.sweep import Key, Sweep
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun
from lrlab.store import Run, Store

ENDED = ("completed", "diverged")


def sweep_results(sweep: Sweep) -> RecordedSweep:
    """All runs of a sweep and its confirming runs; those that have not ended in the store are trained first.

    Raises UserError if a run fails.
    """
    store, swept = Store(), list[SweptRun]()
    stored, epochs = dict[int, Run](), dict[int, tuple[Epoch, ...]]()
    for role in (SEARCH, CONFIRM):
        found = _trained(store, confirming(sweep, swept) if role == CONFIRM else sweep)
        of_run = store.epochs_of([run.id for run in found.values()])
        for key, run in found.items():
            id = -1 - len(swept)
            stored[id], epochs[id] = run, tuple(of_run[run.id])
            swept.append(_swept(id, key, role, run.status, epochs[id]))
    of_seed = {run.spec.seed: run.id for run in stored.values()}
    losses = store.first_losses([*of_seed.values()])
    last = stored[swept[-1].id]
    return RecordedSweep(
        sweep,
        tuple(swept),
        {seed: losses[id] for seed, id in of_seed.items()},
        {run.id: epochs[run.id] for run in swept if run.role == CONFIRM},
        str(last.data),
        last.origin,
        last.versions,
    )


def _trained(store: Store, sweep: Sweep) -> dict[Key, Run]:
    """The run of each key of the sweep."""
    done = _ended(store, sweep)
    print(f"lrlab: {len(done)} of {len(sweep.runs)} runs have ended.", file=sys.stderr)
    for group in sweep.groups(without=done):
        _, runs = train_here([[(f"{name}, peak {peak:g}", spec) for name, peak, spec in group]], quiet=False)
        if lost := [run for run in runs if run.status not in ENDED]:
            raise UserError(f"{lost[0].name} has not ended. {lost[0].message}")
    return _ended(store, sweep)


def _ended(store: Store, sweep: Sweep) -> dict[Key, Run]:
    """The newest run of the store that has ended for each key, in the order of the sweep."""
    newest = {
        run.spec: run
        for run in reversed(store.runs(ENDED, limit=sys.maxsize))
        if isinstance(run, Run) and not run.imported and not run.has_manual_rate
    }
    return {key: newest[spec] for key, spec in sweep.runs.items() if spec in newest}


def _swept(id: int, key: Key, role: str, status: str, epochs: tuple[Epoch, ...]) -> SweptRun:
    def last(measure: str) -> float | None:
        value = getattr(epochs[-1], measure) if epochs else math.nan
        return value if math.isfinite(value) else None

    name, peak, seed = key
    return SweptRun(
        *(id, name, peak, seed, role, status, len(epochs)),
        last("loss"),
        last("val_loss"),
        last("val_accuracy"),
    )
