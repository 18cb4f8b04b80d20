"""A constant rate, the baseline, and why the article's baseline was not comparable."""

from lrlab import article
from lrlab.datasets import AUTO
from lrlab.lessons.evidence import versus
from lrlab.lessons.lesson import Lesson, concluding, duel, ends, pair, rate_after
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import Constant

OTHER_IMAGES = "These values come from different images, so you cannot compare them."


def _worth_of_images(found):
    signs = [versus(found, "constant-more", "constant", f"test_{what}").sign for what in ("loss", "accuracy")]
    if any(signs):
        return (
            "More images, and therefore more updates, make a difference: a baseline that has more of them "
            "tests more than the rate."
        )
    return "Still, two runs that differ in more than the rate cannot show what the rate does."


CONSTANT = Lesson(
    "constant",
    "A constant rate: the baseline",
    rf"""
The simplest schedule never changes the rate:

$${Constant.latex}$$

Every other schedule has to beat it, so it must be measured exactly as they are. In the article it was not.
Its baseline, SGD at {rate_after("constant", 0)}, trained on all {article.TRAIN_IMAGES:,} images and
validated on the test set. Each schedule trained on {RECIPES["constant"][1].fit_images:,} images and
validated on the remaining fifth. So three things differ besides the rate: the number of training images,
the number of updates, and the images for validation.

Here the same rate is trained on both numbers of images, with {RECIPES["constant-more"][1].steps_per_epoch}
and {RECIPES["constant"][1].steps_per_epoch} updates per epoch. You can compare the scores on the
{AUTO[0].test:,} test images. Each run sees them only once, at its end.
""",
    ("constant", "constant-more"),
    duel(
        "How do the additional training images change the test accuracy?",
        (
            "It is higher: every seed with them is ahead of every seed without them",
            "There is no difference that these seeds can show",
            "It is lower: more images would need more epochs",
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
    caution="The two lanes validate on different images, so their validation curves are not ranked.",
)
