"""What a link costs the server: `python -m tests.pages.cost '?e=1000&s=6000'` prints it, for each link given.

Explore runs twice in this new process for what every process needs, then with each link. A line of each says
the CPU seconds of all threads, and the megabytes by which the process has never been as large before. A link
that begins with `panels` is opened with each panel and each format of the export, and the dearest is told.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from lrlab.export import TARGETS
from lrlab.ui.explore import state
from lrlab.ui.explore.panels import APPLIED, EXPORT, OTHERS
from tests.pages import TIMEOUT

APP = Path(__file__).parents[2] / "app.py"
KILOBYTES = 1 if sys.platform != "darwin" else 1024


def explore(query: str) -> AppTest:
    """Explore, opened by a link."""
    page = AppTest.from_file(APP, default_timeout=TIMEOUT)
    for name, text in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        page.query_params[name] = [*page.query_params.get(name, []), text]
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def opened_panels(page: AppTest):
    """The page with each panel, and each format of the export, one after another."""
    page.session_state[state.PANEL] = APPLIED
    yield APPLIED, lambda: ran(page)
    for form in (*TARGETS, *OTHERS):
        page.session_state[state.PANEL] = EXPORT
        page.session_state["home.form"] = form
        yield form, lambda: ran(page)


def seconds(act) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


def highest() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / KILOBYTES


def main(*links: str) -> None:
    """Print what each link costs."""
    os.environ["LRLAB_HOME"] = tempfile.mkdtemp()
    for _ in range(2):
        explore("")
    for link in links:
        before, query = highest(), link.removeprefix("panels")
        if query == link:
            cost, what = seconds(lambda query=query: explore(query)), "link"
        else:
            page = explore(query)
            cost, what = max((seconds(act), name) for name, act in opened_panels(page))
        print(f"{cost:.2f} s {highest() - before:.0f} MB {what}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
