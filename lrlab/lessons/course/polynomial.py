"""Linear and polynomial decay."""

from lrlab import article
from lrlab.lessons.evidence import end_text, learning, over_seeds, standing
from lrlab.lessons.lesson import (
    Answer,
    Lesson,
    Question,
    by_heart,
    concluding,
    ends,
    ranking,
    rate_after,
    unanimous,
)
from lrlab.lessons.recipes import RECIPES
from lrlab.networks import ARTICLE_NETWORK
from lrlab.schedules import PolynomialDecay

POWERS = ("polynomial-sqrt", "polynomial", "polynomial-square")


def _lowest(found):
    runs = [run for run in found.results["polynomial"] if run.status == "completed"]
    bests = [best.epoch for run in runs if (best := learning(run).measured.best)]
    if not bests:
        return Answer(None, "No seed of Linear was completed.")
    epochs = over_seeds([at + 1 for at in bests])
    lane = standing(found, "polynomial", "val_loss")
    return Answer(
        unanimous([3 * at // RECIPES["polynomial"][1].epochs for at in bests]),
        f"Linear has its lowest validation loss after {epochs} epochs, and ends at {end_text(lane)}.",
    )


POLYNOMIAL = Lesson(
    "polynomial",
    "Linear and polynomial decay",
    rf"""
A polynomial schedule lowers the rate from $\eta_0$ to $\eta_T$ in exactly $T$ epochs, here from 0.5 to 0 in
{article.EPOCHS}:

$${PolynomialDecay.latex}$$

The power $p$ sets the shape. Power 1 is a straight line: after 50 epochs the rate is
{rate_after("polynomial", 50)}. With power 0.5 it is {rate_after("polynomial-sqrt", 50)} then, with power 2
only {rate_after("polynomial-square", 50)}.

The usual argument is: large steps early in the run make fast progress, and small steps late in the run
settle in a minimum. This is about *training* loss. Validation loss may behave differently. The network has
{ARTICLE_NETWORK.parameter_count():,} weights for {RECIPES["polynomial"][1].fit_images:,} images, and only
the rate keeps it from memorizing them. Follow the two losses of one lane separately.
""",
    POWERS,
    Question(
        "When is the validation loss of the linear schedule lowest?",
        (
            "In the first third of the run, while the rate is still high",
            "In the middle third, when the rate has come down",
            "In the last third, when the steps are small",
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
