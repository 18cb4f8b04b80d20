"""What curves say: of one run, of a race, a sweep, a range test; and rates set by hand as a schedule."""

from lrlab.analysis.best_rate import BestRate, best_rates, learning_rate_sensitivity
from lrlab.analysis.confirm import Answer, confirm
from lrlab.analysis.curves import findings
from lrlab.analysis.difference import LEAST, Difference, holm
from lrlab.analysis.groups import Basis, Group, bases, basis, gathered, groups, unique
from lrlab.analysis.manual_rate import manual_rate_schedule
from lrlab.analysis.range_curve import RangeCurve, Smoothed, smoothed, smoothing
from lrlab.analysis.range_test import DEFAULT_SUGGESTION, SUGGESTIONS, RangeTest, Suggestion, range_test
from lrlab.analysis.report import Findings, LearningStopped, Measured, StillFalling
from lrlab.analysis.search import answer_of, best_of, confirming_groups, fresh_seeds, shares_of
from lrlab.analysis.shape_or_rate import Shares, shape_or_rate
from lrlab.analysis.standing import (
    MEASURES,
    RANKED,
    End,
    Standing,
    Verdict,
    differences,
    end,
    in_words,
    verdict,
)
from lrlab.analysis.sweep import Cell, cells

__all__ = [
    "DEFAULT_SUGGESTION",
    "LEAST",
    "MEASURES",
    "RANKED",
    "SUGGESTIONS",
    "Answer",
    "Basis",
    "BestRate",
    "Cell",
    "Difference",
    "End",
    "Findings",
    "Group",
    "LearningStopped",
    "Measured",
    "RangeCurve",
    "RangeTest",
    "Shares",
    "Smoothed",
    "Standing",
    "StillFalling",
    "Suggestion",
    "Verdict",
    "answer_of",
    "bases",
    "basis",
    "best_of",
    "best_rates",
    "cells",
    "confirm",
    "confirming_groups",
    "differences",
    "end",
    "findings",
    "fresh_seeds",
    "gathered",
    "groups",
    "holm",
    "in_words",
    "learning_rate_sensitivity",
    "manual_rate_schedule",
    "range_test",
    "shape_or_rate",
    "shares_of",
    "smoothed",
    "smoothing",
    "unique",
    "verdict",
]
