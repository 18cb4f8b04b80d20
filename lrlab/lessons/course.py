"""The ten lessons: seven on the article's schedules, a race, Adam, and what came after.

No number in a text was measured: those are all in answers and conclusions, which are made of evidence.
Rates that follow from a formula are those of the plans.
"""

import math
from itertools import pairwise
from statistics import median

from lrlab import article
from lrlab.lessons.evidence import (
    GUESSING,
    crawling,
    learned_nothing,
    learning,
    lived,
    over_seeds,
    said,
    share,
    standing,
    stopping,
    versus,
)
from lrlab.lessons.lesson import (
    Answer,
    Lesson,
    Question,
    apart,
    best,
    by_heart,
    by_seed,
    concluding,
    duel,
    ends,
    learned_most,
    pair,
    ranking,
    unanimous,
)
from lrlab.lessons.recipes import RACED, RECIPES
from lrlab.networks import ARTICLE
from lrlab.schedules import (
    CompoundingTimeBasedDecay,
    Constant,
    CosineDecay,
    ExponentialDecay,
    PolynomialDecay,
    StepDecay,
    TimeBasedDecay,
)
from lrlab.summary import summary

HAND_SET = tuple(recipe for recipe in RACED if recipe != "adam")
STANDS_OUT = 2  # so many times as steep as elsewhere, and a fall does


def rate_after(recipe: str, epochs: int) -> str:
    """The rate of a recipe after so many epochs, from its plan."""
    return f"{RECIPES[recipe][1].plan.epoch_rates()[epochs]:.3g}"


def _half(recipe):
    return f"{summary(RECIPES[recipe][1].plan).half_life:g}"


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
Training moves every weight against the gradient of the loss, one batch after another:

$$w \leftarrow w - \eta \, \nabla L(w)$$

The gradient says which way is down and how steep the slope is *here*. It does not say how far that slope
goes on. The learning rate $\eta$ decides how far you trust it. Too short a step, and thousands of updates
cover little ground. Too long, and an update lands on the far side of the valley, where the slope may be
steeper than before; then the next one is thrown further still.

Three networks start from the same weights and see the same batches for 20 epochs. Only $\eta$ differs:
0.0001, 0.1 and 1. Sketch the three loss curves before you look.
""",
    ("too-small", "good", "too-large"),
    Question(
        "What becomes of the network that trains at a rate of 1?",
        (
            "It ends with the lowest validation loss: larger steps arrive sooner",
            "It learns, but its loss stays above that of the rate 0.1",
            "It learns nothing: the loss overflows, or stays where guessing is",
        ),
        _too_large,
    ),
    concluding(
        lambda found: crawling(found)[1],
        ends("val_accuracy", "too-small", "good", "too-large"),
    ),
    panel="loss",
)

OTHER_IMAGES = "These were taken on different images: which of them is lower says nothing."


def _worth_of_images(found):
    signs = [versus(found, "constant-more", "constant", f"test_{what}").sign for what in ("loss", "accuracy")]
    if any(signs):
        return (
            "More images, and the updates that come with them, make a difference: a baseline that has more "
            "of them tests more than the rate."
        )
    return "Even so, two runs that differ in more than the rate cannot tell what the rate does."


CONSTANT = Lesson(
    "constant",
    "A constant rate: the baseline",
    rf"""
The simplest schedule is none:

$${Constant.latex}$$

It is what every other schedule has to beat, so it has to be measured exactly as they are. In the article it
was not. Its baseline, SGD at {rate_after("constant", 0)}, trained on all {article.TRAIN_IMAGES:,} images and
validated on the test set. Each schedule trained on {RECIPES["constant"][1].fit_images:,} and validated on
the fifth that was held back. So three things differ besides the rate: how much there is to learn from, how
many updates are made of it, and what is judged.

Here one rate is trained on both amounts: {RECIPES["constant-more"][1].steps_per_epoch} updates an epoch, and
{RECIPES["constant"][1].steps_per_epoch}. What can be compared is the score on the 10,000 test images, which
a run sees once, at its very end.
""",
    ("constant", "constant-more"),
    duel(
        "What do the additional training images bring in test accuracy?",
        (
            "More: every seed with them is ahead of every seed without",
            "Nothing that these seeds can show",
            "Less: more images would need more epochs",
        ),
        "constant-more",
        "constant",
        "test_accuracy",
    ),
    concluding(
        pair("test_loss", "constant-more", "constant"),
        _worth_of_images,
        lambda found: f"{ends('val_loss', 'constant', 'constant-more')(found)} {OTHER_IMAGES}",
    ),
    caution="The two validate on different images, so their validation curves are not ranked.",
)

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
        f"The optimizer that counts its updates held {begun[0]:.3g} when the second epoch began.",
    )


def _last_rates(found):
    lasts = [runs[0].epochs[-1].lr_end for runs in map(found.results.get, COUNTED) if runs and runs[0].epochs]
    if len(lasts) < len(COUNTED):
        return ""
    return f"The last update had a rate of {lasts[0]:.3g}; where epochs are counted, it had {lasts[1]:.3g}."


BUILT_IN = Lesson(
    "built-in-decay",
    f"The built-in decay: {rate_after('keras-decay-epochs', 1)} or {rate_after('keras-decay', 1)}?",
    rf"""
Keras 2 had a schedule built in. `SGD(learning_rate=0.1, decay=0.01)` applies

$${TimeBasedDecay.latex}$$

with $k = 0.01$. The formula is harmless; the question is what $t$ counts. Read as epochs, it is a gentle
decay over a whole run. But an optimizer knows nothing of epochs. It counts its own updates, and an epoch has
{article.STEPS_PER_EPOCH} of them.

The same formula is trained here under both clocks. Whoever writes `decay=` today meets another surprise:
Keras 3 ignores it, prints a warning, and trains at the first rate to the end. So look at the rate that the
optimizer *held*, not at the one that was meant. It is recorded with every epoch.
""",
    COUNTED,
    Question(
        "At which rate does the second epoch begin, as Keras 2 counts?",
        (
            f"{rate_after('keras-decay-epochs', 1)}, as one unit of time has passed",
            f"{rate_after('keras-decay', 1)}, as {article.STEPS_PER_EPOCH} units have passed",
            f"{rate_after('keras-decay', 0)}, as nothing changes within an epoch",
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

POWERS = ("polynomial-sqrt", "polynomial", "polynomial-square")


def _lowest(found):
    runs = [run for run in found.results["polynomial"] if run.status == "completed"]
    bests = [at for run in runs if (at := learning(run).best_epoch) is not None]
    if not bests:
        return Answer(None, "No seed of Linear was completed.")
    epochs = over_seeds([at + 1 for at in bests])
    lane = standing(found, "polynomial", "val_loss")
    return Answer(
        unanimous([3 * at // RECIPES["polynomial"][1].epochs for at in bests]),
        f"Linear has its lowest validation loss after {epochs} epochs, and ends at {said(lane)}.",
    )


POLYNOMIAL = Lesson(
    "polynomial",
    "Linear and polynomial decay",
    rf"""
A polynomial schedule takes the rate from $\eta_0$ to $\eta_T$ in exactly $T$ epochs, here from 0.5 to 0 in
{article.EPOCHS}:

$${PolynomialDecay.latex}$$

The power $p$ says how. Power 1 is a straight line and holds {rate_after("polynomial", 50)} at half-time.
Power 0.5 still has {rate_after("polynomial-sqrt", 50)} there, power 2 only
{rate_after("polynomial-square", 50)}.

Large steps early get somewhere, small ones late settle there: that is the usual argument, and it is about
*training* loss. Validation loss need not follow. The network has {ARTICLE.parameter_count():,} weights for
{RECIPES["polynomial"][1].fit_images:,} images, and nothing but the rate keeps it from learning them by
heart. Follow the two losses of one lane separately.
""",
    POWERS,
    Question(
        "When is the validation loss of the linear schedule lowest?",
        (
            "In the first third of the run, while the rate is still high",
            "In the middle third, when the rate has come down",
            "In the last third, where small steps settle",
        ),
        _lowest,
    ),
    concluding(
        ends("loss", *POWERS),
        by_heart("polynomial", "polynomial-square"),
        ranking("val_loss", *POWERS),
        ranking("val_accuracy", *POWERS),
    ),
)


def _as_stated(found):
    runs = found.results["time-based"]
    options = [
        None
        if (seen := learning(run)).stopped_epoch is None and not seen.falling
        else 1
        if seen.falling
        else 0
        for run in runs
    ]
    overflowed = any(run.status == "diverged" for run in runs)
    return Answer(2 if overflowed else unanimous(options), stopping(found, "time-based"))


TIME_BASED = Lesson(
    "time-based",
    "Time-based decay, as stated and as coded",
    rf"""
Time-based decay is stated as

$${TimeBasedDecay.latex}$$

with $\eta_0 = 0.5$ and $k = 0.005$. That is gentle: after 38 epochs the rate is still
{rate_after("time-based", 38)}. The article's code is a function of `(epoch, lr)` for Keras's
`LearningRateScheduler`, and returns `lr / (1 + decay * epoch)`. It looks like the formula. But `lr` is not
the first rate. Keras hands over the rate that the optimizer holds at that moment, divided in every epoch
before, and so the divisors multiply:

$${CompoundingTimeBasedDecay.latex}$$

After 38 epochs that leaves {rate_after("compounding", 38)}. It is about there that the article sees learning
stop. As stated, the rate stays high instead. Is that better?
""",
    ("time-based", "compounding"),
    Question(
        "What becomes of the training loss of the run as stated?",
        (
            "It stops falling long before the end, as well",
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

SPEEDS = ("exponential-slow", "exponential", "exponential-fast")

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

BESIDE_ADAM = (*HAND_SET, "adam-exponential")


def _place_of_adam(found):
    signs = [versus(found, "adam", other, "val_loss").sign for other in BESIDE_ADAM]
    ahead, behind = signs.count(1), signs.count(-1)
    known = {(len(signs), 0): 0, (0, len(signs)): 2}
    words = {0: "none", len(signs): f"all {len(signs)}"}
    end = said(standing(found, "adam", "val_loss"))
    return Answer(
        1 if ahead and behind else known.get((ahead, behind)),
        f"Adam at a constant rate ends with a validation loss of {end}. With every seed it is ahead of "
        f"{words.get(ahead, ahead)} of the other lanes, and behind {words.get(behind, behind)}.",
    )


ADAM = Lesson(
    "adam",
    "Adam beside them",
    r"""
Adam keeps running means of each weight's gradient, $\hat m$, and of its square, $\hat v$, and steps by

$$w \leftarrow w - \eta \, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$

However steep the slope, a weight hardly moves further than $\eta$ at once. So $\eta$ means something else
than in SGD: Adam's 0.001 is a distance, SGD's 0.5 a factor, and the one is not "smaller" than the other.

It is often said that an optimizer which adapts by itself needs no schedule. Two lanes put that to the test:
Adam at Keras's default rate throughout, and Adam with a rate that decays exponentially, $k = 0.05$. The
article's SGD lanes run beside them. Look at loss and accuracy separately, and at who learns the training
images most thoroughly.
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

LATER = ("constant-high", "cosine", "warmup-cosine", "one-cycle", "wsd")

BEYOND = Lesson(
    "beyond",
    "Beyond the article: warm-up, cosine, one-cycle, WSD",
    rf"""
The article stops at decays. In common use today are others; here each has 0.1 as its highest rate. *Cosine*
stays high for long, falls, and arrives softly:

$${CosineDecay.latex}$$

A *warm-up* raises the rate evenly over the first 5 epochs, because the gradients of random weights are a poor
guide. *One-cycle* goes up and down once and ends far below its start, at
{RECIPES["one-cycle"][1].plan.rates()[-1]:.1g}. *WSD* (warm-up, stable, decay) holds the rate and falls in the
last 20 epochs only, so that one may decide late how long to train.

They earn their keep in deep networks and large batches, where a bad start can spoil a run of days. Whether
they help three dense layers is another question. A constant 0.1 runs beside them.
""",
    LATER,
    duel(
        "Does the warm-up before the cosine lower the final validation loss?",
        (
            "Yes: every seed with it ends below every seed without",
            "It makes no difference that these seeds can show",
            "No, it raises the loss: full rate comes five epochs later",
        ),
        "warmup-cosine",
        "cosine",
        "val_loss",
    ),
    concluding(
        ranking("val_loss", *LATER),
        ranking("val_accuracy", *LATER),
        by_heart("constant-high", "cosine"),
        learned_most(*LATER),
    ),
)

LESSONS: tuple[Lesson, ...] = (
    LEARNING_RATE,
    CONSTANT,
    BUILT_IN,
    POLYNOMIAL,
    TIME_BASED,
    EXPONENTIAL,
    STEP,
    RACE,
    ADAM,
    BEYOND,
)
