"""The recorded sweep: what it holds, how it is made, and that training it again gives it again."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lrlab.__main__ import main
from lrlab.cli.reference_sweep import sweep_results
from lrlab.lessons.recorded_sweep import (
    FILE,
    RecordedSweep,
    confirming,
    planned_sweep,
    read,
    recorded_sweep,
    write,
)
from lrlab.runs.records import Epoch, Outcome, Steps
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun
from lrlab.schedules import Constant, StepDecay
from lrlab.store import Store

SPEC = RunSpec(Constant(0.1), epochs=1, train_images=300, batch_size=30, data="synthetic")
SWEEP = Sweep(
    (
        Candidate("Constant", SPEC, (0.1, 0.3)),
        Candidate("Step", replace(SPEC, schedule=StepDecay(drop_every=1)), (0.2,)),
    ),
    seeds=(1, 2),
)
EPOCH = Epoch(0, 0.1, 0.1, 1.25, 0.5, 1.5, 0.25, 2.0)


def ended(store, sweep, val_loss, status="completed"):
    """Put the runs of a sweep into the store as if they had been trained."""
    for group in sweep.groups():
        for run in store.race(store.add_sweep([group], worker="w")):
            store.set_data(run.id, "synthetic", "drawn here", {"lrlab": "1"})
            loss = np.array([2.0 + run.spec.seed], np.float32)
            store.record(run, Steps(0, loss, loss), replace(EPOCH, val_loss=val_loss))
            store.finish(run.id, Outcome(status))


def keys(runs, role):
    return [(run.name, run.peak, run.seed) for run in runs if run.role == role]


def test_what_is_recorded_is_what_would_be_trained():
    found = recorded_sweep()
    assert found.sweep == planned_sweep()
    assert keys(found.runs, SEARCH) == [*found.sweep.runs]
    fresh = confirming(found.sweep, [run for run in found.runs if run.role == SEARCH])
    assert keys(found.runs, CONFIRM) == [*fresh.runs]
    assert [len(each.peaks) for each in found.sweep.candidates] == [9] * 9
    assert [len(each.peaks) for each in fresh.candidates] == [1] * 9
    assert len(fresh.seeds) == 5


def test_what_is_recorded_has_ended_on_the_real_images():
    found = recorded_sweep()
    assert found.data == "fashion-mnist"
    assert {"python", "tensorflow", "keras", "numpy", "lrlab"} <= {*found.versions}
    assert {*found.first_losses} == {run.seed for run in found.runs}
    for run in found.runs:
        assert run.id < 0, "it is in no store"
        assert run.status == "diverged" or (run.status, run.epochs) == ("completed", 30)
        assert (run.val_loss is None) <= (run.status == "diverged")
        if run.role == CONFIRM:
            last = found.epochs[run.id][-1]
            assert (len(found.epochs[run.id]), last.val_loss) == (run.epochs, run.val_loss)


def test_the_file_is_small():
    assert FILE.stat().st_size < 400_000


def test_each_schedule_is_confirmed_at_its_own_best_from_fresh_seeds():
    losses = {("Constant", 0.1): 0.5, ("Constant", 0.3): 0.4, ("Step", 0.2): None}
    runs = [
        SweptRun(-1, name, peak, seed, SEARCH, "completed" if loss else "diverged", 1, loss, loss, loss)
        for (name, peak), loss in losses.items()
        for seed in SWEEP.seeds
    ]
    found = confirming(SWEEP, runs)
    assert [*found.runs] == [("Constant", 0.3, seed) for seed in (3, 4, 5, 6, 7)], "Step diverged everywhere"
    assert found.runs["Constant", 0.3, 3] == replace(SPEC, schedule=Constant(0.3), seed=3)


def test_what_is_written_is_read_with_five_digits(tmp_path):
    lost = replace(EPOCH, epoch=1, val_loss=math.nan, loss=math.inf)
    runs = (
        SweptRun(-1, "Constant", 0.1, 1, SEARCH, "completed", 2, 1 / 3, 2 / 3, 0.5),
        SweptRun(-2, "Constant", 0.1, 3, CONFIRM, "diverged", 2, None, None, 0.25),
    )
    given = RecordedSweep(SWEEP, runs, {1: 2.34567891, 3: 2.5}, {-2: (EPOCH, lost)}, "mnist", "a", {"b": "1"})
    write(given, tmp_path / "sweep.json")
    found = read(tmp_path / "sweep.json")
    assert found.runs == (replace(runs[0], loss=0.33333, val_loss=0.66667), runs[1])
    (first, second) = found.epochs[-2]
    assert first == replace(EPOCH, grad_norm=first.grad_norm, update_ratio=first.update_ratio)
    assert (second.epoch, second.accuracy, math.isnan(second.val_loss)) == (1, 0.5, True)
    assert (found.sweep, found.first_losses) == (SWEEP, {1: 2.3457, 3: 2.5})
    assert (found.data, found.origin, found.versions) == ("mnist", "a", {"b": "1"})


@pytest.mark.training
def test_what_has_ended_in_the_store_is_not_trained_again(home, capsys):
    store = Store()
    ended(store, SWEEP, 1.5)
    ended(store, replace(SWEEP, seeds=(2,)), 1.25)
    first = sweep_results(SWEEP)
    assert "6 of 6 runs had ended before" in capsys.readouterr().err
    count = len(store.runs())
    assert sweep_results(SWEEP) == first
    assert len(store.runs()) == count
    searched = [run for run in first.runs if run.role == SEARCH]
    assert keys(searched, SEARCH) == [*SWEEP.runs]
    assert [run.val_loss for run in searched] == [1.5] * 3 + [1.25] * 3, "the newest counts"
    confirmed = [("Constant", 0.1), ("Step", 0.2)]
    assert keys(first.runs, CONFIRM) == [(*each, seed) for seed in range(3, 8) for each in confirmed]
    assert {*first.epochs} == {run.id for run in first.runs if run.role == CONFIRM}
    assert [run.id for run in first.runs] == [*range(-1, -17, -1)], "they are in no store"
    assert {*first.first_losses} == {*range(1, 8)}
    assert first.first_losses[1] == 3.0
    assert (first.data, {"keras", "lrlab"} <= {*first.versions}) == ("synthetic", True)


def test_a_sweep_has_no_recipes(home, tmp_path, capsys):
    assert main(["reference", "--sweep", str(tmp_path / "x.json"), "step"]) == 2
    assert "A sweep has no recipes, but there is 'step'. Leave it out." in capsys.readouterr().err
    assert not (tmp_path / "x.json").exists()


@pytest.mark.proof
@pytest.mark.real_data
def test_training_again_gives_the_recorded_results_within_the_noise_of_the_seeds(home, real_data):
    before = [run for run in recorded_sweep().runs if (run.name, run.peak) == ("Cosine", 0.111)]
    assert len(before) >= 3
    (cosine,) = (each for each in planned_sweep().candidates if each.name == "Cosine")
    again = sweep_results(Sweep((cosine._replace(peaks=(0.111,)),), (1, 2, 3)))
    for measure in ("val_loss", "val_accuracy"):
        ends = [getattr(run, measure) for run in before]
        noise = max(ends) - min(ends)
        for run in again.runs:
            assert min(ends) - noise <= getattr(run, measure) <= max(ends) + noise
