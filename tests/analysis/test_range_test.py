"""A range test suggests rates where the loss really falls, and none where it does not."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlab.analysis.range_curve import END, Smoothed, combined, smoothed, smoothing
from lrlab.analysis.range_test import DEFAULT_SUGGESTION, LEAST_UPDATES, SUGGESTIONS, VALLEY, range_test

NAMES = tuple(SUGGESTIONS)
MIDDLE, POWER, LIMIT = 0.01, 1.5, 1.0


def rates(updates=250, low=1e-5, high=10.0):
    return np.geomspace(low, high, updates)


def curve(at, middle=MIDDLE, limit=LIMIT):
    """A loss that falls by 1.8 around `middle`, in the logarithm of the rate, and blows up around `limit`."""
    return 0.5 + 1.8 / (1 + (at / middle) ** POWER) + (at / limit) ** 3


def noisy(losses, seed, size=0.08):
    """The losses with noise that grows with them, as that of small batches does."""
    return losses * np.exp(np.random.default_rng(seed).normal(0, size, len(losses)))


def suggested(*tests):
    return {each.name: each.rate for each in range_test(tests).suggestions}


def reasons(*tests):
    found = range_test(tests)
    assert {each.rate for each in found.suggestions} == {None}
    assert (found.begins, found.lowest) == (None, None)
    (reason,) = {each.sentence for each in found.suggestions}
    return reason


NONE = dict.fromkeys(SUGGESTIONS)


def test_the_smoothed_loss_is_the_weighted_mean_of_all_losses():
    losses = np.array([2.0, 1.0, 3.0, 2.5])
    at = rates(4, high=0.1)
    factor = smoothing(at).factor
    expected = [np.average(losses[: n + 1], weights=factor ** np.arange(n, -1, -1)) for n in range(4)]
    assert smoothed(at, losses) == pytest.approx(expected)


@pytest.mark.parametrize("updates", [100, 250, 1000])
def test_a_step_is_smoothed_over_a_quarter_of_a_decade(updates):
    """However many updates that is: the loss has done 1 - 1/e of a step."""
    at = rates(updates)
    values = smoothed(at, np.where(at < 0.01, 2.0, 1.0))
    reached = at[np.flatnonzero(values <= 1 + 1 / math.e)[0]]
    assert np.log10(reached / 0.01) == pytest.approx(0.25, abs=2 * np.log10(at[1] / at[0]))


def test_a_test_ends_above_four_times_the_best_smoothed_loss_or_where_it_is_not_finite():
    at = rates(100)
    for bad in (math.nan, math.inf, -math.inf, 1e308 * 10):
        values = smoothed(at, np.array([1.0] * 50 + [bad] + [1.0] * 49))
        assert len(values) == 51
        assert np.isfinite(values[:-1]).all()
    losses = np.where(np.arange(100) < 50, 1.0, 5.0)
    state = smoothing(at)
    for loss in losses[:50]:
        state = state.after(loss)
    count = 50
    while not state.ended:
        assert state.loss <= END * state.best
        state, count = state.after(losses[count]), count + 1
    assert state.loss > END * state.best == pytest.approx(END)
    assert state.after(0.1) == state, "nothing comes after the end"
    assert len(smoothed(at, losses)) == count


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=60), st.data())
def test_a_test_that_continues_from_a_stored_state_is_the_same_bit_for_bit(losses, data):
    cut = data.draw(st.integers(0, len(losses)))
    at = rates(60)
    whole = smoothing(at)
    for loss in losses:
        whole = whole.after(loss)
    state = smoothing(at)
    for loss in losses[:cut]:
        state = state.after(loss)
    state = Smoothed(*json.loads(json.dumps(state)))
    for loss in losses[cut:]:
        state = state.after(loss)
    assert state == whole
    assert smoothed(at, np.array(losses))[-1] == whole.loss


def test_the_median_and_the_range_of_seeds():
    at = rates(60)
    levels = 1.0, 2.0, 4.0
    found = combined([(at, np.full(60, level)) for level in levels])
    assert found.rates.tolist() == at.tolist()
    for values, level in zip((found.low, found.median, found.high), levels, strict=True):
        assert values == pytest.approx(np.full(60, level))
    assert not found.has_ended


def test_a_seed_that_ended_counts_as_an_infinite_loss():
    at = rates(60)
    early = np.where(np.arange(60) < 20, 1.0, np.nan)
    late = np.where(np.arange(60) < 40, 1.0, np.nan)
    one = combined([(at, early), (at, np.ones(60)), (at, np.ones(60))])
    assert (len(one.rates), one.has_ended) == (60, False)
    assert np.isfinite(one.high[:20]).all()
    assert np.isinf(one.high[20:]).all()
    assert one.median == pytest.approx(np.ones(60))
    most = combined([(at, early), (at, late), (at, np.ones(60))])
    assert (len(most.rates), most.has_ended) == (40, True)


def test_a_seed_that_still_runs_counts_as_far_as_it_is():
    at = rates(60)
    found = combined([(at, np.full(60, 1.0)), (at, np.full(30, 3.0))])
    assert found.median == pytest.approx(np.where(np.arange(60) < 30, 2.0, 1.0))
    assert np.isfinite(found.high).all()


def test_seeds_with_different_rates_are_compared_at_the_same_rate():
    tests = [(at, np.log10(at) + 10) for at in (rates(250), rates(200), rates(240, 1e-4, 1.0))]
    found = combined(tests)
    assert len(found.rates) == 250
    inner = (found.rates > 1e-3) & (found.rates < 1.0)
    assert found.high[inner] - found.low[inner] == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("updates", [100, 250, 1000])
@pytest.mark.parametrize("middle", [1e-3, 0.01, 0.03])
def test_the_suggestions_of_a_curve_that_is_known(updates, middle):
    """They lag behind by up to WIDTH decades, as the smoothed loss does."""
    at = rates(updates)
    limit = 100 * middle
    found = range_test([(at, curve(at, middle, limit))])
    rate = {each.name: each.rate for each in found.suggestions}
    lowest = at[curve(at, middle, limit).argmin()]
    lag = 10**0.25 * (at[1] / at[0]) ** 2
    assert middle <= rate["steepest"] <= middle * lag
    assert lowest <= found.lowest <= lowest * lag
    assert rate["tenth"] == found.lowest / 10
    flat = middle * (VALLEY / (1 - VALLEY)) ** (1 / POWER)
    assert flat / 1.15 <= rate["valley"] <= flat * lag
    up = limit * (0.25 * 1.8) ** (1 / 3)
    assert up / 1.3 <= rate["stable"] <= up * lag
    assert found.begins < rate["steepest"] < rate["valley"] < found.lowest < rate["stable"]
    assert {each.name for each in found.suggestions} == set(NAMES)
    assert DEFAULT_SUGGESTION in NAMES


@pytest.mark.parametrize("seeds", [1, 3])
def test_noise_moves_the_suggestions_little(seeds):
    """With noise of 8 %, hardly any test is off by a factor of 2 from one without noise."""
    at = rates()
    true = suggested((at, curve(at)))
    dice = range(100 if seeds == 1 else 50)
    found = [suggested(*((at, noisy(curve(at), [seed, s])) for s in range(seeds))) for seed in dice]
    for name, factor, share in (("valley", 2, 0.98), ("steepest", 2.5, 0.95), ("stable", 2, 0.98)):
        near = [
            each[name] is not None and abs(math.log(each[name] / true[name])) < math.log(factor)
            for each in found
        ]
        assert np.mean(near) >= share, name


@pytest.mark.parametrize("size", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("updates", [30, 100, 250, 1000])
def test_a_loss_that_is_flat_suggests_nothing(updates, size):
    """In at least 95 % of tests."""
    at = rates(updates)
    none = [suggested((at, noisy(np.full(updates, 2.3), seed, size))) == NONE for seed in range(100)]
    assert np.mean(none) >= 0.95


def test_a_flat_loss_with_spikes_suggests_nothing():
    at, none = rates(), []
    for seed in range(100):
        losses = noisy(np.full(250, 2.3), seed, 0.05)
        losses[np.random.default_rng(seed).integers(0, 250, 4)] *= 2
        none.append(suggested((at, losses)) == NONE)
    assert np.mean(none) >= 0.95


def test_a_loss_that_only_rises_suggests_nothing():
    at = rates()
    assert reasons((at, 2.3 + at)) == "The loss does not fall at any rate of this test."
    none = [suggested((at, noisy(2.3 + at, seed))) == NONE for seed in range(100)]
    assert np.mean(none) >= 0.95


@pytest.mark.parametrize("value", [2.3, 0.0, math.nan, math.inf])
def test_a_loss_that_is_always_the_same_suggests_nothing(value):
    assert suggested((rates(), np.full(250, value))) == NONE


def test_few_updates_suggest_nothing():
    at = rates()
    assert suggested() == suggested((at, np.zeros(0))) == suggested((at[:0], np.zeros(0))) == NONE
    assert reasons((at[:1], np.ones(1))).startswith("The test ended after 1 update:")
    at = rates(LEAST_UPDATES - 1)
    assert reasons((at, curve(at, limit=100))).startswith("The test ended after 29 updates:")
    at = rates(LEAST_UPDATES, high=1.0)
    assert suggested((at, curve(at)))["valley"] is not None


def test_noise_of_the_first_losses_is_no_fall():
    """A naive steepest fall is the first point here."""
    at = rates()
    losses = curve(at)
    losses[:3] = 2.9, 2.6, 2.4
    assert np.gradient(losses, np.log10(at)).argmin() < 3
    clean = suggested((at, curve(at)))
    for name, rate in suggested((at, losses)).items():
        assert rate == pytest.approx(clean[name], rel=0.3), name


def test_a_late_fall_is_found():
    at = rates(low=1e-7)
    found = range_test([(at, noisy(curve(at, middle=0.3, limit=6), 1))])
    rate = {each.name: each.rate for each in found.suggestions}
    assert 0.05 < found.begins < rate["steepest"] < rate["valley"] < found.lowest < rate["stable"] < 10


def test_a_fall_at_the_end_asks_for_higher_rates():
    at = rates(high=0.03)
    for found in range_test([(at, curve(at))]).suggestions:
        if found.rate is None:
            assert found.sentence.endswith("test higher rates.")
        else:
            assert found.name == "steepest"
            assert found.rate < 0.03
    assert suggested((at, curve(at, middle=0.03))) == NONE


def test_a_loss_that_stays_low_has_no_largest_stable_rate():
    at = rates()
    found = range_test([(at, curve(at, middle=1e-3, limit=1e9) + 1e-3 * at)])
    stable = found.suggestions[NAMES.index("stable")]
    assert (stable.rate, stable.sentence) == (
        None,
        "The loss is stable at every rate up to 10: test higher rates.",
    )
    assert found.suggestions[NAMES.index("valley")].rate is not None


def test_a_fall_with_the_first_updates_asks_for_lower_rates():
    at = rates(low=0.1)
    valley = range_test([(at, curve(at, middle=0.02, limit=10))]).suggestions[NAMES.index("valley")]
    assert valley.rate is None or valley.rate > 0.1


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_test_may_end_without_warning(bad):
    """As when the loss is NaN at once: the update before the last finite loss was stable."""
    at = rates()
    losses = np.where(at < 0.3, curve(at), bad)
    rate = suggested((at, losses))
    last = np.flatnonzero(at < 0.3)[-1]
    assert rate["stable"] == at[last - 1]
    assert 0.03 < rate["valley"] < 0.1


def test_the_largest_stable_rate_is_that_of_the_seed_that_ends_first():
    at = rates()
    alone = suggested((at, curve(at, limit=0.3)))["stable"]
    others = [(at, curve(at, limit=limit)) for limit in (0.3, 1.0, 2.0)]
    assert suggested(*others)["stable"] == pytest.approx(alone, rel=0.15)
    dead = at, np.where(at < 1e-4, 2.3, np.nan)
    found = range_test([dead, *others[1:]]).suggestions[NAMES.index("stable")]
    assert (found.rate, found.sentence) == (None, "A seed became unstable before the loss began to fall.")


def test_a_sentence_says_what_each_suggestion_is():
    at = rates()
    sentences = [each.sentence for each in range_test([(at, curve(at))]).suggestions]
    assert len({*sentences}) == 4
    assert all(sentence.endswith(".") for sentence in sentences)


SEEDS = st.integers(0, 10_000)
few = settings(max_examples=30)


@few
@given(SEEDS, st.floats(1e-3, 1e3))
def test_scaled_rates_give_scaled_suggestions(seed, scale):
    at = rates()
    losses = noisy(curve(at), seed)
    for name, rate in suggested((at, losses)).items():
        scaled = suggested((scale * at, losses))[name]
        assert scaled == (rate and pytest.approx(scale * rate, rel=1e-9))


@few
@given(SEEDS, st.floats(0.01, 100))
def test_scaled_losses_give_the_same_suggestions(seed, scale):
    at = rates()
    losses = noisy(curve(at), seed)
    for name, rate in suggested((at, losses)).items():
        assert suggested((at, scale * losses))[name] == pytest.approx(rate, rel=0.06), "at most one update on"


@few
@given(SEEDS, st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30))
def test_what_follows_the_end_has_no_effect(seed, after):
    at = rates(400, high=1e5)
    losses = noisy(curve(at), seed)
    end = len(smoothed(at, losses))
    assert end < 370
    longer = np.append(losses[:end], after)
    assert suggested((at[: len(longer)], longer)) == suggested((at, losses))
    assert suggested((at, losses[:end])) == suggested((at, losses))


@few
@given(SEEDS, st.permutations(range(4)))
def test_the_order_of_the_seeds_has_no_effect(seed, order):
    at = rates()
    tests = [(at, noisy(curve(at), [seed, s])) for s in range(4)]
    assert suggested(*(tests[s] for s in order)) == suggested(*tests)


LOSSES = st.lists(
    st.one_of(st.floats(0, 10), st.sampled_from([math.nan, math.inf, -math.inf, 1e30])), max_size=120
)


@given(st.lists(LOSSES, max_size=3))
def test_any_losses_are_accepted(seeds):
    at = rates(120)
    for rate in suggested(*((at, np.array(losses)) for losses in seeds)).values():
        assert rate is None or at[0] < rate < at[-1]
