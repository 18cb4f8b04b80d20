"""The picture of a range test names what its analysis names."""

import math
import re

import numpy as np
import pytest

from lrlab.analysis.range_curve import smoothed
from lrlab.analysis.range_test import SUGGESTIONS, range_test
from lrlab.figures.axes import plain
from lrlab.figures.range_lines import MOST_POINTS, smoothed_norms, thinned
from lrlab.figures.range_picture import ShownTest, range_picture
from tests.figures.sweeps import HOSTILE, check, tips


def measured(name="SGD", color=0, seeds=3, updates=250, falls=True, last=None, has_norms=True, highest=10.0):
    """A test whose loss falls around a rate of 0.006 and rises above 0.6."""
    rates = np.geomspace(1e-5, highest, updates)
    losses, norms = [], []
    for seed in range(seeds):
        noise = np.random.default_rng(seed).normal(0, 0.05, updates)
        rise = np.clip(np.log10(rates / 0.6), 0, None) ** 2 * 40
        values = 0.6 + 1.7 / (1 + (rates / 0.006) ** 1.3) + rise + noise if falls else 2.3 + noise
        count = len(smoothed(rates, values))
        values = values[:count].copy()
        if last is not None:
            values[-1] = last
        losses.append((rates[:count], values))
        norms.append((rates[:count], np.exp(noise[:count])))
    return ShownTest(name, color, range_test(losses), tuple(losses), tuple(norms) if has_norms else None)


def test_every_suggestion_has_a_flag_with_its_rate():
    shown = measured()
    picture = range_picture([shown], "valley", 10.0)
    seen = check(picture).splitlines()
    for letter, each in zip("ABCD", shown.found.suggestions, strict=True):
        assert letter in seen
        assert plain(each.rate, 2) in seen
        assert f"{letter}, {SUGGESTIONS[each.name].lower()}: {plain(each.rate)}." in picture.alt
        assert f"{SUGGESTIONS[each.name]}: {plain(each.rate)}" in tips(picture.wide)
    assert f"lowest, {plain(shown.found.lowest, 2)}" in seen
    assert "4 × its best" in seen
    assert "Gradient norm" in seen


def test_the_chosen_one_is_filled():
    def filled(picture):
        return re.search(r"fill:var\(--primary\)[^>]*><title>([^:]+):", picture.wide)[1]

    assert [filled(range_picture([measured()], name)) for name in SUGGESTIONS] == [*SUGGESTIONS.values()]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (measured(falls=False), "the loss does not fall: no suggestion"),
        (measured(last=math.nan), "loss no longer"),
        (measured(seeds=1, last=math.inf), "loss no longer"),
        (measured(updates=12, has_norms=False), "Training loss"),
        (measured(updates=3000), "lowest"),
        (measured(updates=1), "Training loss"),
        (ShownTest("SGD", 0, range_test([]), (), ()), "Training loss"),
    ],
    ids=["no fall", "NaN", "infinite", "short", "long", "one update", "nothing"],
)
def test_extreme_tests_are_drawn(shown, words):
    assert words in check(range_picture([shown], "valley"))


def test_others_are_overlaid_with_their_names():
    shown = [measured(), measured(HOSTILE, 40), measured("Momentum", 10, falls=False)]
    picture = range_picture(shown, "valley", 10.0)
    seen = check(picture)
    assert "Momentum" in seen
    assert "<script>alert" in seen, "as a text"
    assert "<script" not in picture.wide
    assert "Momentum, whose loss does not fall" in picture.alt


def test_a_long_test_has_few_points():
    rates, values = np.geomspace(1e-5, 10, 9000), np.arange(9000.0)
    few = thinned(rates, values)
    assert len(few[0]) <= MOST_POINTS
    assert (few[0][-1], few[1][-1]) == (rates[-1], values[-1])
    assert len(range_picture([measured(updates=9000)], "valley").wide) < 60_000


def test_norms_are_smoothed_and_averaged():
    rates = np.geomspace(1e-5, 10, 100)
    found_rates, found = smoothed_norms([(rates, np.full(100, 1.0)), (rates[:80], np.full(80, 4.0))])
    assert len(found_rates) == 80
    assert found == pytest.approx(2.0)
    assert len(smoothed_norms([(rates, np.full(100, math.nan))])[0]) == 0
