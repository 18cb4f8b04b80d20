"""Loss curves that a reader draws before seeing the measured ones, and how far apart the two are.

A drawing has one sequence per recipe and one entry per epoch: a loss from 0 to TOP, or None where no point
was set. Between points a curve is straight, and before the first and after the last one it is level.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean, median

from lrlab.lessons.evidence import CLASSES, Evidence, lived
from lrlab.lessons.recipes import RECIPES

Drawing = tuple[tuple[float | None, ...], ...]

TOP = 3.0  # the upper edge: a higher loss, or one that overflowed, counts as this
GUESSING_LOSS = math.log(CLASSES)  # of a network that gives every class the same probability
WORDS = ((0.25, "Close"), (0.75, "Near"), (math.inf, "Far off"))


def read(value: object, curves: int, epochs: int) -> Drawing | None:
    """The drawing in a value from a browser; None if it is not one of so many curves and epochs."""
    if not isinstance(value, list) or len(value) != curves:
        return None
    if not all(isinstance(curve, list) and len(curve) == epochs for curve in value):
        return None
    points = [point for curve in value for point in curve if point is not None]
    if not all(isinstance(point, (int, float)) and 0 <= point <= TOP for point in points):
        return None
    return tuple(map(tuple, value))


def whole(curve: Sequence[float | None]) -> tuple[float, ...] | None:
    """The loss of a drawn curve in every epoch; None if it has no point.

    >>> whole((None, 2.0, None, 1.0, None))
    (2.0, 2.0, 1.5, 1.0, 1.0)
    """
    known = [(at, loss) for at, loss in enumerate(curve) if loss is not None]
    if not known:
        return None
    first, last = known[0], known[-1]
    inner = [
        loss + (next_loss - loss) * (at - start) / (stop - start)
        for (start, loss), (stop, next_loss) in pairwise(known)
        for at in range(start, stop)
    ]
    return (*[first[1]] * first[0], *inner, *[last[1]] * (len(curve) - last[0]))


def measured(found: Evidence, recipe: str, measure: str) -> tuple[float, ...]:
    """The median over the seeds in every epoch, at most TOP; a seed that overflowed has an infinite loss."""
    seeds = [[getattr(epoch, measure) for epoch in lived(run)] for run in found.results[recipe]]
    padded = [losses + [math.inf] * (RECIPES[recipe][1].epochs - len(losses)) for losses in seeds]
    return tuple(min(median(losses), TOP) for losses in zip(*padded, strict=True))


def distance(drawn: Sequence[float], found: Sequence[float]) -> float:
    """The mean distance between two curves over the epochs: the area between them, per epoch.

    >>> distance((1.0, 2.0), (1.5, 2.5))
    0.5
    """
    return mean(abs(one - other) for one, other in zip(drawn, found, strict=True))


def in_a_word(apart: float) -> str:
    """A word for a distance: "Close", "Near" or "Far off".

    >>> in_a_word(0.1)
    'Close'
    """
    return next(word for most, word in WORDS if apart <= most)
