"""How far the default suggestion of a range test is from the best rate of a sweep: by name, it takes minutes.

For five optimizers and five seeds each: the article's network and images, one range test of an epoch, and a
sweep of the cosine over 5 epochs at 9 peak rates. The grid is three decades around the median suggestion.
Prints both rates and their ratio for each, and how many are within a factor of 3.
"""

import os
import statistics
import tempfile
from pathlib import Path

from lrlab.analysis import DEFAULT_SUGGESTION, range_test
from lrlab.optimizers import SGD, Adam, AdamW, Momentum, RMSprop
from lrlab.runs.range_test import range_test_spec
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep, around, grid
from lrlab.runs.swept import RANGE_TEST, values
from lrlab.schedules import CosineDecay
from lrlab.store import Store

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
OPTIMIZERS, SEEDS, EPOCHS, NEAR = (SGD(), Momentum(), Adam(), AdamW(), RMSprop()), (1, 2, 3, 4, 5), 5, 3


def main():
    near = 0
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for optimizer in OPTIMIZERS:
            spec = RunSpec(CosineDecay(), optimizer=optimizer, epochs=EPOCHS)
            suggested = suggestions(store, spec)
            middle = statistics.median(rate for rate in suggested.values() if rate)
            best = best_rates(store, spec, grid(*around(middle), 9))
            for seed in SEEDS:
                rate = suggested[seed]
                ratio = rate / best[seed] if rate else None
                near += ratio is not None and 1 / NEAR <= ratio <= NEAR
                said = "none" if ratio is None else f"{rate:.2g} suggested, {ratio:.2f} times"
                print(f"{optimizer.title}, seed {seed}: {said} the best, {best[seed]:g}", flush=True)
    print(f"within a factor of {NEAR}: {near} of {len(OPTIMIZERS) * len(SEEDS)}")


def suggestions(store: Store, spec: RunSpec) -> dict[int, float | None]:
    """The default suggestion of each seed."""
    from lrlab.training.execute import execute

    found = {}
    for seed in SEEDS:
        test = range_test_spec(spec.with_seed(seed))
        runs = store.race(store.add_race([[("Test", test)]], "bench", role=RANGE_TEST))
        execute(store, runs)
        steps = store.steps(runs[0].id)
        rates = {each.name: each.rate for each in range_test([(steps.rates, steps.losses)]).suggestions}
        found[seed] = rates[DEFAULT_SUGGESTION]
    return found


def best_rates(store: Store, spec: RunSpec, peaks: tuple[float, ...]) -> dict[int, float]:
    """The peak rate with the lowest final validation loss of each seed."""
    from lrlab.training.execute import execute

    sweep = 0
    for group in Sweep((Candidate("Cosine", spec, peaks),), SEEDS).groups():
        sweep = store.add_sweep([group], worker="bench", sweep=sweep)
        execute(store, [run for run in store.sweep_runs(sweep) if run.status == "running"])
    losses: dict[int, dict[float, float]] = {}
    for (_, peak), seeds in values(store.swept(sweep), "val_loss").items():
        for seed, loss in seeds.items():
            losses.setdefault(seed, {})[peak] = float("inf") if loss is None else loss
    return {seed: min(each, key=each.__getitem__) for seed, each in losses.items()}


if __name__ == "__main__":
    main()
