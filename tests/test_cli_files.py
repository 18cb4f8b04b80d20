"""The commands that train what a file describes, and go on with it after whatever has ended them."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

import lrlab.store.workers
from lrlab.cli.main import main
from lrlab.exchange.sweep_file import read_sweep
from lrlab.runs.records import ManualRate, Outcome
from lrlab.runs.swept import SEARCH
from lrlab.store import Store
from tests.store.test_sweeps import EPOCH
from tests.test_cli import lines

SWEEP = """
epochs = 2
train_images = 300
data = "synthetic"
network = { kind = "dense", widths = [16] }
seeds = [1, 2]
peaks = [0.1, 1.0]
schedules = ["constant", "step"]
"""


@pytest.mark.training
def test_a_sweep_shows_each_schedule_at_its_best_and_trains_only_what_has_not_ended(capsys, home, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP)
    assert main(["sweep", str(file), "--json"]) == 0
    *runs, answer = lines(capsys.readouterr().out)
    assert {(run["name"], run["peak"], run["seed"]) for run in runs} == {
        (name, peak, seed) for name in ("Constant", "Step") for peak in (0.1, 1.0) for seed in (1, 2)
    }
    store = Store()
    for run in runs:
        stored = store.run(run["id"])
        assert (stored.status, stored.spec.seed) == (run["status"], run["seed"]) == ("completed", run["seed"])
        assert stored.spec.plan.rates().max() == pytest.approx(run["peak"])
        assert store.epochs(run["id"])[-1].val_loss == run["val_loss"]
    assert {each["name"] for each in answer["best"]} == {"Constant", "Step"}
    assert sum(answer["shares"].values()) == pytest.approx(1)

    assert {each["width"] is None or each["sensitivity"] > 0 for each in answer["best"]} == {True}
    (sweep,) = store.sweeps()
    assert answer["sweep"] == sweep
    assert [(run.name, run.peak, run.seed, run.role) for run in store.swept(sweep)] == [
        (name, peak, seed, SEARCH) for seed in (1, 2) for name in ("Constant", "Step") for peak in (0.1, 1.0)
    ]

    store.delete(runs[0]["id"])
    file.write_text(SWEEP.replace("seeds = [1, 2]", "seeds = [1, 2, 3]"))
    assert main(["sweep", str(file)]) == 0
    said = capsys.readouterr()
    assert "7 of 12 runs had ended before." in said.err
    assert "of the differences come from the peak rate" in said.out
    assert store.sweeps() == [sweep]
    assert len(store.swept(sweep)) == 12
    assert "sensitivity  width" in said.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name the file of the sweep."),
        (["nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_a_sweep_that_cannot_be(capsys, home, arguments, message):
    assert main(["sweep", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_sweep_has_an_example(capsys, home):
    assert main(["sweep", "--example"]) == 0
    assert "[[schedules]]" in capsys.readouterr().out


def records(store, sweep):
    """All that a sweep has computed, by its place in the grid, without times."""
    return {
        (run.name, run.peak, run.seed): (
            run.status,
            [repr(replace(epoch, seconds=0)) for epoch in store.epochs(run.id)],
            store.steps(run.id).losses.tobytes(),
        )
        for run in store.swept(sweep)
    }


@pytest.mark.training
@pytest.mark.skipif(os.name != "posix", reason="kills a process as only POSIX systems can")
def test_a_killed_sweep_goes_on_from_its_checkpoints_and_ends_as_an_undisturbed_one(
    capsys, home, tmp_path, monkeypatch
):
    file = tmp_path / "sweep.toml"
    file.write_text(
        'epochs = 50\ntrain_images = 600\nbatch_size = 4\ndata = "synthetic"\nseeds = [1]\n'
        'network = { kind = "dense", widths = [32] }\npeaks = [0.01, 0.1]\nschedules = ["constant", "cosine"]'
    )
    process = subprocess.Popen([sys.executable, "-m", "lrlab", "sweep", str(file)], stderr=subprocess.DEVNULL)
    store = Store()
    until = time.monotonic() + 120
    while not (ids := [run.id for run in store.runs()]) or any(
        (store.checkpoint_step(id) or 0) < 120 for id in ids
    ):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert {run.status for run in store.runs()} == {"running"}
    ids = [run.id for run in store.runs()]
    kept = {id: store.epochs(id)[: store.checkpoint_step(id) // 120] for id in ids}
    assert all(kept.values())

    monkeypatch.setattr(lrlab.store.workers, "STALE_SECONDS", 2)
    assert main(["sweep", str(file)]) == 0
    assert sorted(ids) == sorted(run.id for run in store.runs())
    for id, epochs in kept.items():
        assert store.epochs(id)[: len(epochs)] == epochs  # with their times: they were not trained again
    (sweep,) = store.sweeps()
    monkeypatch.setenv("LRLAB_HOME", str(tmp_path / "undisturbed"))
    assert main(["sweep", str(file)]) == 0
    assert records(Store(), 1) == records(store, sweep)


@pytest.mark.training
def test_runs_that_another_process_trains_are_waited_for(capsys, home, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP)
    store, wanted = Store(), read_sweep(SWEEP)
    sweep = store.add_sweep(wanted.groups(), worker="another")
    store.beat("another", 1, "busy")

    def end():
        time.sleep(1)
        for run in store.race(sweep):
            store.record(run, EPOCH)
            store.finish(run.id, Outcome("completed"))

    thread = threading.Thread(target=end)
    thread.start()
    assert main(["sweep", str(file), "--json"]) == 0
    thread.join()
    said = capsys.readouterr()
    assert "another process has 8 of these runs" in said.err
    *runs, answer = lines(said.out)
    assert [run["val_loss"] for run in runs] == [EPOCH.val_loss] * 8
    assert answer["sweep"] == sweep
    assert len(store.runs()) == 8


@pytest.mark.training
def test_what_was_stopped_goes_on_and_what_was_set_by_hand_does_not_count(capsys, home, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(SWEEP)
    store = Store()
    sweep = store.add_sweep(read_sweep(SWEEP).groups())
    first, by_hand, *_ = store.race(sweep)
    store.request_stop(first.id)
    store.take("w", by_hand.id)
    store.record(store.run(by_hand.id), ManualRate(0, 0.5))
    store.finish(by_hand.id, Outcome("completed"))
    assert main(["sweep", str(file), "--json"]) == 0
    *runs, _ = lines(capsys.readouterr().out)
    assert {run["id"] for run in runs} == {first.id, *range(first.id + 2, first.id + 9)}
    assert store.run(first.id).status == "completed"
