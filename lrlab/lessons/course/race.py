"""All schedules of the article, raced under several seeds."""

from lrlab.lessons.lesson import Lesson, apart, best, by_seed, concluding, learned_most, ranking
from lrlab.lessons.recipes import HAND_SET

RACE = Lesson(
    "race",
    "A race of all schedules",
    """
Now the schedules race as the article codes them. They start from the same weights, and see the same images
in the same order. Then the race is repeated with other seeds. A seed sets the initial weights and the order
of the batches, so two seeds of one schedule differ only by luck. A difference between schedules counts only
if luck does not explain it. The rule here: a winner needs three seeds per lane, and must be better than each
other lane by more than luck would explain in 19 of 20 races, compared seed by seed.

Validation loss and accuracy are two different questions. Accuracy only counts how often the class that the
network ranks first is right. Loss also measures its confidence: a confident mistake costs much. Decide which
of them you mean by "best" *before* you see who wins.
""",
    HAND_SET,
    best("Which schedule ends with the lowest validation loss?", HAND_SET, "val_loss"),
    concluding(
        by_seed("val_loss", *HAND_SET),
        apart("val_loss", *HAND_SET),
        ranking("val_accuracy", *HAND_SET),
        by_seed("val_accuracy", *HAND_SET),
        apart("val_accuracy", *HAND_SET),
        learned_most(*HAND_SET),
    ),
    log_rate=True,
)
