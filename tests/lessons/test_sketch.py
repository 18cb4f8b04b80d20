"""Drawn loss curves: what counts as a drawing, and how far it is from what was measured."""

import math
from dataclasses import replace
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.lessons.course import LESSONS
from lrlab.lessons.evidence import Evidence, evidence
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.sketch import TOP, WORDS, distance, in_a_word, measured, read, whole

LOSSES = st.floats(0, TOP)
POINTS = st.lists(LOSSES | st.none(), min_size=1, max_size=30)


@given(POINTS)
def test_a_curve_is_straight_between_its_points_and_level_outside(points):
    known = [at for at, loss in enumerate(points) if loss is not None]
    if not known:
        assert whole(points) is None
    else:
        expected = np.interp(range(len(points)), known, [points[at] for at in known])
        assert whole(points) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(LOSSES, LOSSES), min_size=1))
def test_a_distance_is_the_area_between_per_epoch(pairs):
    drawn, found = zip(*pairs, strict=True)
    assert distance(drawn, found) == pytest.approx(np.abs(np.subtract(drawn, found)).mean())
    assert distance(drawn, drawn) == 0
    assert in_a_word(distance(drawn, found)) in [word for _, word in WORDS]


@pytest.mark.parametrize(
    ("apart", "word"), [(0, "Close"), (0.25, "Close"), (0.26, "Near"), (0.76, "Far off")]
)
def test_a_distance_has_a_word(apart, word):
    assert in_a_word(apart) == word


@pytest.mark.parametrize(
    "value",
    [
        *(None, "x", {}, [], [[1.0, 2.0]], [[1.0], [1.0]], [[1.0, 2.0], [1.0, 2.0, 3.0]]),
        *([[1.0, bad], [None, None]] for bad in ("1", -0.1, TOP + 0.1, math.nan, math.inf, [])),
    ],
)
def test_what_is_no_drawing_of_this_size_is_none(value):
    assert read(value, 2, 2) is None


def test_a_drawing_is_read():
    assert read([[1, None], [None, 2.5]], 2, 2) == ((1, None), (None, 2.5))


def test_the_measured_curve_is_the_median_of_the_seeds():
    found = evidence(["good"], [])
    curves = [[epoch.loss for epoch in run.epochs] for run in found.results["good"]]
    assert measured(found, "good", "loss") == tuple(map(median, zip(*curves, strict=True)))


def test_a_loss_that_overflowed_is_at_the_upper_edge():
    runs = evidence(["good"], []).results["good"]
    last = replace(runs[0].epochs[3], loss=math.nan)
    lost = [replace(run, status="diverged", epochs=(*run.epochs[:3], last)) for run in runs[:2]]
    curve = measured(Evidence({"good": (*lost, runs[2])}), "good", "loss")
    assert len(curve) == RECIPES["good"][1].epochs
    assert max(curve[:3]) < 1
    assert set(curve[3:]) == {TOP}, "two of three seeds"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_curves_are_drawn_where_the_text_asks_for_a_sketch(lesson):
    assert lesson.is_drawn == ("sketch" in lesson.text.lower())
    if lesson.is_drawn:
        assert lesson.panel in ("loss", "val_loss")
        assert len({RECIPES[recipe][1].epochs for recipe in lesson.recipes}) == 1
