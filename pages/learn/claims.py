"""Claims: what the article says, and what the runs say."""

from lrlab.store import Store
from lrlab.ui.lessons.claims import claims_page

claims_page(Store())
