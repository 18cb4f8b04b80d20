"""What finished curves say: who won a race, if anybody did, and a drive by hand as a schedule."""

from lrlab.analysis.drive import drive_schedule
from lrlab.analysis.groups import Field, Group, field, fields, groups
from lrlab.analysis.standing import MEASURES, Standing, Verdict, verdict

__all__ = [
    "MEASURES",
    "Field",
    "Group",
    "Standing",
    "Verdict",
    "drive_schedule",
    "field",
    "fields",
    "groups",
    "verdict",
]
