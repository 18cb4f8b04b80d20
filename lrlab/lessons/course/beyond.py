"""Schedules that came after the article: warm-up, cosine, one-cycle, WSD."""

from lrlab.lessons.lesson import Lesson, by_heart, concluding, duel, learned_most, ranking
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import CosineDecay

LATER = ("constant-high", "cosine", "warmup-cosine", "one-cycle", "wsd")
ONE_CYCLE = RECIPES["one-cycle"][1].plan

BEYOND = Lesson(
    "beyond",
    "Beyond the article: warm-up, cosine, one-cycle, WSD",
    rf"""
The article covers only decays. Today other schedules are common, too. Here the highest rate of each is 0.1.
*Cosine* stays high for long, then falls, and changes only slowly at the end:

$${CosineDecay.latex}$$

A *warm-up* raises the rate linearly over the first 5 epochs, because the gradients of random weights are not
reliable. *One-cycle* rises and falls once, and ends far below its initial rate, at
{ONE_CYCLE.at(ONE_CYCLE.steps - 1):.1g}. *WSD* (warm-up, stable, decay) keeps the rate constant and
lowers it only in the last 20 epochs, so that you can decide late how long to train.

These schedules are useful for deep networks and large batches, where a bad start can ruin a run of several
days. Do they also help a network of three dense layers? A constant rate of 0.1 trains beside them.
""",
    LATER,
    duel(
        "Does the warm-up before the cosine lower the final validation loss?",
        (
            "Yes: every seed with it ends below every seed without it",
            "It makes no difference that these seeds can show",
            "No, it raises the loss: the full rate comes five epochs later",
        ),
        "warmup-cosine",
        "cosine",
        "val_loss",
    ),
    concluding(
        ranking("val_loss", *LATER),
        ranking("val_accuracy", *LATER),
        by_heart("constant-high", "cosine"),
        learned_most(*LATER),
    ),
)
