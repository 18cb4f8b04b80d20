"""The eleven lessons: seven on the article's schedules, a race, Adam, what came after, and a sweep.

The texts contain no measured numbers: answers and conclusions compute those from evidence. Rates that
follow from a formula are computed from the plans.
"""

from lrlab.lessons.course.adam import ADAM
from lrlab.lessons.course.beyond import BEYOND
from lrlab.lessons.course.built_in_decay import BUILT_IN
from lrlab.lessons.course.constant import CONSTANT
from lrlab.lessons.course.exponential import EXPONENTIAL
from lrlab.lessons.course.learning_rate import LEARNING_RATE
from lrlab.lessons.course.polynomial import POLYNOMIAL
from lrlab.lessons.course.race import RACE
from lrlab.lessons.course.shape_or_rate import SHAPE_OR_RATE
from lrlab.lessons.course.step import STEP
from lrlab.lessons.course.time_based import TIME_BASED
from lrlab.lessons.lesson import Lesson

__all__ = ["LESSONS"]

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
    SHAPE_OR_RATE,
)
