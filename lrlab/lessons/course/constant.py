"""A constant rate, the baseline, and why the article's was not comparable."""

from lrlab import article
from lrlab.lessons.evidence import versus
from lrlab.lessons.lesson import Lesson, concluding, duel, ends, pair, rate_after
from lrlab.lessons.recipes import RECIPES
from lrlab.schedules import Constant

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
