"""Lessons: the article as a guided path, from recorded results or from your own."""

from lrlab import jobs
from lrlab.store import Store
from lrlab.ui.explore import state
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.page import lesson_page
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.acting import attempt

state.fill()
race_setup.fill()
progress.fill()
store = Store()
attempt(jobs.ensure_worker, store)
lesson_page(store)
