"""The parts of pictures in SVG: ticks, places of names, and markup that holds whatever it is given."""

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.figures.axes import SIZE, Axis, plain, shortened, spread, text_width
from lrlab.figures.svg import clean, color, path, px, svg, text
from lrlab.palette import LOOKS

HOSTILE = "</text><script>alert('x')</script> & \"quoted\" \x00\x1b\ud800\ufffe ü 漢字 " + "long " * 40
exponents = st.floats(-7, 3)
ratios = st.floats(0.005, 8)  # decades from the lowest to the highest value


@given(exponents, ratios, st.floats(150, 900), st.booleans(), st.booleans())
def test_ticks_are_in_the_range_and_do_not_overlap(exponent, decades, room, log, upright):
    low, high = 10**exponent, 10 ** (exponent + decades)
    axis = Axis(low, high, 0, room, log)
    ticks = axis.ticks(upright=upright)
    values = [value for value, _ in ticks]
    assert len(ticks) >= 2
    assert low <= values[0]
    assert values[-1] <= high
    assert values == sorted({*values})
    assert len({label for _, label in ticks}) == len(ticks)
    for (one, its_label), (other, label) in pairwise(ticks):
        needed = SIZE if upright else (text_width(its_label) + text_width(label)) / 2
        assert axis(other) - axis(one) >= needed or len(ticks) == 2
    assert not any("e" in label for _, label in ticks)


@given(st.floats(-10, 10), st.floats(0.001, 100))
def test_ticks_of_a_linear_axis_may_be_negative(low, width):
    ticks = Axis(low, low + width, 300, 0).ticks(upright=True)
    assert len(ticks) >= 2
    assert all(low <= value <= low + width and float(label) == pytest.approx(value) for value, label in ticks)


def test_ticks_are_those_that_a_person_would_choose():
    def labels(*axis, **given):
        return [label for _, label in Axis(*axis).ticks(**given)]

    rates = ["0.01", "0.02", "0.03", "0.05", "0.1", "0.2", "0.3", "0.5", "1"]
    assert labels(0.008, 1.2, 0, 740, True) == rates
    assert labels(1e-5, 10, 0, 750, True) == ["0.00001", "0.0001", "0.001", "0.01", "0.1", "1", "10"]
    assert labels(0.33, 0.58, 240, 0, True, gap=28, upright=True) == ["0.35", "0.4", "0.5"]
    losses = ["0.35", "0.40", "0.45", "0.50", "0.55"]
    assert labels(0.33, 0.58, 300, 0, True, gap=24, upright=True) == losses


@given(st.lists(st.floats(-100, 500), max_size=20), st.floats(1, 40))
def test_names_are_spread_inside_in_their_order(wanted, gap):
    found = spread(wanted, gap, 0, 300)
    gap = min(gap, 300 / max(len(wanted) - 1, 1))
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in found)
    in_order = [place for _, place in sorted(zip(wanted, found, strict=True))]
    assert all(other - one >= gap - 1e-6 for one, other in pairwise(sorted(found)))
    assert in_order == pytest.approx(sorted(found))


def test_names_with_room_stay_where_they_are_wanted():
    assert spread([10, 100, 50], 15, 0, 300) == [10, 100, 50]
    assert spread([50, 52], 16, 0, 300) == [43, 59]


@given(st.text())
def test_any_text_is_valid_markup(words):
    (found,) = ElementTree.fromstring(svg(10, 10, text(0, 0, words, title="A" + words))).findall("{*}text")
    assert "<" not in clean(words)
    assert [child.tag.partition("}")[2] for child in found] == ["title"]


def test_a_hostile_text_stays_a_text():
    found = ElementTree.fromstring(svg(10, 10, text(0, 0, HOSTILE)))
    assert [child.tag.partition("}")[2] for child in found.iter()] == ["svg", "text"]
    assert "<script>" in found[0].text


@given(st.text(min_size=1), st.floats(20, 200))
def test_a_shortened_text_fits(words, width):
    assert text_width(shortened(words, width)) <= width


def test_a_line_has_gaps_and_no_place_is_infinite():
    nan = math.nan
    way = path([(0, 0), (1, 1), (2, nan), (3, 3), (4, math.inf), (5, 5), (6, 6)], "red")
    assert 'd="M0,0L1,1M3,3M5,5L6,6"' in way
    assert path([(0, 0), (1, nan)], "red") == ""
    with pytest.raises(ValueError, match="finite"):
        px(nan)


def test_numbers_are_plain():
    assert [plain(value) for value in (0.00001, 0.125, 1, 1234.5, 0)] == [
        "0.00001",
        "0.125",
        "1",
        "1230",
        "0",
    ]
    assert [px(value) for value in (-0.01, 1.0, 2.25, 100)] == ["0", "1", "2.2", "100"]


def test_every_colour_is_one_of_the_page():
    written = {color(number, name) for number in range(len(LOOKS)) for name in (False, True)}
    assert all("var(--hue" in one or one == "var(--ink)" for one in written)
    assert color(0) == "var(--hue0)"
    assert color(49) == "color-mix(in srgb, var(--hue5) 50%, var(--ink))"
