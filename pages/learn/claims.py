"""Claims: what the article says, and what the runs say."""

from lrlab.ui.lessons.claims import claims_page
from lrlab.ui.shell import visitor

claims_page(visitor.store())
