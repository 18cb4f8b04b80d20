"""What the watchers of a sweep see, which is judged once for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from lrlab.errors import UserError
from lrlab.lessons.recorded_sweep import RecordedSweep
from lrlab.runs.records import ACTIVE
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep
from lrlab.runs.swept import SEARCH, SweptRun
from lrlab.store import Run, Store
from lrlab.ui.shell.watched import Watch, Watched


@dataclass(frozen=True)
class Seen(Watched):
    """The runs of a sweep, and of each schedule the spec of one run, by name.

    There are no runs if the sweep was deleted. `first_losses` are the losses before training, by seed.
    `is_own` says whether this visitor may change it, `recorded` is the sweep that ships with LR Lab if it is
    this. What is `made` of it stays as long as no run has ended since.
    """

    runs: tuple[SweptRun, ...]
    specs: Mapping[str, RunSpec]
    first_losses: Mapping[int, float]
    is_own: bool = False
    recorded: RecordedSweep | None = None

    def of(self, role: str) -> list[SweptRun]:
        """The runs that search, or those that confirm."""
        return [run for run in self.runs if run.role == role]

    @property
    def spec(self) -> RunSpec:
        """A run of the sweep; all have the same network, images and epochs."""
        return next(iter(self.specs.values()))

    def sweep(self) -> Sweep:
        """What was swept."""
        searched = self.of(SEARCH)
        peaks = {name: sorted({run.peak for run in searched if run.name == name}) for name in self.specs}
        candidates = tuple(Candidate(name, spec, tuple(peaks[name])) for name, spec in self.specs.items())
        return Sweep(candidates, tuple(sorted({run.seed for run in searched})))

    def is_over(self, role: str) -> bool:
        """Whether no run with that role is queued, running or paused."""
        return not any(run.status in (*ACTIVE, "paused") for run in self.of(role))


def spec_of(store: Store, seen: Seen, run: SweptRun) -> RunSpec:
    """The spec of a run of the sweep."""
    if seen.recorded:
        return seen.specs[run.name].with_peak(run.peak).with_seed(run.seed)
    found = store.run(run.id)
    if not isinstance(found, Run):
        raise UserError(f"Run {run.id} was deleted, or was written by another version of LR Lab.")
    return found.spec


def _look(store, sweep, before):
    runs = tuple(store.swept(sweep))
    first = {run.name: run.id for run in reversed(runs)}
    if before and {*before.specs} == {*first}:
        specs, is_own = before.specs, before.is_own
    else:
        examples = {name: store.run(id) for name, id in [*first.items()][::-1]}
        specs = {name: run.spec for name, run in examples.items() if isinstance(run, Run)}
        is_own = any(run.is_own for run in examples.values() if run)
    return Seen(runs, specs, _first_losses(store, runs, before), is_own)


def _first_losses(store, runs, before):
    """By seed; all runs of a seed begin with the same weights and batch, so one of them is enough."""
    known = dict(before.first_losses) if before else {}
    begun = {run.seed: run.id for run in runs if run.epochs and run.seed not in known}
    found = store.first_losses([*begun.values()])
    return known | {seed: found[id] for seed, id in begun.items() if id in found}


def _is_same(before, now):
    return _ended(before) == _ended(now)


def _ended(seen):
    return [(run.id, run.status) for run in seen.runs if run.has_ended]


_watch = Watch(_look, _is_same)
read, glance = _watch.read, _watch.glance
