"""How far behind the pointer the curves are: `make bench`.

A real mouse drags a slider at about 60 moves a second over six curves. Reported are milliseconds from a
move of the pointer to the next frame with a redrawn curve, redraws a second, and the same for a key
and for letting go (where LR Lab has drawn the curve already, and only settles the chart).
"""

import asyncio
import socket
import statistics
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import DESKTOP, serving, settle

PLAIN = Path(__file__).with_name("plain_page.py")
SIX = "/?c=constant&c=polynomial&c=time-based&c=compounding&c=exponential&c=step"
SECONDS = 5
DELAY = 0.1
WATCH = """
(selector) => {
  const seen = { moves: [], keys: [], draws: [], releases: [] };
  window.bench = seen;
  addEventListener("pointermove", (event) => seen.moves.push(event.timeStamp), true);
  addEventListener("pointerup", (event) => seen.releases.push(event.timeStamp), true);
  addEventListener("keydown", (event) => seen.keys.push(event.timeStamp), true);
  let waiting = false;
  const after = new MessageChannel(); // its message comes once the frame is drawn
  after.port1.onmessage = () => { waiting = false; seen.draws.push(performance.now()); };
  new MutationObserver((changes) => {
    if (waiting || !changes.some(({ target }) => target.closest?.(selector))) return;
    waiting = true;
    after.port2.postMessage(0);
  }).observe(document.body, { subtree: true, childList: true, attributeFilter: ["d"] });
}
"""


def main():
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), LRLAB_HOME=folder) as (address, _),
        tempfile.TemporaryDirectory() as other,
        serving(Path(other), script=PLAIN, LRLAB_HOME=other) as (plain, _),
        delayed(address) as far,
        delayed(plain) as plain_far,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox", "--disable-gpu"])
        chart, group = ".lrlab-chart", ".st-key-exponential-decay-slider"
        print(f"{'page':<34}{'median':>9}{'95 %':>9}{'redraws/s':>11}{'key':>9}{'release':>9}   (ms)")
        report("LR Lab", measure(browser, address + SIX, chart, group))
        report(f"LR Lab, {DELAY * 1000:.0f} ms away", measure(browser, far + SIX, chart, group))
        report("st.slider + st.plotly_chart", measure(browser, plain, ".js-plotly-plot", ".stSlider"))
        report("the same, 100 ms away", measure(browser, plain_far, ".js-plotly-plot", ".stSlider"))
        browser.close()


def report(name, numbers):
    """One row of the table; a page that drew nothing while the slider was dragged has no latency."""
    drag, rate, key, release = numbers
    ranks = (statistics.median(drag), drag[int(0.95 * len(drag))]) if drag else (None, None)
    texts = [f"{value:.1f}" if value is not None else "none" for value in (*ranks, rate, key, release)]
    print(f"{name:<34}{texts[0]:>9}{texts[1]:>9}{texts[2]:>11}{texts[3]:>9}{texts[4]:>9}")


def measure(browser, address, chart, group):
    """Sorted latencies of a drag, redraws a second, and the medians of ten key steps and three releases."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(address)
    settle(page)
    page.wait_for_function(f"() => document.querySelector('{chart}')?.data?.length >= 6")
    page.wait_for_timeout(2500)
    slider = page.locator(f"{group} input[type=range]")
    slider.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.evaluate(WATCH, chart)
    drag, redraws, releases = [], 0, []
    for _ in range(3):
        drag_once(page, slider, SECONDS / 3)
        page.wait_for_timeout(100)
        seen = page.evaluate("() => window.bench")
        last = seen["releases"][-1] if seen["releases"] else float("inf")
        moves = [at for at in seen["moves"] if at < last]
        drag += behind(moves, [at for at in seen["draws"] if at < last])
        redraws += sum(moves[0] <= at < last for at in seen["draws"])
        page.wait_for_timeout(1500)
        seen = page.evaluate("() => window.bench")
        releases += behind(seen["releases"], seen["draws"])
    release = statistics.median(releases)
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
        page.wait_for_timeout(700)
    seen = page.evaluate("() => window.bench")
    key = statistics.median(behind(seen["keys"], seen["draws"]))
    page.close()
    return sorted(drag), redraws / SECONDS, key, release


def drag_once(page, slider, seconds):
    """Press, move to and fro and let go, and keep only what was seen of it."""
    knob = slider.locator("xpath=../..").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => Object.values(window.bench).forEach((list) => (list.length = 0))")
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        page.mouse.move(x - 60 + 50 * abs(number % 40 - 20) / 20, y)
        number += 1
        time.sleep(0.002)
    page.mouse.up()


def behind(causes, draws):
    """Milliseconds from each cause to the first draw after it, for those that have one."""
    following = ((cause, next((draw for draw in draws if draw >= cause), None)) for cause in causes)
    return [draw - cause for cause, draw in following if draw is not None]


@contextmanager
def delayed(address):
    """The same server behind a connection that takes `DELAY` seconds in each direction."""
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        own = free.getsockname()[1]
    loop = asyncio.new_event_loop()

    async def carry(reader, writer):
        while data := await reader.read(65536):
            loop.call_later(DELAY, writer.write, data)
        loop.call_later(DELAY, writer.close)

    async def connect(reader, writer):
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))

    loop.run_until_complete(asyncio.start_server(connect, "127.0.0.1", own))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    yield f"http://127.0.0.1:{own}"
    loop.call_soon_threadsafe(loop.stop)


if __name__ == "__main__":
    main()
