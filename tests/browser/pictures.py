"""Make the pictures of the README anew: `make pictures`, with Fashion-MNIST in LRLAB_DATA_DIR."""

import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle
from tests.browser.test_train import go_to_train

HERE = Path(__file__).parent
FRAMES, EVERY, WIDTH = 60, 1500, 960  # pictures of the race, milliseconds between two, pixels
LAST = 3000  # milliseconds for which the last one stays


def main():
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), LRLAB_HOME=folder) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(600_000)
        page.goto(address)
        settle(page)
        page.wait_for_function("() => document.querySelector('.lrlab-chart')?.data?.length > 0")
        page.wait_for_timeout(1000)
        page.screenshot(path=HERE / "explore.png")
        go_to_train(page)
        page.get_by_role("radio", name="The article's six runs").click()
        settle(page)
        page.get_by_role("button", name="Race 6 schedules").click()
        page.mouse.move(0, 0)
        page.get_by_text(re.compile(r"Epoch \d+ of 100")).wait_for()
        film(page)
        page.get_by_role("link", name="Compare and export").wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=HERE / "train.png")
        for name in ("Compare", "Lessons"):
            page.get_by_role("link", name=name, exact=True).first.click()
            page.locator(".lrlab-chart .plot-container").first.wait_for()
            page.mouse.move(0, 0)
            page.wait_for_timeout(1500)
            page.screenshot(path=HERE / f"{name.lower()}.png")


def film(page):
    """A race while it trains, as an animation."""
    frames = []
    while len(frames) < FRAMES and page.get_by_role("button", name="Stop", exact=True).is_visible():
        page.wait_for_timeout(EVERY)
        whole = Image.open(io.BytesIO(page.screenshot()))
        frames.append(whole.resize((WIDTH, WIDTH * whole.height // whole.width), Image.Resampling.LANCZOS))
    times = [120] * (len(frames) - 1) + [LAST]
    frames[0].save(
        HERE / "race.webp",
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=0,
        quality=60,
        method=6,
        minimize_size=True,
    )


if __name__ == "__main__":
    main()
