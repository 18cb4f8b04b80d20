"""Exponential decay, and when it stops learning."""

from lrlab.lessons.lesson import Lesson, best, by_heart, concluding, ends, ranking, rate_after
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import ExponentialDecay
from lrlab.summary import summary

SPEEDS = ("exponential-slow", "exponential", "exponential-fast")


def _half(recipe):
    return f"{summary(RECIPES[recipe][1].plan).half_life:g}"


EXPONENTIAL = Lesson(
    "exponential",
    "Exponential decay: when to stop learning",
    rf"""
Exponential decay takes the same share of what is left in every epoch:

$${ExponentialDecay.latex}$$

The article has $\eta_0 = 0.5$ and $k = 0.1$: half of the rate is gone within {_half("exponential")} epochs,
and half of the rest in as many again. With $k = 0.02$ that takes {_half("exponential-slow")} epochs. With
$k = 0.5$ it takes {_half("exponential-fast")}, and after 20 epochs the rate is
{rate_after("exponential-fast", 20)}: too small to change anything.

So $k$ decides when learning ends. Too early, and the network has not learned what it could. Too late, and it
has time to learn its training images by heart, growing surer of its mistakes. The first shows in accuracy,
the second in validation loss. Watch both.
""",
    SPEEDS,
    best("Which ends with the highest validation accuracy?", SPEEDS, "val_accuracy"),
    concluding(
        ends("loss", *SPEEDS),
        ranking("val_loss", *SPEEDS),
        by_heart("exponential-slow", "exponential"),
        by_heart("exponential", "exponential-fast"),
    ),
    log_rate=True,
    panel="val_accuracy",
)
