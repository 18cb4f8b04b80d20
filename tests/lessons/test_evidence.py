"""How lanes are compared: never by one seed, never by what diverged, the same from either side."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.analysis import LEAST, MEASURES
from lrlab.analysis.report import Diverged
from lrlab.lessons import evidence as module
from lrlab.lessons.evidence import (
    Evidence,
    end_text,
    evidence,
    learned_nothing,
    learning,
    lived,
    name,
    own_evidence,
    recipe_of,
    signs,
    standing,
    stopping,
    versus,
    writer,
)
from lrlab.lessons.recipes import RECIPES
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec

ENDS = st.lists(st.integers(100, 130).map(lambda n: n / 100), min_size=1, max_size=4)


def run(recipe, seed=1, end=0.5, accuracy=0.85, losses=(1.0, 0.6, 0.5), **changes):
    """A run whose training losses are these, and that ends with this validation loss and accuracy."""
    lane, spec = RECIPES[recipe]
    rates = spec.plan.epoch_rates()
    epochs = tuple(
        Epoch(n, float(rates[n]), float(rates[n]), loss, 0.8, end, accuracy, 0.1)
        for n, loss in enumerate(losses)
    )
    given = {"data": "fashion-mnist", "test_loss": end, "test_accuracy": accuracy} | changes
    return Result(lane, epochs, spec.with_seed(seed), **given)


def lane(recipe, *ends, **changes):
    """A run for each end, from seeds of their own; None is one that diverged."""
    return tuple(
        run(recipe, seed, end, **changes)
        if end is not None
        else run(recipe, seed, math.nan, losses=(math.nan,), status="diverged", test_loss=None)
        for seed, end in enumerate(ends, 1)
    )


def compared(step, constant, measure="val_loss"):
    found = Evidence({"step": lane("step", *step), "constant": lane("constant", *constant)})
    return versus(found, "step", "constant", measure)


@pytest.mark.parametrize(
    ("step", "constant", "sign", "why"),
    [
        (
            (0.3, 0.31, 0.3),
            (0.4, 0.41, 0.4),
            1,
            "Step is 0.1000 lower (95 % interval: 0.0965 to 0.1035).",
        ),
        ((0.4, 0.41, 0.4), (0.3, 0.31, 0.3), -1, "Constant is ahead. Step is 0.1000 higher"),
        ((0.3, 0.4, 0.4), (0.35, 0.5, 0.4), 0, "the difference may be chance (95 % interval: "),
        ((0.3,), (0.4, 0.41, 0.4), 0, "at least three seeds each are needed to decide."),
        ((0.3, 0.31), (0.4, 0.41, 0.4), 0, "at least three seeds each are needed to decide."),
        ((0.3, 0.31, 0.3), (0.4, None), 0, "at least three seeds each are needed to decide."),
        ((0.3, 0.31, None), (0.4, 0.41, 0.4), 0, "this is undecided, because not every seed ended."),
        ((0.3, 0.31, 0.3), (0.4, 0.41, None), 0, "this is undecided, because not every seed ended."),
        ((0.3, 0.31, 0.3), (None, None, None), 1, "Step is ahead, because every seed of Constant diverged."),
        ((0.3, 0.31, 0.3), (None,), 0, "at least three seeds each are needed to decide."),
        ((None, None), (None, None), 0, "there is nothing to compare."),
    ],
)
def test_a_lane_is_ahead_only_beyond_chance(step, constant, sign, why):
    found = compared(step, constant)
    assert found.sign == sign
    assert why in found.sentence
    assert "nan" not in found.sentence


@given(ENDS, ENDS, st.sampled_from(["loss", "val_loss", "test_loss"]))
def test_a_comparison_is_the_same_from_either_side(one, two, measure):
    lanes = {
        recipe: tuple(run(recipe, n, end, losses=(2.0, end)) for n, end in enumerate(ends))
        for recipe, ends in (("step", one), ("constant", two))
    }
    found = Evidence(lanes)
    sign = versus(found, "step", "constant", measure).sign
    assert sign == -versus(found, "constant", "step", measure).sign
    assert not (sign and min(len(one), len(two)) < LEAST)


def test_a_test_score_that_is_not_known_is_no_divergence():
    found = Evidence({"step": (*lane("step", 0.3, 0.4), run("step", 3, test_loss=None))})
    assert (standing(found, "step", "test_loss").finished, standing(found, "step", "test_loss").diverged) == (
        2,
        0,
    )


def test_values_are_written_so_that_they_can_be_told_apart():
    write = writer("val_loss", [0.37601, 0.37602])
    assert (write(0.37601), write(0.37602)) == ("0.37601", "0.37602")
    assert writer("val_accuracy", [0.88, 0.89])(0.88) == "88.00%"
    assert end_text(standing(Evidence({"step": lane("step", None, None)}), "step", "loss")).startswith(
        "none (2 of"
    )


def test_every_recipe_is_known_by_its_spec_whatever_its_seed_and_data():
    assert len({spec.recipe for _, spec in RECIPES.values()}) == len(RECIPES)
    assert len({name(recipe) for recipe in RECIPES}) == len(RECIPES)
    for recipe, (_, spec) in RECIPES.items():
        assert recipe_of(spec.with_seed(7).with_data("synthetic")) == recipe
        assert recipe_of(spec.with_seed(7)) == recipe
    assert recipe_of(None) is None
    assert recipe_of(RunSpec(epochs=3)) is None


def test_weaker_evidence_never_takes_the_place_of_stronger(monkeypatch):
    whole = {"losses": (0.5,) * 100}  # as many epochs as the recipes have
    there = lane("step", 0.3, 0.4, 0.3, **whole) + lane("constant", 0.3, 0.3, 0.4, **whole)
    monkeypatch.setattr(module, "recorded", lambda: there)
    recipes = ("step", "constant")
    weak = [*lane("step", 0.1, None, **whole), *lane("constant", 0.2, **whole), run("good")]
    assert evidence(recipes, weak).source == "recorded"
    found = own_evidence(recipes, weak)
    assert (found.source, set(found.results), found.is_strong) == ("yours", set(recipes), False)
    assert [result.status for result in found.results["step"]] == ["completed", "diverged"]
    assert own_evidence(recipes, lane("step", 0.1, **whole)) is None
    strong = [*lane("step", 0.1, None, 0.2, **whole), *lane("constant", 0.2, 0.2, 0.2, **whole)]
    assert evidence(recipes, strong).results == own_evidence(recipes, strong).results
    assert evidence(recipes, strong).source == "yours"
    drawn = [replace(result, data="synthetic") for result in strong]
    assert evidence(recipes, weak + drawn).data == "synthetic"


def test_of_several_statements_each_takes_holms_correction():
    """Against `near` p is 0.03, against `equal` it is above 0.05."""
    near, equal = (1.01, 1.03, 1.02, 1.04), (1.01, 0.99, 1.0, 1.02)

    def compared_to(**others):
        ends = {"step": (1.0,) * 4} | others
        found = Evidence({recipe: lane(recipe, *values) for recipe, values in ends.items()})
        return signs(found, "step", [*others], "val_loss")

    assert compared_to(constant=near) == {"constant": 1}
    assert compared_to(constant=near, exponential=near) == {"constant": 1, "exponential": 1}
    assert compared_to(constant=near, exponential=equal) == {"constant": 0, "exponential": 0}


def test_what_a_run_says_before_it_diverged_is_told():
    losses = [1 / (n + 1) for n in range(50)]
    lost = run("time-based", losses=[*losses, math.inf], status="diverged")
    assert len(lived(lost)) == 50
    assert learning(lost).get(Diverged) is None
    assert learned_nothing(lost)
    assert not learned_nothing(replace(lost, status="completed"))
    sentence = stopping(Evidence({"time-based": (lost,)}), "time-based")
    assert sentence.endswith("overflows in 1 of 1 seed, after 50 epochs.")


def test_every_measure_has_words():
    assert all(standing(Evidence({"step": lane("step", 0.3)}), "step", m).finished == 1 for m in MEASURES)
