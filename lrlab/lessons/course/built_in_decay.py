"""Keras's built-in decay, which counts updates, not epochs."""

import math

from lrlab import article
from lrlab.lessons.lesson import Answer, Lesson, Question, by_heart, concluding, pair, rate_after
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import TimeBasedDecay

COUNTED = ("keras-decay", "keras-decay-epochs")


def _second_epoch(found):
    begun = [run.epochs[1].lr for run in found.results["keras-decay"] if len(run.epochs) > 1]
    if not begun:
        return Answer(None, "No run reached its second epoch.")
    options = [RECIPES[recipe][1].plan.epoch_rates()[1] for recipe in reversed(COUNTED)]
    options.append(RECIPES["keras-decay"][1].plan.epoch_rates()[0])
    near = [at for at, option in enumerate(options) if math.isclose(begun[0], option, rel_tol=1e-3)]
    return Answer(
        near[0] if near else None,
        f"The optimizer that counts updates had a rate of {begun[0]:.3g} when the second epoch began.",
    )


def _last_rates(found):
    lasts = [runs[0].epochs[-1].lr_end for runs in map(found.results.get, COUNTED) if runs and runs[0].epochs]
    if len(lasts) < len(COUNTED):
        return ""
    return f"The last update had a rate of {lasts[0]:.3g}. If t counts epochs, it had {lasts[1]:.3g}."


BUILT_IN = Lesson(
    "built-in-decay",
    f"The built-in decay: {rate_after('keras-decay-epochs', 1)} or {rate_after('keras-decay', 1)}?",
    rf"""
Keras 2 had a built-in schedule. `SGD(learning_rate=0.1, decay=0.01)` applies

$${TimeBasedDecay.latex}$$

with $k = 0.01$. The formula is simple, but what does $t$ count? If it counts epochs, this is a slow decay
over the whole run. But an optimizer does not know about epochs. It counts its own updates, and an epoch has
{article.STEPS_PER_EPOCH} of them.

The same formula is trained here under both clocks. If you write `decay=` today, there is another surprise:
Keras 3 ignores it, prints a warning, and trains at the initial rate to the end. So look at the rate that
the optimizer *applied*, not at the rate that you intended. It is recorded in every epoch.
""",
    COUNTED,
    Question(
        "At which rate does the second epoch begin in Keras 2?",
        (
            f"{rate_after('keras-decay-epochs', 1)}, because one unit of time has passed",
            f"{rate_after('keras-decay', 1)}, because {article.STEPS_PER_EPOCH} units have passed",
            f"{rate_after('keras-decay', 0)}, because nothing changes within an epoch",
        ),
        _second_epoch,
    ),
    concluding(
        _last_rates,
        pair("loss", *COUNTED),
        pair("val_loss", *COUNTED),
        pair("val_accuracy", *COUNTED),
        by_heart(*COUNTED),
    ),
    log_rate=True,
    panel="lr",
)
