"""All schedules of the article, raced under several seeds."""

from lrlab.lessons.lesson import Lesson, apart, best, by_seed, concluding, learned_most, ranking
from lrlab.lessons.recipes import HAND_SET

RACE = Lesson(
    "race",
    "All of them, raced",
    """
Now the schedules start together, as the article's code has them: from the same weights, with the same images
in the same order. Then the race is run again from other seeds. A seed sets the first weights and the order
of the batches, so one schedule under two seeds differs by luck alone. A difference between schedules counts
where luck does not explain it. The rule here: a winner is named from three seeds a lane on, and only where
no seed of any other lane reaches one of its own.

Validation loss and accuracy are two questions. Accuracy asks which class the network puts first. Loss asks
for its confidence too: whoever is sure of a mistake pays dearly. Decide which of them you mean by "best"
*before* you see who wins.
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
