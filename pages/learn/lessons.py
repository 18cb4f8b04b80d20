"""Lessons: the article as a guided path, from recorded results or from your own."""

from lrlab import jobs
from lrlab.ui.explore import state
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.page import lesson_page
from lrlab.ui.shell import visitor
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.acting import attempt

state.fill()
race_setup.fill()
progress.fill()
store = visitor.store()
attempt(jobs.expect_runs, store)
lesson_page(store)
