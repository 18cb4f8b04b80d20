"""The results of a sweep and its confirming runs: of runs in the store that have ended, or trained now."""

from dataclasses import replace

from lrlab.cli.sweep import losses_before
from lrlab.cli.wanted import ENDED, Runs, swept_of, train_wanted
from lrlab.errors import UserError
from lrlab.lessons.recorded_sweep import RecordedSweep, confirming
from lrlab.runs.sweep import Sweep
from lrlab.runs.swept import CONFIRM, SEARCH
from lrlab.store import Store


def sweep_results(sweep: Sweep) -> RecordedSweep:
    """All runs of a sweep and its confirming runs; what has not ended in the store is trained first.

    Raises UserError if a run fails.
    """
    store = Store()
    number, runs = _trained(store, sweep, SEARCH)
    stored = swept_of(store, runs, SEARCH)
    _, runs = _trained(store, confirming(sweep, stored), CONFIRM, number)
    stored += swept_of(store, runs, CONFIRM)
    ids = {run.id: -1 - at for at, run in enumerate(stored)}
    epochs = store.epochs_of([run.id for run in runs.values()])
    *_, last = runs.values()
    return RecordedSweep(
        sweep,
        tuple(replace(run, id=ids[run.id]) for run in stored),
        losses_before(store, stored),
        {ids[id]: tuple(of_run) for id, of_run in epochs.items()},
        str(last.data),
        last.origin,
        last.versions,
    )


def _trained(store: Store, sweep: Sweep, role: str, number: int = 0) -> tuple[int, Runs]:
    """The number of the sweep in the store, and its runs."""
    number, runs = train_wanted(store, sweep.runs, role, False, lambda _: None, number)
    if lost := [run for run in runs.values() if run.status not in ENDED]:
        raise UserError(f"{lost[0].name} has not ended: {lost[0].message or lost[0].status}")
    return number, runs
