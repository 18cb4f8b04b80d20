"""Lessons, and the functions that compute their answers and conclusions from evidence."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lrlab.analysis import MEASURES
from lrlab.lessons.evidence import Evidence, end_text, judged, name, several, standing, versus, writer
from lrlab.lessons.recipes import RECIPES

PANELS = ("val_loss", "val_accuracy", "loss", "lr")
NOBODY = "None of them: the seeds do not agree"


@dataclass(frozen=True)
class Answer:
    """The number of the right option (None if the numbers do not decide), and a sentence with the numbers."""

    option: int | None
    sentence: str


@dataclass(frozen=True)
class Question:
    """A question that comes before the result; its right answer is computed from evidence."""

    text: str
    options: tuple[str, ...]
    answer: Callable[[Evidence], Answer]


@dataclass(frozen=True)
class Lesson:
    """A lesson: text as Markdown with LaTeX between dollar signs, a question, and a conclusion.

    `recipes` are drawn on the live figure and trained; a lesson without any is about the recorded sweep.
    `conclusion` turns evidence on them into Markdown.
    `caution` is a sentence on what cannot be compared here. `panel` is the measure to look at, one of
    PANELS. With `is_drawn`, the reader can draw the curves of this loss before seeing the measured ones.
    """

    id: str
    title: str
    text: str
    recipes: tuple[str, ...]
    question: Question
    conclusion: Callable[[Evidence], str]
    caution: str = ""
    log_rate: bool = False
    panel: str = "val_loss"
    is_drawn: bool = False


def rate_after(recipe: str, epochs: int) -> str:
    """The rate of a recipe after so many epochs, from its plan."""
    return f"{RECIPES[recipe][1].plan.epoch_rates()[epochs]:.3g}"


def best(text: str, recipes: tuple[str, ...], measure: str) -> Question:
    """Ask which recipe ends best; the last option is that none of them does."""

    def answer(found):
        verdict = judged(found, recipes, measure)
        names = [name(recipe) for recipe in recipes]
        if verdict.winner:
            return Answer(names.index(verdict.winner), verdict.sentence)
        return Answer(len(names) if several(found, recipes) else None, verdict.sentence)

    return Question(text, (*map(name, recipes), NOBODY), answer)


def duel(text: str, options: tuple[str, str, str], first: str, second: str, measure: str) -> Question:
    """Ask whether the first recipe ends ahead of the second, level with it, or behind: in this order."""

    def answer(found):
        sign, sentence = versus(found, first, second, measure)
        decided = sign or several(found, (first, second))
        return Answer(1 - sign if decided else None, sentence)

    return Question(text, options, answer)


def unanimous(options: list[int | None]) -> int | None:
    """The option that all seeds agree on, of at least two; None if they disagree or one is undecided."""
    return options[0] if len(options) > 1 and len(set(options)) == 1 else None


def concluding(*parts: Callable[[Evidence], str]) -> Callable[[Evidence], str]:
    """A conclusion of several sentences, each a paragraph of its own."""
    return lambda found: "\n\n".join(sentence for part in parts if (sentence := part(found)))


def ranking(measure: str, *recipes: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: which recipe ended best, if any did."""
    title = MEASURES[measure].removeprefix("final ").capitalize()
    return lambda found: f"**{title}.** {judged(found, recipes, measure).sentence}"


def pair(measure: str, first: str, second: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: how two recipes compare."""
    return lambda found: versus(found, first, second, measure).sentence


def ends(measure: str, *recipes: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: what each recipe ended with."""

    def part(found):
        lanes = [standing(found, recipe, measure) for recipe in recipes]
        write = writer(measure, [lane.mean for lane in lanes])
        texts = ", ".join(f"{lane.name} {end_text(lane, write)}" for lane in lanes)
        return f"The {MEASURES[measure]}: {texts}."

    return part


def by_seed(measure: str, *recipes: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: the best recipe in each seed that every recipe has."""

    def part(found):
        wins = Counter(_winners(found, recipes, measure))
        count = sum(wins.values())
        if count < 2:
            return ""
        names = [f"{lane} in {wins[lane]}" for lane in sorted(wins, key=lambda lane: -wins[lane])]
        what = "highest" if measure.endswith("accuracy") else "lowest"
        return f"Seed by seed, the {what} {MEASURES[measure]} belongs to {', '.join(names)} of {count} seeds."

    return part


def learned_most(*recipes: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: the recipe with the lowest training loss, and its rank in validation loss."""

    def part(found):
        lanes = [recipe for recipe in recipes if standing(found, recipe, "loss").finished]
        if len(lanes) < 2:
            return ""
        loss, val_loss = (
            {recipe: standing(found, recipe, measure).mean for recipe in lanes}
            for measure in ("loss", "val_loss")
        )
        most = min(lanes, key=loss.get)
        place = sorted(val_loss.values()).index(val_loss[most]) + 1
        rank = {1: "the lowest", len(lanes): "the highest"}.get(place)
        rank = f"{rank} of {len(lanes)}" if rank else f"number {place} of {len(lanes)}, from the lowest up"
        return (
            f"{name(most)} learned its training images best: its training loss is {loss[most]:.3g}. Its "
            f"validation loss, {val_loss[most]:.3g}, is {rank}."
        )

    return part


def by_heart(first: str, second: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: whether the recipe with less training loss is also better on other images."""

    def part(found):
        loss, val_loss, accuracy = (
            versus(found, first, second, measure).sign for measure in ("loss", "val_loss", "val_accuracy")
        )
        if not loss or not val_loss:
            return ""
        more, less = (name(recipe) for recipe in ((first, second) if loss > 0 else (second, first)))
        if loss == val_loss:
            return f"{more} learned more than {less}, and it is also better on images that it has not seen."
        if accuracy == loss:
            return (
                f"{more} classifies more unseen images correctly than {less}, but its validation loss is "
                "higher: it is more confident in its mistakes."
            )
        gain = "its accuracy is not clearly higher" if not accuracy else "its accuracy is lower"
        return (
            f"{more} memorized more of its training images than {less}: its training loss is lower, but its "
            f"validation loss is higher, and {gain}."
        )

    return part


def spread(found: Evidence, recipes: Sequence[str], measure: str) -> tuple[float, float]:
    """The range of the recipes' medians, and the widest range of the seeds of one recipe."""
    lanes = [lane for recipe in recipes if (lane := standing(found, recipe, measure)).finished]
    medians = [lane.median for lane in lanes]
    return max(medians) - min(medians), max(lane.high - lane.low for lane in lanes)


def apart(measure: str, *recipes: str) -> Callable[[Evidence], str]:
    """A part of a conclusion: whether recipes differ by more than seeds do."""

    def part(found):
        if not several(found, recipes):
            return ""
        between, within = spread(found, recipes, measure)
        return (
            f"The medians of the {len(recipes)} lanes differ by up to {amount(measure, between)} in "
            f"{MEASURES[measure]}. The seeds of one lane differ by up to {amount(measure, within)}."
        )

    return part


def amount(measure: str, difference: float) -> str:
    """A difference in a measure; of accuracies, in percentage points."""
    return (
        f"{100 * difference:.2f} percentage points" if measure.endswith("accuracy") else f"{difference:.3g}"
    )


def _winners(found, recipes, measure):
    """The best lane of each seed that every recipe has finished."""
    lanes = [
        {result.spec.seed: result for result in found.results[recipe] if result.status == "completed"}
        for recipe in recipes
    ]
    sign = -1 if measure.endswith("accuracy") else 1
    for seed in sorted(set.intersection(*map(set, lanes))):
        at = min(range(len(lanes)), key=lambda at: sign * getattr(lanes[at][seed].epochs[-1], measure))
        yield name(recipes[at])
