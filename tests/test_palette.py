"""One colour a schedule: which, told apart on one chart, and with enough contrast in both themes."""

import tomllib
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.optimizers import OPTIMIZERS, SGD, Adam
from lrlab.palette import (
    CHOICES,
    COLORS,
    DEPTH,
    HUES,
    INK,
    LOOKS,
    NAME,
    apart,
    color_of,
    color_of_kind,
    colors_of,
    mixed,
    shade,
)
from lrlab.schedules import SCHEDULES, Constant, CosineDecay, ExponentialDecay, Warmup
from lrlab.ui.widgets.markdown import COLOR_NAMES, swatch

ROOT = Path(__file__).parents[1]
THEMES = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
NUMBERS = st.lists(st.integers(0, INK) | st.none(), max_size=12)


def test_the_articles_schedules_have_the_first_seven_hues_in_the_order_of_explore():
    assert [color_of_kind(curve.schedule.kind, curve.clock) for curve in CURVES] == [*range(7)]
    hues = THEMES["light"]["chartCategoricalColors"]
    assert [shade(n, hues, "#000000") for n in range(7)] == [
        *("#0072b2", "#c35f00", "#00805c", "#c2304a", "#8a4bb8", "#8f7400", "#5f6b7a")
    ]


def test_every_kind_has_a_colour_that_no_other_has_but_linear_which_is_a_polynomial():
    assert {*COLORS} == {schedule.kind for schedule in SCHEDULES}
    assert COLORS["linear"] == COLORS["polynomial"]
    assert len({*COLORS.values()}) == len(COLORS) - 1
    assert not {LOOKS[COLORS[kind]].hue for kind in ("cosine", "piecewise", "formula")} & {*range(7)}


def test_another_optimizer_is_a_dash_of_the_same_hue_and_adam_alone_is_ink():
    for optimizer in (cls() for cls in OPTIMIZERS if cls is not SGD):
        for schedule in (CURVES[5].schedule, Constant(0.1), Warmup(CosineDecay(0.1), 5)):
            look, own = (LOOKS[color_of(schedule, "epoch", each)] for each in (optimizer, SGD()))
            assert look.hue == own.hue
            assert look.dash != own.dash
    assert color_of(Constant(0.001), "epoch", Adam()) == INK
    assert LOOKS[INK].hue == HUES
    assert color_of(Constant(0.001), "epoch", SGD()) == COLORS["constant"]


@given(NUMBERS)
def test_lines_of_one_chart_are_told_apart_and_keep_their_hue(wanted):
    found = apart(wanted)
    hues = [LOOKS[number].hue for number in found]
    assert len({*found}) == len(found) or max(map(hues.count, hues)) > 4
    for number, asked in zip(found, wanted, strict=True):
        assert asked is None or LOOKS[number].hue == LOOKS[asked].hue
    for asked in {*wanted} - {None}:
        assert found[wanted.index(asked)] == asked


def test_the_order_of_clicking_makes_no_difference():
    numbers = [COLORS[kind] for kind in ("exponential", "cosine", "step", "one-cycle")]
    assert all(apart(order) == [*order] for order in permutations(numbers))


def test_the_articles_schedule_keeps_its_colour_among_others_of_its_kind():
    runs = [(ExponentialDecay(0.5, k), "epoch", SGD()) for k in (0.02, 0.1, 0.5)]
    for order in permutations(runs):
        colors = dict(zip(order, colors_of(order), strict=True))
        assert colors[runs[1]] == COLORS["exponential"]
        assert len({*colors.values()}) == 3
        assert {LOOKS[color].hue for color in colors.values()} == {5}
    chosen = colors_of(runs, {(runs[2][0], "epoch"): 21})
    assert LOOKS[chosen[2]].hue == 7


def test_a_run_whose_schedule_is_not_known_takes_no_hue_of_the_others():
    assert LOOKS[apart([0, None, 5])[1]].hue not in (0, 5)
    assert len({*apart([None] * 12)}) == 12


def luminance(color):
    parts = [part / 255 for part in bytes.fromhex(color[1:])]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The contrast of two colours by the rule of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_line_can_be_seen_and_its_name_can_be_read(theme):
    chosen = THEMES[theme]
    text, background = chosen["textColor"], chosen["backgroundColor"]
    for number in range(len(LOOKS)):
        color = shade(number, chosen["chartCategoricalColors"], text)
        assert contrast(color, background) >= 3, LOOKS[number]
        assert contrast(mixed(color, text, NAME), background) >= 4.5, LOOKS[number]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_markdown_has_the_same_hues_as_the_charts(theme):
    chosen = THEMES[theme]
    assert [chosen[f"{name}TextColor"] for name in COLOR_NAMES] == chosen["chartCategoricalColors"][:7]
    assert len(chosen["chartCategoricalColors"]) == HUES


def test_every_choice_has_a_mark_of_its_own():
    assert len({swatch(number) for number in range(CHOICES)}) == CHOICES


def test_the_chart_mixes_as_the_palette_does():
    script = (ROOT / "lrlab/ui/chart/chart.js").read_text()
    assert f"const DEPTH = {DEPTH};" in script
    assert f"const NAME = {NAME};" in script
