"""How long until the first curve is drawn: `make bench`.

Explore, Train and Lessons are opened in turn with a minimal page of three `st.slider` and one
`st.plotly_chart`, by the same Streamlit. Cold is a new browser profile, warm is the same one again.
Reported are the medians of `LOADS` loads in milliseconds, from asking for the address to the first painted
curve, and their ratio to the minimal page's.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving

MINIMAL = Path(__file__).with_name("minimal_page.py")
PAGES = {"Explore": "/", "Train": "/train", "Lessons": "/lessons"}
LOADS = 10
CURVE = ".lrlab-first svg path, path.js-line"
WATCH = f"""
const look = () => {{
  if (!document.querySelector("{CURVE}")) requestAnimationFrame(look);
  else requestAnimationFrame(() => {{ window.firstCurve = performance.now(); }}); // the next frame
}};
look();
"""


def main():
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), LRLAB_HOME=folder) as (address, _),
        tempfile.TemporaryDirectory() as other,
        serving(Path(other), script=MINIMAL) as (minimal, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        pages = {"minimal page": minimal} | {name: address + path for name, path in PAGES.items()}
        for where in pages.values():
            load(browser.new_context(viewport=DESKTOP), where)  # each server has run its script once
        seen = {(name, state): [] for name in pages for state in ("cold", "warm")}
        for _ in range(LOADS):
            for name, where in pages.items():
                context = browser.new_context(viewport=DESKTOP)
                seen[name, "cold"].append(load(context, where))
                seen[name, "warm"].append(load(context, where))
                context.close()
        browser.close()
    medians = {key: statistics.median(times) for key, times in seen.items()}
    print(f"{'first curve of':<20}{'cold':>8}{'ratio':>8}{'warm':>8}{'ratio':>8}   (ms)")
    for name in pages:
        texts = (
            f"{medians[name, state]:>8.0f}{medians[name, state] / medians['minimal page', state]:>8.2f}"
            for state in ("cold", "warm")
        )
        print(f"{name:<20}{''.join(texts)}")


def load(context, address):
    """Milliseconds until the first curve is painted."""
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => window.firstCurve", timeout=60_000)
    took = page.evaluate("() => window.firstCurve")
    page.wait_for_timeout(1500)  # what else it loads does not slow the next one
    page.close()
    return took


if __name__ == "__main__":
    main()
