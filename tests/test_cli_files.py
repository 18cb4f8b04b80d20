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
from lrlab.analysis import answer_of
from lrlab.cli.main import main
from lrlab.exchange.sweep_file import read_sweep
from lrlab.runs.records import ManualRate, Outcome
from lrlab.runs.swept import CONFIRM, RANGE_TEST, SEARCH
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
    assert [*store.sweeps()] == [sweep]
    assert len(store.swept(sweep)) == 12
    assert "sensitivity  width" in said.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sweep"], "Name the file of the sweep. `lrlab sweep --example` prints one."),
        (["race"], "Name the file of the race."),
        (["sweep", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["range-test", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["range-test", "x.toml", "--from", "0.1"], "Beside a file, --json is the only option"),
        (["confirm", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["confirm", "7"], "There is no sweep 7."),
        (["confirm", "7", "--seeds", "0"], "seeds must be a whole number from 1 to 100, but it is 0."),
    ],
)
def test_a_command_that_cannot_be(capsys, home, arguments, message):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "text", "message"),
    [
        ("sweep", "epoch = 2", "A sweep has no key 'epoch'."),
        ("sweep", SWEEP.replace("[0.1, 1.0]", "[]"), "A sweep needs at least one peak rate"),
        ("sweep", SWEEP.replace("[1, 2]", str([*range(501)])), "A sweep has at most 2,000 runs"),
        ("sweep", SWEEP.replace("[0.1, 1.0]", "[1e4, 1e5]"), "No peak rate of this sweep fits Constant: "),
        ("race", SWEEP, "A race has no key 'peaks'."),
        ("range-test", SWEEP, "A range test has no key "),
        ("confirm", SWEEP, "8 runs of this sweep have not ended. Train them first, with `lrlab sweep FILE`."),
    ],
)
def test_a_file_that_cannot_be(capsys, home, tmp_path, command, text, message):
    file = tmp_path / "a.toml"
    file.write_text(text)
    assert main([command, str(file)]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("command", ["sweep", "race", "range-test"])
def test_a_file_has_an_example(capsys, home, command):
    assert main([command, "--example"]) == 0
    assert f"lrlab {command} FILE" in capsys.readouterr().out


RACE = (
    SWEEP.replace("peaks = [0.1, 1.0]", "")
    .replace("[1, 2]", "[1, 2, 3]")
    .replace('"step"]', '{ kind = "step", initial_lr = 0.001 }]')
)


@pytest.mark.training
def test_a_race_has_a_verdict_and_trains_only_what_has_not_ended(capsys, home, tmp_path):
    file = tmp_path / "race.toml"
    file.write_text(RACE.replace("[1, 2, 3]", "[1, 2]"))
    assert main(["race", str(file), "--json"]) == 0
    *runs, said = lines(capsys.readouterr().out)
    assert [(run["name"], run["seed"]) for run in runs] == [
        *(("Constant", 1), ("Step", 1), ("Constant", 2), ("Step", 2))
    ]
    assert (said["winner"], said["more_seeds"]) == (None, 1)
    file.write_text(RACE)
    assert main(["race", str(file)]) == 0
    printed = capsys.readouterr()
    assert "4 of 6 runs had ended before." in printed.err
    store = Store()
    ((race, lanes),) = store.races().items()
    assert (race, len(lanes)) == (said["race"], 6)
    assert [line.split()[:3] for line in printed.out.splitlines()[1:3]] == [
        ["Constant", "3", "0"],
        ["Step", "3", "0"],
    ]
    assert "Constant has the lowest final validation loss" in printed.out


@pytest.mark.training
def test_a_range_test_of_a_file_has_suggestions_for_each_optimizer(capsys, home, tmp_path):
    file = tmp_path / "range.toml"
    file.write_text(
        'optimizers = ["sgd", "momentum"]\nupdates = 120\nseeds = [1, 2]\ndata = "synthetic"\n'
        'train_images = 600\nbatch_size = 4\nnetwork = { kind = "dense", widths = [16] }'
    )
    assert main(["range-test", str(file), "--json"]) == 0
    *_, first, _, _, last = lines(capsys.readouterr().out)
    assert [each["optimizer"] for each in (first, last)] == ["sgd", "momentum"]
    assert last["suggestions"].keys() == {"steepest", "tenth", "valley", "stable"}
    store = Store()
    assert {(run.role, run.name) for run in store.runs()} == {
        (RANGE_TEST, "Range test, SGD"),
        (RANGE_TEST, "Range test, SGD with momentum"),
    }
    assert main(["range-test", str(file)]) == 0
    said = capsys.readouterr()
    assert "4 of 4 runs had ended before." in said.err
    assert said.out.count("Valley (default)") == 2
    assert len(store.runs()) == 4


@pytest.mark.training
def test_only_fresh_seeds_confirm_a_sweep(capsys, home, tmp_path):
    file = tmp_path / "sweep.toml"
    slow = SWEEP.replace('"step"]', '{ kind = "step", drop_every = 1, drop_rate = 0.01 }]')
    file.write_text(slow.replace("[1, 2]", "[1]"))
    assert main(["sweep", str(file), "--json"]) == 0
    *_, searched = lines(capsys.readouterr().out)
    best = {each["name"]: each["peak"] for each in searched["best"]}
    assert main(["confirm", str(searched["sweep"]), "--seeds", "1", "--json"]) == 0
    *runs, answer = lines(capsys.readouterr().out)
    assert [(run["name"], run["peak"], run["seed"]) for run in runs] == [
        (each["name"], each["peak"], 2) for each in searched["best"]
    ]
    assert (answer["sweep"], answer["beaten"], answer["more_seeds"]) == (searched["sweep"], {}, 2)
    assert main(["confirm", str(file), "--seeds", "3"]) == 0
    said = capsys.readouterr()
    assert "2 of 6 runs had ended before." in said.err
    assert f"at the peak rate {best[answer['name']]:g}" in said.out
    assert "on 3 fresh seeds." in said.out
    store = Store()
    assert [*store.sweeps()] == [searched["sweep"]]
    confirming = [run for run in store.swept(searched["sweep"]) if run.role == CONFIRM]
    assert {(run.name, run.peak) for run in confirming} == set(best.items())
    assert sorted({run.seed for run in confirming}) == [2, 3, 4]
    assert answer_of(store.swept(searched["sweep"])).verdict.sentence in said.out

    file.write_text(slow)  # the search goes on with seed 2, which is no longer fresh
    assert main(["sweep", str(file)]) == 0
    assert answer_of(store.swept(searched["sweep"])).verdict.standings[0].seeds == 2


# Checkpoints so often that a sweep of a few seconds has some.
OFTEN = """
import sys
import lrlab.training.engine
from lrlab.cli.main import main
lrlab.training.engine.CHECKPOINT_SECONDS = 0.1
main(["sweep", sys.argv[1]])
"""


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


@pytest.mark.proof
@pytest.mark.training
@pytest.mark.skipif(os.name != "posix", reason="kills a process as only POSIX systems can")
def test_a_killed_sweep_goes_on_from_its_checkpoints_and_ends_as_an_undisturbed_one(
    capsys, home, tmp_path, monkeypatch
):
    file = tmp_path / "sweep.toml"
    file.write_text(
        'epochs = 40\ntrain_images = 600\nbatch_size = 4\ndata = "synthetic"\nseeds = [1]\n'
        'network = { kind = "dense", widths = [32] }\npeaks = [0.01, 0.1]\nschedules = ["constant", "cosine"]'
    )
    process = subprocess.Popen([sys.executable, "-c", OFTEN, str(file)], stderr=subprocess.DEVNULL)
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
