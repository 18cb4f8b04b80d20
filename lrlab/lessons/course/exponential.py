"""Exponential decay, and when it stops learning."""

from lrlab.lessons.lesson import Lesson, best, by_heart, concluding, ends, ranking, rate_after
from lrlab.lessons.recipes import RECIPES
from lrlab.runs.summary import summary
from lrlab.schedules import ExponentialDecay

SPEEDS = ("exponential-slow", "exponential", "exponential-fast")


def _half(recipe):
    return f"{summary(RECIPES[recipe][1].plan).half_life:g}"


EXPONENTIAL = Lesson(
    "exponential",
    "Exponential decay: when to stop learning",
    rf"""
Exponential decay removes the same share of the rate in every epoch:

$${ExponentialDecay.latex}$$

The article uses $\eta_0 = 0.5$ and $k = 0.1$: the rate falls to half within {_half("exponential")} epochs,
and to a quarter within twice as many. With $k = 0.02$ it falls to half within {_half("exponential-slow")}
epochs. With $k = 0.5$ it needs only {_half("exponential-fast")}, and after 20 epochs the rate is
{rate_after("exponential-fast", 20)}: too small to change anything.

So $k$ decides when learning ends. If it ends too early, the network has not learned as much as it could:
accuracy shows this. If it ends too late, the network has time to memorize its training images, and becomes
more confident in its mistakes: validation loss shows this. Watch both.
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
