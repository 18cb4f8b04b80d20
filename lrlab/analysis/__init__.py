"""What curves say: of one run, of a race, and of runs side by side; and a drive by hand as a schedule."""

from lrlab.analysis.curves import findings
from lrlab.analysis.drive import drive_schedule
from lrlab.analysis.groups import Field, Group, field, fields, gathered, groups, unique
from lrlab.analysis.report import Findings
from lrlab.analysis.standing import LEAST, MEASURES, Standing, Verdict, verdict

__all__ = [
    "LEAST",
    "MEASURES",
    "Field",
    "Findings",
    "Group",
    "Standing",
    "Verdict",
    "drive_schedule",
    "field",
    "fields",
    "findings",
    "gathered",
    "groups",
    "unique",
    "verdict",
]
