"""Time-based decay, as it is stated and as the article codes it."""

from lrlab.analysis import LearningStopped, StillFalling
from lrlab.lessons.evidence import learning, stopping
from lrlab.lessons.lesson import Answer, Lesson, Question, concluding, pair, rate_after, unanimous
from lrlab.schedules import CompoundingTimeBasedDecay, TimeBasedDecay


def _as_stated(found):
    runs = found.results["time-based"]
    seen = [learning(run) for run in runs]
    options = [1 if each.get(StillFalling) else 0 if each.get(LearningStopped) else None for each in seen]
    overflowed = any(run.status == "diverged" for run in runs)
    return Answer(2 if overflowed else unanimous(options), stopping(found, "time-based"))


TIME_BASED = Lesson(
    "time-based",
    "Time-based decay, as stated and as coded",
    rf"""
The formula of time-based decay is

$${TimeBasedDecay.latex}$$

with $\eta_0 = 0.5$ and $k = 0.005$. This is a slow decay: after 38 epochs the rate is still
{rate_after("time-based", 38)}. The article's code is a function of `(epoch, lr)` for Keras's
`LearningRateScheduler`, and returns `lr / (1 + decay * epoch)`. It looks like the formula. But `lr` is not
the initial rate. Keras passes the current rate of the optimizer, which was already divided in every epoch
before. So the divisors multiply:

$${CompoundingTimeBasedDecay.latex}$$

After 38 epochs the rate is only {rate_after("compounding", 38)}. At about this epoch the article sees
learning stop. With the formula as stated, the rate stays high instead. Is that better?
""",
    ("time-based", "compounding"),
    Question(
        "What happens to the training loss of the run as stated?",
        (
            "It also stops falling long before the end",
            "It falls to the end, in every seed",
            "It overflows before the end, in at least one seed",
        ),
        _as_stated,
    ),
    concluding(
        lambda found: stopping(found, "compounding"),
        pair("val_loss", "time-based", "compounding"),
        pair("val_accuracy", "time-based", "compounding"),
    ),
    caution="A seed that overflowed has no final loss: it counts as behind.",
    log_rate=True,
    panel="loss",
)
