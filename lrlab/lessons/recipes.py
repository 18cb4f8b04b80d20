"""The recipes that the lessons train, by their ids, each with a name for charts."""

from lrlab import article
from lrlab.optimizers import Adam
from lrlab.runs.spec import RunSpec
from lrlab.schedules import (
    Constant,
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
    Warmup,
    WarmupStableDecay,
)

_ARTICLE = {curve.id: (curve.name, RunSpec(curve.schedule, clock=curve.clock)) for curve in article.CURVES}
_SHORT = 20

RECIPES: dict[str, tuple[str, RunSpec]] = {
    "too-small": ("Rate 0.0001", RunSpec(Constant(0.0001), epochs=_SHORT)),
    "good": ("Rate 0.1", RunSpec(Constant(0.1), epochs=_SHORT)),
    "too-large": ("Rate 1", RunSpec(Constant(1.0), epochs=_SHORT)),
    **_ARTICLE,
    # A fifth of these is for validation: 20,000 images are for training, as in the article's baseline.
    "constant-more": ("Constant, 20,000 images", RunSpec(Constant(0.01), train_images=25_000)),
    "keras-decay-epochs": ("Time-based 0.01, each epoch", RunSpec(TimeBasedDecay(0.1, 0.01))),
    "polynomial-sqrt": ("Polynomial, power 0.5", RunSpec(PolynomialDecay(0.5, 0.5))),
    "polynomial-square": ("Polynomial, power 2", RunSpec(PolynomialDecay(0.5, 2.0))),
    "exponential-slow": ("Exponential, k = 0.02", RunSpec(ExponentialDecay(0.5, 0.02))),
    "exponential-fast": ("Exponential, k = 0.5", RunSpec(ExponentialDecay(0.5, 0.5))),
    "step-half": ("Step, halved every 10", RunSpec(StepDecay(0.5, 0.5, 10))),
    "adam": ("Adam", RunSpec(Constant(0.001), optimizer=Adam())),
    "adam-exponential": ("Adam, exponential", RunSpec(ExponentialDecay(0.001, 0.05), optimizer=Adam())),
    "constant-high": ("Constant 0.1", RunSpec(Constant(0.1))),
    "cosine": ("Cosine", RunSpec(CosineDecay(0.1))),
    "warmup-cosine": ("Warm-up and cosine", RunSpec(Warmup(CosineDecay(0.1), 5), clock="smooth")),
    "one-cycle": ("One-cycle", RunSpec(OneCycle(0.1), clock="smooth")),
    "wsd": ("WSD", RunSpec(WarmupStableDecay(0.1, 5, 20), clock="smooth")),
}
# The lanes of the race are recorded with more seeds than the others.
RACED = ("constant", "keras-decay", "polynomial", "compounding", "exponential", "step", "adam")
HAND_SET = tuple(recipe for recipe in RACED if recipe != "adam")
SEEDS, RACED_SEEDS = 3, 5


def seeds(recipe: str) -> tuple[int, ...]:
    """The recorded seeds of a recipe; the first is the article's seed."""
    return tuple(range(article.SEED, article.SEED + (RACED_SEEDS if recipe in RACED else SEEDS)))
