"""What the watchers of a race see."""

from dataclasses import dataclass

from lrlab.runs.records import Epoch
from lrlab.store import Run
from lrlab.ui.shell.watched import Watch, Watched


@dataclass(frozen=True)
class Seen(Watched):
    """The runs of a race, with their epochs by run, and the queue: the place of each (race, seed group).

    There are no runs if the race was deleted.
    """

    runs: list[Run]
    epochs: dict[int, list[Epoch]]
    queue: dict[tuple[int, int], int]


def _look(store, race, before):
    runs = store.race(race)
    return Seen(runs, _epochs(store, runs, before), store.queue())


def _epochs(store, runs, before):
    """The epochs by run. Of a run that its worker is still training, only those that are new are read."""
    known = {run.id: before.epochs[run.id] for run in runs if before and _same(run, before)}
    going = [run.id for run in runs if run.id in known and run.status == "running"]
    new = store.epochs_of(going, min((len(known[run]) for run in going), default=0))
    for run in going:
        known[run] = [*known[run], *(epoch for epoch in new[run] if epoch.epoch >= len(known[run]))]
    return {run.id: known.get(run.id) or [] for run in runs} | store.epochs_of(
        [run.id for run in runs if run.id not in known]
    )


def _same(run, before):
    """Whether a run was there before, and no other training of it has begun or ended since."""
    trained = [(other.status, other.started, other.tries) for other in before.runs if other.id == run.id]
    return trained == [(run.status, run.started, run.tries)]


def _is_same(before, now):
    return (now.runs, now.epochs) == (before.runs, before.epochs)


_watch = Watch(_look, _is_same)
read, glance = _watch.read, _watch.glance
