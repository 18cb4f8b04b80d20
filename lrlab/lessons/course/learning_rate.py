"""What the learning rate does: too small, good, too large."""

from lrlab.lessons.evidence import GUESSING, crawling, learned_nothing, share, versus
from lrlab.lessons.lesson import Answer, Lesson, Question, concluding, ends


def _too_large(found):
    runs = found.results["too-large"]
    overflowed = sum(run.status == "diverged" for run in runs)
    lost = sum(learned_nothing(run) for run in runs)
    sentence = (
        f"At a rate of 1 the loss overflows in {share(overflowed, runs)}, and the accuracy stays near that "
        f"of guessing, {GUESSING:.0%}, in {share(lost - overflowed, runs)}."
    )
    if lost:
        return Answer(2 if lost == len(runs) > 1 else None, sentence)
    sign, numbers = versus(found, "too-large", "good", "val_loss")
    return Answer({1: 0, -1: 1}.get(sign), f"{sentence} {numbers}")


LEARNING_RATE = Lesson(
    "learning-rate",
    "What the learning rate does",
    r"""
Training moves every weight against the gradient of the loss, batch by batch:

$$w \leftarrow w - \eta \, \nabla L(w)$$

The gradient says which way is down and how steep the slope is *here*. It does not say how far the slope
continues. The learning rate $\eta$ sets the length of the step. If the steps are too short, thousands of
updates make little progress. If they are too long, an update lands on the other side of the valley. The
slope may be steeper there, and then the next update goes even further.

Three networks start from the same weights and see the same batches for 20 epochs. Only $\eta$ differs:
0.0001, 0.1 and 1. Sketch the three loss curves before you look.
""",
    ("too-small", "good", "too-large"),
    Question(
        "What happens to the network that trains at a rate of 1?",
        (
            "It ends with the lowest validation loss: larger steps arrive sooner",
            "It learns, but its loss stays above that of the rate 0.1",
            "It learns nothing: the loss overflows, or the network only guesses",
        ),
        _too_large,
    ),
    concluding(
        lambda found: crawling(found)[1],
        ends("val_accuracy", "too-small", "good", "too-large"),
    ),
    panel="loss",
    is_drawn=True,
)
