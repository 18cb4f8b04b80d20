"""Adam beside the schedules."""

from lrlab.lessons.evidence import end_text, several, signs, standing
from lrlab.lessons.lesson import Answer, Lesson, Question, concluding, learned_most, pair, ranking
from lrlab.lessons.recipes import HAND_SET, RACED

BESIDE_ADAM = (*HAND_SET, "adam-exponential")


def _place_of_adam(found):
    end = end_text(standing(found, "adam", "val_loss"))
    ends = f"Adam at a constant rate ends with a validation loss of {end}."
    if not several(found, ["adam"]):
        return Answer(None, f"{ends} At least three seeds are needed to decide.")
    sides = [*signs(found, "adam", BESIDE_ADAM, "val_loss").values()]
    ahead, behind = sides.count(1), sides.count(-1)
    known = {(len(sides), 0): 0, (0, len(sides)): 2}
    words = {0: "none", len(sides): f"all {len(sides)}"}
    return Answer(
        1 if ahead and behind else known.get((ahead, behind)),
        f"{ends} Beyond chance, it is ahead of {words.get(ahead, ahead)} of the other lanes, and behind "
        f"{words.get(behind, behind)}.",
    )


ADAM = Lesson(
    "adam",
    "Adam compared with the schedules",
    r"""
Adam keeps running means of each weight's gradient, $\hat m$, and of its square, $\hat v$. Its update is

$$w \leftarrow w - \eta \, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$

However steep the slope is, one update hardly moves a weight further than $\eta$. So $\eta$ does not mean the
same as in SGD: Adam's 0.001 is a distance, but SGD's 0.5 is a factor. You cannot compare the two numbers.

Many people say that an adaptive optimizer needs no schedule. Two lanes test this: Adam with Keras's default
rate for the whole run, and Adam with a rate that decays exponentially, $k = 0.05$. The article's SGD lanes
train beside them. Look at loss and accuracy separately, and see which lane learns the training images best.
""",
    (*RACED, "adam-exponential"),
    Question(
        "Where does Adam at its constant rate end in validation loss?",
        (
            "Ahead of all other lanes, because it adapts",
            "Ahead of some and behind others",
            "Behind all other lanes",
        ),
        _place_of_adam,
    ),
    concluding(
        ranking("val_accuracy", *RACED, "adam-exponential"),
        pair("val_loss", "adam-exponential", "adam"),
        pair("val_accuracy", "adam-exponential", "adam"),
        learned_most(*RACED, "adam-exponential"),
    ),
    log_rate=True,
)
