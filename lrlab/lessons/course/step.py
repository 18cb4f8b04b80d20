"""Step decay, and what a drop does."""

from itertools import pairwise
from statistics import median

from lrlab.lessons.evidence import lived
from lrlab.lessons.lesson import Answer, Lesson, Question, by_heart, concluding, pair, rate_after, unanimous
from lrlab.schedules import StepDecay

STANDS_OUT = 2  # a fall stands out if it is this many times as steep as in other epochs
DROPS = ("step", "step-half")


def _changes(run):
    """The median changes of training loss, as shares: in epochs whose rate dropped, and in all others."""
    changes = {True: [], False: []}
    for before, after in pairwise(lived(run)):
        if before.loss:
            changes[after.lr < before.lr].append(after.loss / before.loss - 1)
    return (median(changes[True]), median(changes[False])) if all(changes.values()) else None


def _at_a_drop(found):
    seen = [changes for run in found.results["step-half"] if (changes := _changes(run))]
    if not seen:
        return Answer(None, "No seed reached a drop.")
    options = [0 if drop > 0 else 1 if drop < STANDS_OUT * min(usual, 0) else 2 for drop, usual in seen]
    drop, usual = (median(changes) for changes in zip(*seen, strict=True))
    return Answer(
        unanimous(options),
        f"In an epoch that begins with half the rate, the training loss changes by {drop:+.1%}. In all other "
        f"epochs it changes by {usual:+.1%} (medians).",
    )


STEP = Lesson(
    "step",
    "Step decay: what a drop does",
    rf"""
Step decay keeps the rate constant for $s$ epochs and then multiplies it by $d$:

$${StepDecay.latex}$$

The article begins at 0.5 and multiplies the rate by 0.8 every 10 epochs. The second lane halves it every 10
epochs. In the last epoch the rates are {rate_after("step", -1)} and {rate_after("step-half", -1)}. This is
the oldest kind of schedule: train until the curve is flat, lower the rate, and continue.

Step decay shows an effect that smooth schedules hide. While the rate is constant, the loss approaches a
level that depends on the rate: steps of this length jump from one side of the valley to the other. Look
closely at the training loss after 10, 20 and 30 epochs. Then see how low each lane gets, and whether this
also helps on images that it has not seen.
""",
    DROPS,
    Question(
        "What does the training loss do in an epoch that begins with half the rate?",
        (
            "It rises: the network has to get used to the new rate",
            "It falls much faster than in the other epochs",
            "Nothing special: it only falls more slowly from then on",
        ),
        _at_a_drop,
    ),
    concluding(
        pair("loss", *DROPS),
        pair("val_loss", *DROPS),
        pair("val_accuracy", *DROPS),
        by_heart(*DROPS),
    ),
    panel="loss",
)
