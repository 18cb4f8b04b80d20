"""The lessons: complete, and answered from numbers alone."""

from dataclasses import replace

import pytest

from lrlab.lessons.course import LESSONS
from lrlab.lessons.evidence import Evidence, evidence, own_evidence, recipe_of
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.reference import recorded

BY_ID = {lesson.id: lesson for lesson in LESSONS}
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)


def own(recipes, seeds=(9125, 9126), data="fashion-mnist", **changes):
    """Runs that a reader could have made: recorded ones, changed."""
    return [
        replace(result, data=data, created=float(number), **changes)
        for number, result in enumerate(recorded())
        if recipe_of(result.spec) in recipes and result.spec.seed in seeds
    ]


def test_there_are_eleven_in_the_order_of_the_article():
    assert [lesson.id for lesson in LESSONS] == [
        *("learning-rate", "constant", "built-in-decay", "polynomial", "time-based"),
        *("exponential", "step", "race", "adam", "beyond", "shape-or-rate"),
    ]


@every_lesson
def test_a_lesson_is_complete(lesson):
    assert 60 <= len(lesson.text.split()) <= 190
    assert set(lesson.recipes) <= set(RECIPES)
    assert len(set(lesson.question.options)) == len(lesson.question.options) >= 3
    found = evidence(lesson.recipes, [])
    answer = lesson.question.answer(found)
    assert answer.option is None or 0 <= answer.option < len(lesson.question.options)
    assert answer.sentence
    assert lesson.conclusion(found)
    assert "nan" not in answer.sentence + lesson.conclusion(found)


@pytest.mark.parametrize("lesson", [each for each in LESSONS if each.recipes], ids=lambda each: each.id)
def test_one_seed_and_no_finished_run_are_no_reason_to_fail(lesson):
    one = own_evidence(lesson.recipes, own(lesson.recipes, seeds=(9125,)))
    lost = {
        recipe: tuple(replace(r, status="diverged", epochs=r.epochs[:1]) for r in results)
        for recipe, results in one.results.items()
    }
    for found in (one, Evidence(lost, "yours")):
        assert lesson.question.answer(found).sentence
        assert "nan" not in lesson.conclusion(found)


def test_other_numbers_give_another_answer():
    lesson = BY_ID["built-in-decay"]
    found = evidence(lesson.recipes, [])
    swapped = Evidence(
        {
            "keras-decay": found.results["keras-decay-epochs"],
            "keras-decay-epochs": found.results["keras-decay"][:3],
        }
    )
    assert lesson.question.answer(found).option != lesson.question.answer(swapped).option


def test_a_race_has_a_winner_where_the_numbers_say_so():
    lesson = BY_ID["race"]
    found = evidence(lesson.recipes, [])
    assert lesson.question.answer(found).option == len(lesson.question.options) - 1, "recorded: no winner"
    better = tuple(
        replace(r, epochs=(*r.epochs[:-1], replace(r.epochs[-1], val_loss=0.1 + n / 100)))
        for n, r in enumerate(found.results["step"])
    )
    answer = lesson.question.answer(Evidence({**found.results, "step": better}))
    assert "Step" in lesson.question.options[answer.option]


def test_ones_own_runs_count_only_where_all_recipes_have_one_on_the_same_data():
    recipes = ("step", "step-half")
    assert own_evidence(recipes, own(recipes)).source == "yours"
    assert own_evidence(recipes, own(["step"])) is None
    assert own_evidence(recipes, own(recipes, has_manual_rate=True)) is None
    assert own_evidence(recipes, own(recipes, status="stopped")) is None
    mixed = own(["step"]) + own(["step-half"], data="synthetic")
    assert own_evidence(recipes, mixed) is None
    assert own_evidence(recipes, own(recipes, data="synthetic")).data == "synthetic"
    both = own_evidence(recipes, own(recipes, data="synthetic") + own(recipes))
    assert both.data == "fashion-mnist"


def test_the_newest_run_of_a_seed_counts():
    recipes = ("step",)
    old = own(recipes, seeds=(9125,))
    new = [replace(old[0], name="New", created=1e9)]
    for order in (old + new, new + old):
        found = own_evidence(recipes, order)
        assert [result.name for result in found.results["step"]] == ["New"]


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": ()},
        {"epochs": recorded()[0].epochs[:3]},
        {"epochs": tuple(replace(e, val_accuracy=float("nan")) for e in recorded()[-1].epochs)},
        {"epochs": tuple(replace(e, lr=float("nan")) for e in recorded()[-1].epochs)},
    ],
    ids=["none", "few", "no accuracy", "no rate"],
)
def test_a_run_from_a_file_that_lacks_something_is_no_evidence(change):
    recipes = ("step",)
    broken = [replace(run, **change) for run in own(recipes)]
    assert evidence(recipes, broken).source == "recorded"


def test_a_loss_of_zero_is_no_reason_to_fail():
    lesson = BY_ID["step"]
    found = evidence(lesson.recipes, [])
    zero = {
        recipe: tuple(replace(r, epochs=tuple(replace(e, loss=0.0) for e in r.epochs)) for r in results)
        for recipe, results in found.results.items()
    }
    assert lesson.question.answer(Evidence(zero)).sentence
