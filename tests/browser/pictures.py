"""Make the pictures of the README anew: `make pictures`, with Fashion-MNIST in LRLAB_DATA_DIR."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle
from tests.browser.test_train import go_to_train, press_train, wait_for_points

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
        press_train(page, images=20_000, epochs=100)
        wait_for_points(page, 45, seconds=120)
        page.mouse.move(0, 0)
        page.wait_for_timeout(500)
        page.screenshot(path=HERE / "train.png")


if __name__ == "__main__":
    main()
