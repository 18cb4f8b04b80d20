"""How much of a sweep's differences come from the peak rate and from the shape, against known answers."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlab.analysis.shape_or_rate import shape_or_rate

NAMES = "Constant", "Linear", "Cosine", "Step"
PEAKS = 0.01, 0.03, 0.1, 0.3, 1.0
SHARES = "peak", "shape", "both", "seed"


def sweep(logs):
    """Runs whose losses have these logarithms, of the shape (names, peaks, seeds); NaN is no run."""
    return {
        (NAMES[name], PEAKS[peak]): {
            seed: float(np.exp(value)) for seed, value in enumerate(logs[name, peak]) if not np.isnan(value)
        }
        for name, peak in np.ndindex(*logs.shape[:2])
    }


def shares(values, **others):
    found = shape_or_rate(values, **others)
    return [getattr(found, name) for name in SHARES]


def drawn(dice, spread=(1.0, 0.3, 0.2, 0.1), shape=(4, 5, 3)):
    """Logarithms with normal effects of the peak, the shape, both and the seed."""
    rng = np.random.default_rng(dice)
    names, peaks, seeds = shape
    sizes = (1, peaks, 1), (names, 1, 1), (names, peaks, 1), (names, peaks, seeds)
    return sum(rng.normal(0, each, size) for each, size in zip(spread, sizes, strict=True))


@pytest.mark.parametrize("dice", range(5))
def test_complete_sweeps_have_the_closed_form(dice):
    logs = drawn(dice)
    names, peaks, seeds = logs.shape
    cell, whole = logs.mean(axis=2), logs.mean()
    of_peak, of_name = logs.mean(axis=(0, 2)), logs.mean(axis=(1, 2))
    sums = [
        names * seeds * ((of_peak - whole) ** 2).sum(),
        peaks * seeds * ((of_name - whole) ** 2).sum(),
        seeds * ((cell - of_peak - of_name[:, None] + whole) ** 2).sum(),
        ((logs - cell[:, :, None]) ** 2).sum(),
    ]
    assert shares(sweep(logs)) == pytest.approx(np.array(sums) / sum(sums))
    assert sum(sums) == pytest.approx(((logs - whole) ** 2).sum())


def test_effects_that_add_up_have_no_interaction():
    logs = np.zeros((4, 5, 2)) + np.arange(5)[None, :, None] + 0.5 * np.arange(4)[:, None, None]
    peak, shape, both, seed = shares(sweep(logs))
    assert (both, seed) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-12))
    assert peak / shape == pytest.approx(np.var(np.arange(5)) / np.var(0.5 * np.arange(4)))


def test_known_components_of_variance_are_found():
    """Over many sweeps the sums of squares have their expected values."""
    spread = 0.3, 0.2, 0.1, 0.05
    names, peaks, seeds = 4, 5, 3
    sums = np.zeros(4)
    for dice in range(1000):
        logs = drawn([3, dice], spread)
        sums += np.array(shares(sweep(logs))) * ((logs - logs.mean()) ** 2).sum() / 1000
    peak, shape, both, seed = np.square(spread)
    expected = [
        (peaks - 1) * (names * seeds * peak + seeds * both + seed),
        (names - 1) * (peaks * seeds * shape + seeds * both + seed),
        (names - 1) * (peaks - 1) * (seeds * both + seed),
        names * peaks * (seeds - 1) * seed,
    ]
    assert sums == pytest.approx(expected, rel=0.1)


def dummies(levels):
    return (np.array(levels)[:, None] == np.unique(levels)).astype(float)


@pytest.mark.parametrize("dice", range(10))
def test_incomplete_sweeps_average_both_orders_of_fits_to_the_runs(dice):
    logs = drawn(dice)
    logs[np.random.default_rng(dice).random(logs.shape) < 0.4] = np.nan
    rows = [(name, peak, value) for (name, peak, _), value in np.ndenumerate(logs) if not np.isnan(value)]
    names, peaks, values = (np.array(each) for each in zip(*rows, strict=True))

    def left(*columns):
        design = np.hstack([np.ones((len(values), 1)), *columns])
        return ((values - design @ np.linalg.pinv(design) @ values) ** 2).sum()

    none, peak, name = left(), left(dummies(peaks)), left(dummies(names))
    each, cell = left(dummies(peaks), dummies(names)), left(dummies(10 * names + peaks))
    sums = [(none - peak + name - each) / 2, (none - name + peak - each) / 2, each - cell, cell]
    found = shares(sweep(logs))
    assert found == pytest.approx(np.array(sums) / none)
    assert sum(found) == pytest.approx(1)


def test_the_answer_is_a_sentence():
    """Effects of 83 % and 6 %, and a tenth of both together."""
    peak = np.array([-2, -1, 0, 1, 2])[None, :, None] / math.sqrt(2)
    shape = np.array([-3, -1, 1, 3])[:, None, None] / math.sqrt(5)
    seed = np.array([-1, 1])[None, None]
    logs = math.sqrt(0.83) * peak + math.sqrt(0.06) * shape + math.sqrt(0.1) * peak * shape
    found = shape_or_rate(sweep(0.1 * (logs + math.sqrt(0.01) * seed)))
    assert found.sentence == "Here 83 % of the differences come from the peak rate, 6 % from the shape."
    assert [getattr(found, name) for name in SHARES] == pytest.approx([0.83, 0.06, 0.1, 0.01])
    assert found.runs == 40
    assert found.caveats == ("Over a wider range of rates, the peak rate would usually have a larger share.",)


def test_a_share_that_is_nearly_nothing_or_all_is_said_so():
    logs = np.zeros((4, 5, 2)) + np.arange(5)[None, :, None] + 0.001 * np.arange(4)[:, None, None]
    said = "Here over 99 % of the differences come from the peak rate, less than 1 % from the shape."
    assert shape_or_rate(sweep(logs)).sentence == said


def test_runs_that_diverged_are_left_out_and_counted():
    logs = drawn(1)
    whole = sweep(logs)
    lost = {
        key: {**seeds, 7: bad}
        for (key, seeds), bad in zip(whole.items(), [None, math.nan, math.inf] * 7, strict=False)
    }
    found = shape_or_rate(lost)
    assert shares(lost) == shares(whole)
    assert (found.runs, found.caveats[0]) == (60, "20 of 80 runs diverged and are left out.")
    one = {**whole, ("Step", 1.0): {**whole["Step", 1.0], 7: None}}
    assert shape_or_rate(one).caveats[0] == "1 of 61 runs diverged and is left out."
    missing = {key: seeds if key != ("Step", 1.0) else dict.fromkeys(seeds) for key, seeds in whole.items()}
    assert any(text.startswith("Not every shape ended") for text in shape_or_rate(missing).caveats)
    assert sum(shares(missing)) == pytest.approx(1)


def test_one_seed_has_no_seed_share():
    found = shape_or_rate(sweep(drawn(1, shape=(4, 5, 1))))
    assert found.seed is None
    assert found.peak + found.shape + found.both == pytest.approx(1)
    assert "With one seed, chance counts as an effect of peak rate and shape." in found.caveats


def test_one_shape_has_no_share_of_the_shape():
    found = shape_or_rate(sweep(drawn(1, shape=(1, 5, 3))))
    assert (found.shape, found.both) == (None, None)
    assert found.peak + found.seed == pytest.approx(1)
    assert found.sentence.startswith("With one shape, ")
    assert "With one shape, nothing can be said about shapes." in found.caveats


def test_one_peak_rate_has_no_share_of_the_rate():
    found = shape_or_rate(sweep(drawn(1, shape=(4, 1, 3))))
    assert (found.peak, found.both) == (None, None)
    assert found.shape + found.seed == pytest.approx(1)
    assert found.sentence.startswith("With one peak rate, ")
    assert "With one peak rate, nothing can be said about rates." in found.caveats


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "There is nothing to compare yet."),
        ({("Step", 0.1): {1: 0.3, 2: 0.4}}, "There is nothing to compare yet."),
        ({("Step", 0.1): {1: None}, ("Step", 0.3): {1: math.nan}}, "All runs diverged."),
        ({("Step", 0.1): {1: 0.3}, ("Step", 0.3): {1: 0.3}}, "All runs ended alike."),
    ],
)
def test_where_nothing_differs_there_are_no_shares(values, said):
    found = shape_or_rate(values)
    assert (shares(values), found.sentence) == ([None] * 4, said)


def test_accuracies_and_losses_of_zero_are_compared_as_they_are():
    logs = drawn(1)
    values = {key: {seed: math.log(loss) for seed, loss in each.items()} for key, each in sweep(logs).items()}
    assert shares(values, measure="val_accuracy") == pytest.approx(shares(sweep(logs)))
    assert shares(values) == pytest.approx(shares(sweep(logs))), "these are below zero"


RUNS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(PEAKS)),
    st.dictionaries(st.integers(0, 3), st.none() | st.floats(0.01, 100), max_size=4),
    max_size=12,
)


@settings(max_examples=60)
@given(RUNS, st.randoms(use_true_random=False))
def test_the_order_and_the_names_of_the_runs_have_no_effect(values, dice):
    names = dict(zip(NAMES, dice.sample(NAMES, 4), strict=True))
    mixed = {
        (names[name], 10 * peak): dict(dice.sample([*seeds.items()], len(seeds)))
        for (name, peak), seeds in dice.sample([*values.items()], len(values))
    }
    for found, expected in zip(shares(mixed), shares(values), strict=True):
        assert found == (expected if expected is None else pytest.approx(expected, abs=1e-9))


@settings(max_examples=60)
@given(RUNS, st.floats(0.1, 10))
def test_shares_sum_to_one_and_do_not_depend_on_the_unit(values, scale):
    known = [each for each in shares(values) if each is not None]
    assert not known or sum(known) == pytest.approx(1)
    assert all(0 <= each <= 1 for each in known)
    spread = [value for seeds in values.values() for value in seeds.values() if value]
    if known and max(spread) / min(spread) > 1.001:  # else rounding decides
        scaled = {
            key: {seed: value and scale * value for seed, value in each.items()}
            for key, each in values.items()
        }
        assert shares(scaled) == [
            each if each is None else pytest.approx(each, abs=1e-6) for each in shares(values)
        ]


def test_every_share_can_be_all_of_it():
    base = np.zeros((4, 5, 2))
    effects = {
        "peak": np.arange(5)[None, :, None],
        "shape": np.arange(4)[:, None, None],
        "both": ((np.arange(4)[:, None] < 2) == (np.arange(5)[None] % 2 < 1))[:, :, None] * 1.0,
        "seed": np.arange(2)[None, None],
    }
    for name, effect in effects.items():
        found = shape_or_rate(sweep(base + effect))
        largest = max(SHARES, key=lambda share, found=found: getattr(found, share))
        assert largest == name
        assert getattr(found, name) > 0.9


def test_pairs_of_levels_that_share_no_cell_are_accepted():
    values = {
        (name, peak): {1: 1 + number} for number, (name, peak) in enumerate(zip(NAMES, PEAKS, strict=False))
    }
    found = shape_or_rate(values)
    assert found.peak == pytest.approx(0.5)
    assert found.shape == pytest.approx(0.5)
    assert len([*product(NAMES, PEAKS)]) > len(values)
