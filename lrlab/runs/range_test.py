"""Learning-rate range tests: runs whose rate grows exponentially, from update to update."""

import math
from dataclasses import replace

from lrlab.datasets.own import LEAST_EXAMPLES
from lrlab.errors import UserError
from lrlab.parameters.declare import MOST_RATE
from lrlab.parameters.kinds import Parameter
from lrlab.runs.plan import MAX_EPOCHS
from lrlab.runs.spec import RunSpec
from lrlab.schedules import ExponentialDecay

LEAST_UPDATES = 100
UPDATES = Parameter(
    "",
    "How many updates the test has at most, rounded up to whole epochs of equal length.",
    LEAST_UPDATES,
    100_000,
    (LEAST_UPDATES, 1000),
    integer=True,
)
FROM = Parameter("", "The rate of the first update.", 1e-7, MOST_RATE, (1e-6, 1e-2), log=True, is_rate=True)
TO = Parameter("", "The rate of the last update.", 1e-7, MOST_RATE, (0.1, 10.0), log=True, is_rate=True)
LOW, HIGH = 1e-5, 10.0


def range_test_spec(
    spec: RunSpec, updates: int | None = None, low: float = LOW, high: float = HIGH
) -> RunSpec:
    """The range test of a run: the same network, optimizer, batch size and seed, with a growing rate.

    The rate is `low` at the first update and `high` at the last. There are as many `updates` as one epoch of
    the run has, but at least LEAST_UPDATES. For fewer than that, or for a number that is not a multiple, it
    uses the first part of the images; more than one epoch are epochs of equal length. Raises UserError for
    values out of range. Smith, 2017, "Cyclical Learning Rates for Training Neural Networks"
    (arXiv:1506.01186).

    >>> test = range_test_spec(RunSpec())
    >>> test.epochs, test.plan.steps, test.plan.at([0, 249]).round(6).tolist()
    (1, 250, [1e-05, 10.0])
    """
    low, high = FROM.check("the first rate", low), TO.check("the last rate", high)
    if not low < high:
        raise UserError(f"The last rate must be above the first, but they are {high:g} and {low:g}.")
    usual = max(spec.steps_per_epoch, LEAST_UPDATES)
    wanted = UPDATES.check("updates", usual if updates is None else updates)
    epochs = math.ceil(wanted / spec.steps_per_epoch)
    if epochs > MAX_EPOCHS:
        raise UserError(
            f"A range test has at most {MAX_EPOCHS:,} epochs, but {wanted:,} updates would be {epochs:,}. "
            "Use fewer updates or more images."
        )
    images = math.ceil(wanted / epochs) * spec.images_per_update
    train_images = spec.train_images
    if images < spec.fit_images:
        train_images = max(math.ceil(images / (1 - spec.validation_split)), LEAST_EXAMPLES)
    test = replace(
        spec,
        schedule=ExponentialDecay(low, decay=-1.0),
        clock="step",
        epochs=epochs,
        train_images=train_images,
        early_stopping=None,
        plateau=None,
        range_test=True,
    )
    growth = math.log(high / low) / (test.plan.steps - 1)
    return replace(test, schedule=ExponentialDecay(low, decay=-growth))
