"""How fast the article's run trains: `Model.fit` as it is called there, tuned, and LR Lab: `make bench`.

Prints seconds per epoch (the best of some, after one to compile), images per second, the ratio to LR Lab,
the share of the machine's own matrix-product rate and the peak memory, each in a process of its own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace

from lrlab.runs.cost import operations
from lrlab.runs.spec import RunSpec

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EPOCHS = 4
MATRIX = 4096


def main():
    print(f"{'engine':<28}{'s/epoch':>9}{'images/s':>10}{'x LR Lab':>10}{'of matrix':>11}{'peak MB':>9}")
    names = {
        "fit": "Model.fit",
        "tuned": "Model.fit, tuned",
        "lrlab": "LR Lab",
        "race": "LR Lab, a lane of a race",
        "whole": "LR Lab, 60,000 images",
    }
    results = {how: _in_a_process(how) for how in ("matrix", *names)}
    rate = results["matrix"]["flops"]
    print(f"{f'a {MATRIX}-square product':<28}{'':>29}{rate / 1e9:>8.0f} GFLOP/s")
    for how, name in names.items():
        seconds, memory = results[how]["seconds"], results[how]["memory"]
        times = 3 if how == "whole" else 1
        ratio = seconds / results["lrlab"]["seconds"]
        share = times * operations(RunSpec()) / seconds / rate
        images = times * RunSpec().fit_images / seconds
        print(f"{name:<28}{seconds:>9.3f}{images:>10.0f}{ratio:>10.2f}{share:>10.0%} {memory:>9.0f}")


def _in_a_process(how):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.train", how], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{how} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(how) -> dict:
    """Seconds per epoch and peak memory of one engine, or operations per second of a matrix product."""
    import numpy as np
    import tensorflow as tf

    if how == "matrix":
        square = tf.random.normal((MATRIX, MATRIX))
        seconds = _best(lambda: tf.linalg.matmul(square, square).numpy(), 6)
        return {"flops": 2 * MATRIX**3 / seconds}

    from lrlab.datasets.sources import load
    from lrlab.runs.records import Control, Epoch
    from lrlab.schedules import ExponentialDecay
    from lrlab.training.engine import race, train
    from lrlab.training.lane import Start
    from lrlab.training.network import build_network

    spec = RunSpec(ExponentialDecay(0.5, 0.1), epochs=EPOCHS)
    data = load("auto")
    if how == "race":
        lanes = [Start(replace(spec, schedule=ExponentialDecay(rate))) for rate in (0.5, 0.4, 0.3, 0.2)]
        records = race(lanes, data, lambda: [Control()] * len(lanes))
        seconds = [record.seconds for _, record in records if isinstance(record, Epoch) and record.epoch]
        return {"seconds": np.median(seconds)}
    if how in ("lrlab", "whole"):
        if how == "whole":
            spec = replace(spec, train_images=60_000)
        times = [record.seconds for record in train(spec, data) if isinstance(record, Epoch)]
        return {"seconds": min(times[1:])}
    import keras

    images, labels = data.sample(spec.train_images)
    network = build_network()
    tuned = {"steps_per_execution": 50, "jit_compile": True} if how == "tuned" else {}
    network.compile(
        keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy", metrics=["accuracy"], **tuned
    )
    began = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            began.append(time.perf_counter())

    rate = keras.callbacks.LearningRateScheduler(lambda epoch: float(spec.schedule(epoch)))
    pixels = images.astype(np.float32) / 255
    network.fit(
        pixels,
        labels,
        batch_size=64,
        epochs=EPOCHS,
        validation_split=0.2,
        callbacks=[rate, Watch()],
        verbose=0,
    )
    began.append(time.perf_counter())
    return {"seconds": float(np.diff(began)[1:].min())}


def _best(work, times):
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        result = measure(sys.argv[1])
        result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
