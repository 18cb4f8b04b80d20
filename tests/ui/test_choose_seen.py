"""What the watchers of a sweep see: read once, judged once, and judged anew when a run has ended."""

from lrlab.runs.records import Epoch, Outcome
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep
from lrlab.runs.swept import SEARCH
from lrlab.schedules import Constant, StepDecay
from lrlab.store import Store
from lrlab.ui.choose.seen import glance, read, spec_of
from lrlab.ui.choose.sweep import best, shares

SWEEP = Sweep(
    tuple(
        Candidate(name, RunSpec(each, epochs=3, train_images=500, data="synthetic"), (0.1, 0.3))
        for name, each in (("Constant", Constant()), ("Step", StepDecay()))
    ),
    seeds=(1, 2),
)


def ended(store, run, loss):
    store.record(run, Epoch(2, 0.1, 0.1, loss, 0.8, loss, 0.85, 0.2))
    store.finish(run.id, Outcome("completed"))


def test_what_was_swept_is_known_from_its_runs(tmp_path):
    store = Store(tmp_path)
    sweep = store.add_sweep(SWEEP.groups(), worker="w")
    seen = read(store, sweep)
    assert seen.sweep().runs == SWEEP.runs
    assert [*seen.specs] == ["Constant", "Step"]
    specs = {(run.name, run.peak, run.seed): spec_of(store, seen, run) for run in seen.runs}
    assert specs == SWEEP.runs
    assert (seen.is_own, seen.is_over(SEARCH)) == (True, False)


def test_it_is_judged_once_until_another_run_has_ended(tmp_path):
    store = Store(tmp_path)
    sweep = store.add_sweep(SWEEP.groups(), worker="w")
    first, second, *_ = store.sweep_runs(sweep)
    ended(store, first, 0.4)
    seen = read(store, sweep)
    found = best(seen, "val_loss")
    store.record(second, Epoch(0, 0.1, 0.1, 0.5, 0.8, 0.5, 0.85, 0.2))
    again = read(store, sweep)
    assert again.runs != seen.runs
    assert best(again, "val_loss") is found
    assert shares(again, "val_loss") is shares(again, "val_loss")
    ended(store, second, 0.3)
    assert [each.peak for each in best(read(store, sweep), "val_loss")] == [0.3]
    assert glance(store, sweep).runs == read(store, sweep).runs
