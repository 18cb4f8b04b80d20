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
    bests = [at for run in runs if (at := learning(run).best_epoch) is not None]
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
A polynomial schedule takes the rate from $\eta_0$ to $\eta_T$ in exactly $T$ epochs, here from 0.5 to 0 in
{article.EPOCHS}:

$${PolynomialDecay.latex}$$

The power $p$ says how. Power 1 is a straight line and holds {rate_after("polynomial", 50)} at half-time.
Power 0.5 still has {rate_after("polynomial-sqrt", 50)} there, power 2 only
{rate_after("polynomial-square", 50)}.

Large steps early get somewhere, small ones late settle there: that is the usual argument, and it is about
*training* loss. Validation loss need not follow. The network has {ARTICLE_NETWORK.parameter_count():,}
weights for {RECIPES["polynomial"][1].fit_images:,} images, and nothing but the rate keeps it from
learning them by heart. Follow the two losses of one lane separately.
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
