"""What curves say: of one run, of a race, and of runs side by side; and rates set by hand as a schedule."""

from lrlab.analysis.curves import findings
from lrlab.analysis.difference import LEAST, Difference, holm
from lrlab.analysis.groups import Basis, Group, bases, basis, gathered, groups, unique
from lrlab.analysis.manual_rate import manual_rate_schedule
from lrlab.analysis.report import Findings, LearningStopped, Measured, StillFalling
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

__all__ = [
    "LEAST",
    "MEASURES",
    "RANKED",
    "Basis",
    "Difference",
    "End",
    "Findings",
    "Group",
    "LearningStopped",
    "Measured",
    "Standing",
    "StillFalling",
    "Verdict",
    "bases",
    "basis",
    "differences",
    "end",
    "findings",
    "gathered",
    "groups",
    "holm",
    "in_words",
    "manual_rate_schedule",
    "unique",
    "verdict",
]
