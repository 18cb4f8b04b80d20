"""The pictures of an answer say what the analysis says: the forest, the confirming runs, and the shares."""

import math
import re

import pytest

from lrlab.analysis.search import answer_of, shares_of
from lrlab.analysis.shape_or_rate import Shares
from lrlab.figures.confirming import Panel, confirming_panels, middle
from lrlab.figures.forest import apart, forest, in_numbers
from lrlab.figures.shares import percent, shares_bar
from tests.figures.sweeps import HOSTILE, check, fresh, run, search, tips, words

NAMES = {"Cosine": 7, "Linear": 2, "Step": 6, "Exponential": 5, "Constant": 0}


def answer(names=NAMES, seeds=5, measure="val_loss"):
    return answer_of([*search([*names]), *fresh([*names], seeds)], measure)


@pytest.mark.parametrize("measure", ["val_loss", "val_accuracy"])
def test_a_row_is_how_much_worse_it_ended(measure):
    found = answer(measure=measure)
    factor = 100 if measure == "val_accuracy" else -1
    rows = apart(found, measure)
    assert {row.name for row in rows} == {*NAMES} - {found.name}
    for row in rows:
        each = found.differences[row.name]
        assert row.mean == pytest.approx(factor * each.mean)
        assert (row.low, row.high) == pytest.approx(tuple(sorted(factor * end for end in each.interval)))
        assert row.low <= row.mean <= row.high
        assert row.is_worse == (row.name in found.beaten)
    assert [row.is_worse for row in rows] == [False, True, True, True]
    seen = check(forest(found, NAMES, measure))
    assert seen.count(f"{found.name} is better") == 3
    assert seen.count("not distinguishable") == 1
    for number in in_numbers(rows, measure):
        assert number in seen
        assert number in forest(found, NAMES, measure).alt


def test_numbers_have_two_digits_of_the_narrowest_interval():
    numbers = in_numbers(apart(answer(), "val_loss"), "val_loss")
    assert all(re.fullmatch(r"−?0\.\d{4} \(−?0\.\d{4} to 0\.\d{4}\)", number) for number in numbers), numbers


def test_a_dot_is_hollow_if_the_seeds_cannot_tell():
    picture = forest(answer(), NAMES, "val_loss")
    assert picture.wide.count('r="7.0"') + picture.wide.count('r="7"') == 3
    assert any(
        tip.startswith("Linear: ") and tip.endswith("not distinguishable") for tip in tips(picture.wide)
    )


def test_answers_without_a_comparison_say_so():
    assert "Only one schedule was confirmed." in check(forest(answer(["Cosine"]), NAMES, "val_loss"))
    assert check(forest(answer(seeds=2), NAMES, "val_loss")).count("too few seeds") == 4
    lost = answer_of([run(name, 0.3, seed, None, "confirm") for name in NAMES for seed in range(3)])
    assert "No confirming run ended." in check(forest(lost, NAMES, "val_loss"))
    same = answer_of([run(name, 0.3, seed, 0.5, "confirm") for name in NAMES for seed in range(3)])
    assert check(forest(same, NAMES, "val_loss")).count("not distinguishable") == 4


def test_hostile_and_long_names_in_a_forest():
    names = {HOSTILE: 1, "B" + HOSTILE: 2, "C": 3}
    picture = forest(answer(names), names, "val_loss")
    check(picture)
    assert "<script" not in picture.wide + picture.narrow
    assert "is better" in words(picture.narrow)


CURVE = (0.9, 0.6, 0.45, 0.36)


def test_a_panel_has_its_seeds_its_end_and_what_the_sweep_had_said():
    panels = [
        Panel("Cosine", 7, 0.3, (CURVE, tuple(0.01 + loss for loss in CURVE)), 0.365, 0.351),
        Panel("Step", 6, 0.2, (CURVE,), 0.36, None),
    ]
    picture = confirming_panels(panels, "val_loss", "Cosine")
    seen = check(picture)
    assert all(
        text in seen for text in ("Cosine", "0.3", "0.365", "the sweep had said 0.351", "Step", "0.360")
    )
    assert "Dashed: the median of Cosine." in seen
    assert "Cosine at 0.3, 2 seeds: the median end is 0.365, the sweep had said 0.351." in picture.alt
    assert picture.wide.count("<path") == 2 + 1 + 1 + 1 + 1, (
        "seeds, medians, and the winner in the other panel"
    )


@pytest.mark.parametrize("count", [1, 2, 5, 6, 8, 12])
def test_any_number_of_panels_wraps(count):
    panels = [Panel(f"Schedule {at} {HOSTILE}", at, 0.3, (CURVE,) * 2, 0.36, 0.35) for at in range(count)]
    for width in (860, 1240):
        picture = confirming_panels(panels, "val_loss", panels[0].name, width)
        check(picture)
        boxes = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', picture.wide)
        assert len(boxes) == count
        assert max(float(x) + float(wide) for x, _, wide in boxes) <= width
        assert len({x for x, *_ in boxes}) <= 5
        assert len({x for x, *_ in re.findall(r'<rect x="([\d.]+)"()', picture.narrow)}) <= 2


@pytest.mark.parametrize("measure", ["val_loss", "val_accuracy"])
@pytest.mark.parametrize(
    "curves",
    [(), ((),), ((math.nan, None),), ((1e300, math.inf, 0.4),), ((0.5,), (0.5, 0.4)), ((0.0, 0.0),)],
)
def test_extreme_curves_are_drawn(curves, measure):
    check(confirming_panels([Panel("Step", 6, 0.3, curves, None, None)], measure))
    both = [Panel("Step", 6, 0.3, curves, None, None), Panel("Cosine", 7, 0.3, (CURVE,), 0.36, 0.3)]
    check(confirming_panels(both, measure, "Cosine"))


def test_nothing_confirmed_is_said():
    assert "no confirming runs yet" in check(confirming_panels([], "val_loss"))


def test_the_median_counts_the_seeds_that_go_on():
    assert middle(((1.0, 2.0), (3.0, math.nan), (2.0, 4.0, 6.0))) == [2.0, 3.0, 6.0]


def test_the_shares_are_those_of_the_analysis():
    shares = shares_of(search([*NAMES]))
    picture = shares_bar(shares)
    seen = check(picture)
    assert f"Peak rate {percent(shares.peak)}" in seen
    assert f"Shape {percent(shares.shape)}" in seen
    sizes = [
        float(size) for size in re.findall(r'<rect x="[\d.]+" y="2(?:\.0)?" width="([\d.]+)"', picture.wide)
    ]
    assert sizes[0] / sum(sizes) == pytest.approx(shares.peak, abs=0.01)


def test_unknown_shares_are_said():
    nothing = shares_bar(Shares(None, None, None, None, 0, "All runs diverged.", ()))
    assert check(nothing).count("–") == 4
    assert "All runs diverged." in nothing.alt
    one = shares_bar(shares_of(search(["Cosine"])))
    assert "Both together –" in check(one)
    assert "Both together not known" in one.alt
