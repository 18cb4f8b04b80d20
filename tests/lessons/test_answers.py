"""The right answer is read from numbers: for every option of every question there are some that give it."""

import math
from dataclasses import replace

import pytest

from lrlab.lessons.course import LESSONS
from lrlab.lessons.course.adam import BESIDE_ADAM
from lrlab.lessons.course.beyond import LATER
from lrlab.lessons.course.exponential import SPEEDS
from lrlab.lessons.evidence import Evidence, evidence
from lrlab.lessons.lesson import PANELS, apart, by_heart, by_seed, learned_most
from lrlab.lessons.recipes import HAND_SET
from tests.lessons.test_evidence import lane, run
from tests.lessons.test_swept import sweep

BY_ID = {lesson.id: lesson for lesson in LESSONS}
CASES = []


def case(lesson, option, **lanes):
    """Evidence by recipe, underscores for hyphens, and the option that it makes right."""
    lanes = {recipe.replace("_", "-"): results for recipe, results in lanes.items()}
    CASES.append(pytest.param(lesson, option, Evidence(lanes), id=f"{lesson}-{option}-{len(CASES)}"))


def accurate(recipe, *ends):
    return tuple(run(recipe, seed, accuracy=end) for seed, end in enumerate(ends))


def field(recipes, winner=None, seeds=3, measure="end"):
    """Lanes that end alike, but for a winner."""
    values = {True: 0.1, False: 0.5} if measure == "end" else {True: 0.95, False: 0.8}
    return {
        recipe: tuple(
            run(recipe, seed, **{measure: values[recipe == winner] + seed / 1000}) for seed in range(seeds)
        )
        for recipe in recipes
    }


def curve(recipe, losses, seed=1, **changes):
    return run(recipe, seed, losses=losses, **changes)


# A rate of 1: the lowest loss, a higher one, nothing learned, seeds that differ
for option, large in (
    (0, lane("too-large", 0.1, 0.11, 0.1)),
    (1, lane("too-large", 0.8, 0.81, 0.8)),
    (2, lane("too-large", None, None, None)),
    (2, accurate("too-large", 0.1, 0.1, 0.1)),
    (None, (*lane("too-large", 0.1), run("too-large", 5, accuracy=0.1))),
    (None, lane("too-large", 0.1)),
):
    case(
        "learning-rate",
        option,
        too_small=lane("too-small", 1.5, 1.6, 1.5),
        good=lane("good", 0.3, 0.31, 0.3),
        too_large=large,
    )

# Test accuracy with more images
for option, more in ((0, (0.9, 0.91, 0.9)), (1, (0.79, 0.91, 0.79)), (2, (0.7, 0.71, 0.7)), (None, (0.9,))):
    runs = accurate("constant-more", *more)
    case("constant", option, constant_more=runs, constant=accurate("constant", 0.8, 0.81, 0.8))

# The rate that the second epoch began with
for option, source in ((0, "keras-decay-epochs"), (1, "keras-decay"), (None, "time-based")):
    case("built-in-decay", option, keras_decay=lane(source, 0.5), keras_decay_epochs=lane(source, 0.5))
case("built-in-decay", 2, keras_decay=lane("constant-high", 0.5), keras_decay_epochs=lane("step", 0.5))
case("built-in-decay", None, keras_decay=lane("keras-decay", None), keras_decay_epochs=lane("step", 0.5))


def lowest_at(epoch, seed):
    """A linear run whose validation loss is lowest in that epoch."""
    made = curve("polynomial", [1 / (n + 1) for n in range(100)], seed)
    epochs = tuple(replace(e, val_loss=0.4 + abs(e.epoch - epoch) / 100) for e in made.epochs)
    return replace(made, epochs=epochs)


for option, epochs in ((0, (10, 20)), (1, (40, 50)), (2, (99, 90)), (None, (10, 90))):
    others = {recipe: lane(recipe, 0.5, 0.6) for recipe in ("polynomial-sqrt", "polynomial-square")}
    case("polynomial", option, polynomial=tuple(map(lowest_at, epochs, (1, 2))), **others)

STOPS = [1 - 0.9 * min(n, 38) / 38 for n in range(100)]
FALLS = [1 - 0.9 * n / 100 for n in range(100)]
LOST = [*FALLS[:50], math.inf]
for option, curves in ((0, (STOPS, STOPS)), (1, (FALLS, FALLS)), (None, (STOPS, FALLS)), (2, (FALLS, LOST))):
    case(
        "time-based",
        option,
        time_based=tuple(
            curve("time-based", c, n, status="diverged" if c is LOST else "completed")
            for n, c in enumerate(curves)
        ),
        compounding=lane("compounding", 0.4, 0.41, 0.4),
    )

for option, winner in (*enumerate(SPEEDS), (3, None)):
    case("exponential", option, **field(SPEEDS, winner, measure="accuracy"))
case("exponential", None, **field(SPEEDS, SPEEDS[0], 1, "accuracy"))


def staircase(at_drop, elsewhere, seed):
    """A run that halves its rate every 10 epochs; its training loss changes by these factors."""
    losses = [1.0]
    for epoch in range(1, 100):
        losses.append(losses[-1] * (at_drop if epoch % 10 == 0 else elsewhere))
    return curve("step-half", losses, seed)


for option, factors in (
    (0, [(1.1, 0.99)] * 2),
    (1, [(0.8, 0.99)] * 2),
    (2, [(0.985, 0.99)] * 2),
    (None, [(1.1, 0.99), (0.8, 0.99)]),
):
    halved = tuple(staircase(*pair, seed) for seed, pair in enumerate(factors))
    case("step", option, step=lane("step", 0.5, 0.51, 0.5), step_half=halved)

for option, winner in (*enumerate(HAND_SET), (6, None)):
    case("race", option, **field(HAND_SET, winner))
case("race", None, **field(HAND_SET, HAND_SET[0], 1))

for option, ends in ((0, (0.1, 0.11, 0.1)), (1, (0.3, 0.31, 0.3)), (2, (0.9, 0.91, 0.9)), (None, (0.9,))):
    rivals = field(BESIDE_ADAM)
    rivals["step"] = lane("step", 0.2, 0.21, 0.2)
    case("adam", option, adam=lane("adam", *ends), **rivals)

for option, ends in ((0, (0.1, 0.11, 0.1)), (1, (0.45, 0.55, 0.45)), (2, (0.9, 0.91, 0.9)), (None, (0.1,))):
    case("beyond", option, **field(LATER) | {"warmup-cosine": lane("warmup-cosine", *ends)})

# What makes the differences: the rate, the shape, both together; one peak rate, or no sweep at all
for option, losses in (
    (0, {"Constant": (0.9, 0.5), "Step": (0.91, 0.51)}),
    (1, {"Constant": (0.9, 0.91), "Step": (0.5, 0.51)}),
    (2, {"Constant": (0.5, 0.9), "Step": (0.9, 0.5)}),
    (None, {"Constant": (0.9,), "Step": (0.5,)}),
    (None, {"Constant": (None, None), "Step": (None, None)}),
):
    found = Evidence({}, sweep=sweep(losses))
    CASES.append(pytest.param("shape-or-rate", option, found, id=f"shape-or-rate-{option}-{len(CASES)}"))
case("shape-or-rate", None)


@pytest.mark.parametrize(("lesson", "option", "found"), CASES)
def test_an_answer_follows_from_its_numbers(lesson, option, found):
    lesson = BY_ID[lesson]
    assert set(found.results) == set(lesson.recipes)
    answer = lesson.question.answer(found)
    assert answer.option == option, answer.sentence
    assert "nan" not in answer.sentence + lesson.conclusion(found)


def test_every_option_of_every_question_can_be_right_and_can_be_open():
    seen = {(given.values[0], given.values[1]) for given in CASES}
    for lesson in LESSONS:
        assert {(lesson.id, option) for option in range(len(lesson.question.options))} <= seen
        assert (lesson.id, None) in seen


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_text_is_short_and_a_conclusion_adds_to_the_answer(lesson):
    assert 80 <= len(lesson.text.split()) <= 150
    assert lesson.text.count("$") % 2 == 0
    assert lesson.panel in PANELS
    assert not any(option.endswith(".") for option in lesson.question.options)
    found = evidence(lesson.recipes, [])
    assert lesson.question.answer(found).sentence not in lesson.conclusion(found)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_no_results_at_all_are_no_reason_to_fail(lesson):
    nothing = Evidence(dict.fromkeys(lesson.recipes, ()))
    assert lesson.question.answer(nothing).option is None
    assert "nan" not in lesson.conclusion(nothing)


def learned(recipe, loss, end, accuracy):
    return tuple(
        run(recipe, n, end + n / 1000, accuracy + n / 1000, (2.0, loss + n / 1000)) for n in range(3)
    )


@pytest.mark.parametrize(
    ("end", "accuracy", "words"),
    [
        (0.9, 0.8, "but its validation loss is higher, and its accuracy is not clearly higher."),
        (0.9, 0.7, "but its validation loss is higher, and its accuracy is lower."),
        (0.9, 0.9, "is higher: it is more confident in its mistakes."),
        (0.3, 0.8, "and it is also better on images that it has not seen."),
        (0.5, 0.8, ""),
    ],
)
def test_what_more_learning_is_worth(end, accuracy, words):
    found = Evidence(
        {"step": learned("step", 0.01, end, accuracy), "step-half": learned("step-half", 0.2, 0.5, 0.8)}
    )
    assert by_heart("step", "step-half")(found).endswith(words)
    assert by_heart("step-half", "step")(found) == by_heart("step", "step-half")(found)
    assert "Step learned its training images best" in learned_most("step", "step-half")(found)


def test_each_seed_alone_names_a_winner_of_its_own():
    found = Evidence({"step": lane("step", 0.3, 0.5, 0.3), "constant": lane("constant", 0.4, 0.4, 0.4)})
    sentence = by_seed("val_loss", "step", "constant")(found)
    assert sentence == (
        "Seed by seed, the lowest final validation loss belongs to Step in 2, Constant in 1 of 3 seeds."
    )
    assert "differ by up to 0.1 in final validation loss" in apart("val_loss", "step", "constant")(found)
    alone = Evidence({"step": lane("step", 0.3), "constant": lane("constant", 0.4)})
    assert (
        by_seed("val_loss", "step", "constant")(alone) == apart("val_loss", "step", "constant")(alone) == ""
    )
