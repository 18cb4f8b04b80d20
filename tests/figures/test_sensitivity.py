"""The picture of a sweep says what its analysis says, whatever the runs are."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrlab.analysis.search import best_of
from lrlab.analysis.sweep import cells
from lrlab.figures.sensitivity import sensitivity
from lrlab.figures.swept_line import Line, lines_of
from tests.figures.sweeps import HOSTILE, PEAKS, check, run, search, tips, words

NAMES = {"Cosine": 7, "Linear": 2, "Step": 6, "Exponential": 5, "Constant": 0}
MARKS = {0.01: "the article's constant: 0.01", 0.5: "its other five: 0.5"}


def drawn(runs, names=None, measure="val_loss", **given):
    return sensitivity(lines_of(runs, names or NAMES, measure), measure, MARKS, **given)


def test_it_names_the_lines_the_marks_and_the_best():
    picture = drawn(search([*NAMES]))
    seen = check(picture)
    best = best_of(search([*NAMES]))[0]
    assert all(name in seen for name in (*NAMES, *MARKS.values()))
    assert f"Cosine {best.mean:.3f}" in seen
    assert "Diverged in at least one seed" in seen
    assert best.peaks == (0.1, 0.5)
    assert f"Cosine: best {best.mean:.3f} at 0.3, rates from 0.1 to 0.5 as good" in picture.alt
    assert "diverged in at least one seed at 1." in picture.alt
    assert "Linear, peak 0.1: 0.367, the median of 3 seeds (0.364 to 0.371)" in tips(picture.wide)
    assert "Step, peak 1: all 3 seeds diverged" in tips(picture.wide)


@pytest.mark.parametrize("measure", ["val_loss", "val_accuracy", "loss"])
@pytest.mark.parametrize(
    "runs",
    [
        [],
        search(["Cosine"], (0.3,), 1),
        search(["Cosine"], (0.3, 0.5), 1),
        search([*NAMES], (3.0, 10.0)),
        search([*NAMES], diverging=0.03),
        [run("Cosine", 0.1, 1, 0.0), run("Cosine", 0.2, 1, 0.0)],
        [run("Cosine", 0.1, 1, 0.5), run("Cosine", 0.2, 1, 1e300), run("Cosine", 0.3, 1, math.inf)],
    ],
    ids=["none", "one", "two peaks", "all diverged", "one ended", "zero", "overflow"],
)
def test_extreme_sweeps_are_drawn(runs, measure):
    check(drawn(runs, measure=measure))
    check(drawn(runs, {name: NAMES[name] for name in ["Cosine"]}, measure))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.tuples(st.sampled_from([*NAMES]), st.sampled_from([1e-5, 1e-3, 0.1, 0.3, 10.0])),
        st.dictionaries(st.integers(0, 3), st.none() | st.floats(0, 1e6) | st.just(math.nan), max_size=3),
    ),
    st.sampled_from(["val_loss", "val_accuracy"]),
    st.lists(st.tuples(st.sampled_from([1e-5, 0.1]), st.floats()), max_size=2),
)
def test_any_values_are_drawn(values, measure, now):
    found = cells(values)
    lines = [Line(name, color, found.get(name, ()), None, tuple(now)) for name, color in NAMES.items()]
    check(sensitivity(lines, measure, MARKS))


def test_twelve_lines_with_long_and_hostile_names_have_names_apart():
    names = {f"{HOSTILE if at == 3 else 'Schedule'} number {at}": at for at in range(12)}
    picture = drawn(search([*names]), names)
    check(picture)
    column = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)"[^>]*font-weight="600"[^>]*>(?:Schedule|&lt;scr)', picture.wide
    )
    most = max({x for x, _ in column}, key=[x for x, _ in column].count)
    places = sorted(float(y) for x, y in column if x == most)
    assert len(places) >= 12
    assert all(after - before >= 15.9 for before, after in pairwise(places))


def test_a_result_out_of_all_proportion_is_said_and_squashes_nothing():
    usual = search([*NAMES])
    wild = [
        replace(each, val_loss=35.2) if (each.name, each.peak) == ("Constant", 0.5) else each
        for each in usual
    ]
    seen = check(drawn(wild))
    assert re.search(r"1 result above 0\.\d+ not shown, the furthest 35\.2", seen)
    labels = [float(label) for label in re.findall(r"^0\.\d+$", seen, re.MULTILINE)]
    assert "not shown" not in check(drawn(usual))
    assert max(labels) < 1.1


def test_newer_values_move_no_line():
    runs = search([*NAMES])
    training = [run("Constant", 0.1, 9, value, status="training") for value in (0.9, 2.0)]
    one, other = (drawn([*runs, each]) for each in training)
    paths = [re.findall(r"<path[^>]*>", each.wide) for each in (one, other)]
    assert paths[0] == paths[1]
    assert "Constant, peak 0.1: still training, now 0.900" in tips(one.wide)


def test_the_height_does_not_depend_on_what_has_finished():
    sizes = {
        re.search(r'viewBox="([^"]+)"', drawn(runs).wide)[1] for runs in ([], search([*NAMES], PEAKS[:2]))
    }
    assert len(sizes) == 1


def test_of_accuracies_the_highest_is_best_and_a_diverged_run_is_below():
    picture = drawn(search([*NAMES]), measure="val_accuracy")
    assert f"Cosine {100 * best_of(search([*NAMES]), 'val_accuracy')[0].mean:.1f} %" in check(picture)
    assert "Final validation accuracy" in words(picture.narrow)
