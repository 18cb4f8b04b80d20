"""Whatever is killed at whatever moment, a race or a sweep ends as an undisturbed one, bit for bit."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lrlab import jobs
from lrlab.networks import Dense
from lrlab.optimizers import Adam
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep
from lrlab.schedules import Constant, ExponentialDecay
from lrlab.store import Store
from tests.test_jobs import lives, wait_for, worker_of

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(os.name != "posix", reason="kills processes as only POSIX systems can"),
]

KILLS = int(os.environ.get("KILLS", "4"))
SPEC = RunSpec(
    ExponentialDecay(0.05, 0.005), "smooth", epochs=600, batch_size=4, train_images=4000, data="synthetic"
)
LANES = [
    ("SGD", replace(SPEC, network=Dense((64,), dropout=0.2))),
    ("Adam", replace(SPEC, optimizer=Adam(), schedule=Constant(0.001), network=Dense((64,)))),
]
SWEEP = Sweep(
    tuple(
        Candidate(name, replace(spec, epochs=30), (0.003, 0.01, 0.03))
        for name, spec in (
            ("Exponential", LANES[0][1]),
            ("Constant", replace(LANES[0][1], schedule=Constant())),
        )
    ),
    seeds=(1, 2),
)
# What a page does that shows a run, and the one click on a run whose app was closed.
SERVER = """
import sys, time
import lrlab.store.workers
from lrlab import jobs
from lrlab.store import Store
lrlab.store.workers.STALE_SECONDS = 3
store = Store(sys.argv[1])
while True:
    jobs.watch(store)
    for run in store.runs(("paused",)):
        store.go_on(run.id)
    time.sleep(0.1)
"""


def serve(folder):
    return subprocess.Popen([sys.executable, "-c", SERVER, str(folder)])


def results(store, race):
    """All that the race has computed, by lane."""
    found = []
    for run in store.race(race):
        epochs = [repr(replace(epoch, seconds=0)) for epoch in store.epochs(run.id)]
        steps = store.steps(run.id)
        found.append(
            {
                "status": run.status,
                "epochs": epochs,
                "updates": len(steps.losses),
                "losses": steps.losses.tobytes(),
                "rates": steps.rates.tobytes(),
                "test loss": run.test_loss,
            }
        )
    return found


def checkpoints(store, race):
    """The updates from which the runs of the race would continue now."""
    return {checkpoint.step for run in store.race(race) if (checkpoint := store.checkpoint(run.id))}


def is_over(store, race):
    return all(run.status == "completed" for run in store.race(race))


@pytest.mark.parametrize(
    ("add", "kills"),
    [
        (lambda store: store.add_race([LANES]), KILLS),
        (lambda store: store.add_sweep(SWEEP.groups()), max(KILLS, 5)),
    ],
    ids=["race", "sweep"],
)
def test_it_ends_as_if_nothing_had_been_killed(add, kills, tmp_path):
    folders = [tmp_path / name for name in ("undisturbed", "killed")]
    for folder in folders:
        folder.mkdir()
    calm, rough = map(Store, folders)
    race = add(calm)
    jobs.watch(calm)
    wait_for(lambda: is_over(calm, race), 1800)
    jobs.shut_down(calm)

    dice = random.Random(9125)
    assert add(rough) == race
    server = serve(rough.folder)
    resumed = set()
    try:
        for kill in range(kills):
            if kill % 2:  # into the training, however long TensorFlow takes to load
                wait_for(lambda: checkpoints(rough, race) - resumed or is_over(rough, race), 1800)
            time.sleep(dice.uniform(0, 13))
            assert server.poll() is None
            worker = worker_of(rough)
            victims = dice.choice([("worker",), ("server",), ("server", "worker")])
            resumed.update(checkpoints(rough, race))
            if "server" in victims:
                server.kill()
            if "worker" in victims and worker and lives(worker):
                os.kill(worker, signal.SIGKILL)
            if "server" in victims:
                server.wait()
                server = serve(rough.folder)
        wait_for(lambda: is_over(rough, race), 1800)
    finally:
        server.terminate()
        server.wait()
    assert len(resumed) > kills / 4  # the kills fell into the training itself
    for killed, undisturbed in zip(results(rough, race), results(calm, race), strict=True):
        for what, value in undisturbed.items():
            assert killed[what] == value, what
