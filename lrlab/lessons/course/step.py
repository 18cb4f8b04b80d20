"""Step decay, and what a drop does."""

from itertools import pairwise
from statistics import median

from lrlab.lessons.evidence import lived
from lrlab.lessons.lesson import Answer, Lesson, Question, by_heart, concluding, pair, rate_after, unanimous
from lrlab.schedules import StepDecay

STANDS_OUT = 2  # so many times as steep as elsewhere, and a fall does
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
        return Answer(None, "No seed lived to see a drop.")
    options = [0 if drop > 0 else 1 if drop < STANDS_OUT * min(usual, 0) else 2 for drop, usual in seen]
    drop, usual = (median(changes) for changes in zip(*seen, strict=True))
    return Answer(
        unanimous(options),
        f"In an epoch that begins with half the rate, the training loss changes by {drop:+.1%}, in any other "
        f"by {usual:+.1%} (medians).",
    )


STEP = Lesson(
    "step",
    "Step decay: what a drop does",
    rf"""
Step decay holds the rate for $s$ epochs and then multiplies it by $d$:

$${StepDecay.latex}$$

The article drops to 0.8 of the rate every 10 epochs, from 0.5 on; the second lane halves it. In the last
epoch that is {rate_after("step", -1)} against {rate_after("step-half", -1)}. This is the oldest way to
schedule: train until the curve goes flat, drop, train on.

A staircase shows what smooth curves hide. While the rate stays, the loss nears a level that goes with it,
because steps of that length keep jumping from one wall of the valley to the other. Look closely at the
training loss after 10, 20 and 30 epochs. Then see how far down each lane comes, and what that is worth on
images it has not seen.
""",
    DROPS,
    Question(
        "What does the training loss do in an epoch that begins with half the rate?",
        (
            "It rises: the network has to get used to the new rate",
            "It falls much faster than in the other epochs",
            "Nothing special: only its slope is gentler from then on",
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
