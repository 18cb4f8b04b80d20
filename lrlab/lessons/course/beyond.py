"""Schedules that came after the article: warm-up, cosine, one-cycle, WSD."""

from lrlab.lessons.lesson import Lesson, by_heart, concluding, duel, learned_most, ranking
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import CosineDecay

LATER = ("constant-high", "cosine", "warmup-cosine", "one-cycle", "wsd")

BEYOND = Lesson(
    "beyond",
    "Beyond the article: warm-up, cosine, one-cycle, WSD",
    rf"""
The article stops at decays. In common use today are others; here each has 0.1 as its highest rate. *Cosine*
stays high for long, falls, and arrives softly:

$${CosineDecay.latex}$$

A *warm-up* raises the rate evenly over the first 5 epochs, because the gradients of random weights are a poor
guide. *One-cycle* goes up and down once and ends far below its start, at
{RECIPES["one-cycle"][1].plan.rates()[-1]:.1g}. *WSD* (warm-up, stable, decay) holds the rate and falls in the
last 20 epochs only, so that one may decide late how long to train.

They earn their keep in deep networks and large batches, where a bad start can spoil a run of days. Whether
they help three dense layers is another question. A constant 0.1 runs beside them.
""",
    LATER,
    duel(
        "Does the warm-up before the cosine lower the final validation loss?",
        (
            "Yes: every seed with it ends below every seed without",
            "It makes no difference that these seeds can show",
            "No, it raises the loss: full rate comes five epochs later",
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
