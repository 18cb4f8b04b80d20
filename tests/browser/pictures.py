"""Make the pictures of the README anew: `make pictures`, with Fashion-MNIST in LRLAB_DATA_DIR."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle
from tests.browser.test_train import go_to_train

HERE = Path(__file__).parent


def main():
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder), LRLAB_HOME=folder) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=DESKTOP)
        page.goto(address)
        settle(page)
        page.wait_for_function("() => document.querySelector('.lrlab-chart')?.data?.length > 0")
        page.wait_for_timeout(1000)
        page.screenshot(path=HERE / "explore.png")
        go_to_train(page)
        page.set_viewport_size(DESKTOP | {"height": 1250})
        page.get_by_role("button", name="The article's six runs").click()
        settle(page)
        page.get_by_role("button", name="Race 6 runs").click()
        page.get_by_text("Epoch 60 of 100").wait_for(timeout=300_000)
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)
        page.screenshot(path=HERE / "train.png")
        page.get_by_text("completed").first.wait_for(timeout=300_000)
        for name in ("Compare", "Lessons"):
            page.get_by_role("link", name=name, exact=True).first.click()
            page.locator(".lrlab-chart .plot-container").first.wait_for()
            page.mouse.move(0, 0)
            page.wait_for_timeout(1500)
            page.screenshot(path=HERE / f"{name.lower()}.png")


if __name__ == "__main__":
    main()
