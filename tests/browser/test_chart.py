"""A chart that grows: only what is new is sent, and what a visitor has done to the chart stays."""

import time
from itertools import pairwise

import pytest

from lrlab.ui.chart.sending import ready
from tests.browser.conftest import ROOT, serving, settle
from tests.browser.growing_page import SETTING, figure

pytestmark = pytest.mark.browser
HOST = "document.querySelector('.lrlab-chart')"
SCRIPT = "from tests.browser.growing_page import page\n\npage()\n"
SHORT = 3000  # bytes: what comes with an epoch more, and what Streamlit says of each run of a fragment


class Growing:
    """The page in a browser, the number of its epochs, and the size of every message that it was sent."""

    def __init__(self, page, file):
        self.page, self.file, self.sizes = page, file, []
        page.on("websocket", lambda socket: socket.on("framereceived", self._received))
        page.reload()
        settle(page)

    def _received(self, frame):
        self.sizes.append(len(frame))

    def grow(self, epochs):
        """Let the race come to so many epochs, and wait until all of them are on the chart."""
        _write(self.file, epochs)
        self.wait(epochs)

    def wait(self, epochs):
        self.page.wait_for_function(
            f"n => {HOST}?.data?.find(t => t.uid === 'val_loss-0')?.x.length === n", arg=epochs
        )
        drawn = self.page.evaluate(f"() => {HOST}.data.map(({{ uid, x, y }}) => ({{ uid, x, y }}))")
        whole = ready(figure(epochs))["data"]
        assert drawn == [{axis: trace[axis] for axis in ("uid", "x", "y")} for trace in whole]

    def wait_for_message(self, size):
        """Wait until a message of at least so many bytes has come."""
        self._wait(lambda: any(came >= size for came in self.sizes), f"no message of {size} bytes")

    def calm_down(self):
        """Wait until for a second only short messages have come, and forget all of them."""
        long = [time.monotonic()]

        def is_calm():
            if max(self.sizes, default=0) >= SHORT:
                long.append(time.monotonic())
            self.sizes.clear()
            return time.monotonic() - long[-1] > 1

        self._wait(is_calm, "long messages come again and again")

    def _wait(self, condition, otherwise):
        until = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < until, otherwise
            self.page.wait_for_timeout(50)

    def hidden(self):
        return self.page.evaluate(
            f"() => {HOST}._fullData.filter(t => t.visible === 'legendonly').map(t => t.legendgroup)"
        )

    def ranges(self):
        return self.page.evaluate(
            f"() => {{ const l = {HOST}._fullLayout; return [l.xaxis.range, l.yaxis2.range]; }}"
        )


def _write(file, epochs):
    """Set the number of epochs at one stroke: the page may read at any time."""
    part = file.with_suffix(".part")
    part.write_text(str(epochs))
    part.replace(file)


@pytest.fixture(scope="module")
def growing_page(tmp_path_factory):
    """A server of the page, and the file with the number of its epochs."""
    folder = tmp_path_factory.mktemp("growing")
    script, file = folder / "page.py", folder / "epochs"
    script.write_text(SCRIPT)
    _write(file, 5)
    with serving(folder, script, PYTHONPATH=str(ROOT), **{SETTING: str(file)}) as (address, _):
        yield address, file


@pytest.fixture
def race(growing_page, open_page):
    address, file = growing_page
    _write(file, 5)
    race = Growing(open_page(address), file)
    race.wait(5)
    return race


def test_all_points_arrive_and_only_new_ones_are_sent(race):
    whole = max(race.sizes)
    assert whole > 5000
    race.calm_down()
    for epochs in (6, 7, 8, 20, 21):
        race.grow(epochs)
    assert max(race.sizes) < 6000  # fourteen epochs at once
    race.grow(60)  # more than FEW: markers go, so all that is not a point is sent again
    race.grow(61)  # the last message comes again and again, so it must be a short one
    race.calm_down()
    for epochs in range(62, 66):
        race.grow(epochs)
    assert max(race.sizes) < SHORT
    race.page.get_by_role("button", name="Draw the whole page").click()
    race.wait_for_message(whole)
    race.grow(66)
    race.calm_down()
    race.grow(67)
    assert max(race.sizes) < SHORT


def test_zoom_and_hidden_lanes_stay(race):
    race.page.locator(".lrlab-chart text.end").nth(2).click()
    race.page.wait_for_function(f"() => {HOST}._fullData.some(t => t.visible === 'legendonly')")
    assert set(race.hidden()) == {"Three"}
    assert len(race.hidden()) == 5  # two lines, the two ends of a band, and the mark of the best
    plot = race.page.locator(".lrlab-chart .nsewdrag").last.bounding_box()
    race.page.mouse.move(plot["x"] + 20, plot["y"] + 10)
    race.page.mouse.down()
    race.page.mouse.move(plot["x"] + 200, plot["y"] + 90, steps=8)
    race.page.mouse.up()
    race.page.wait_for_function(f"() => {HOST}._fullLayout.xaxis.range[1] < 90")
    zoomed, hidden = race.ranges(), race.hidden()
    race.page.evaluate(f"() => {{ {HOST}.querySelector('.main-svg').mark = true; }}")
    for epochs in (6, 7, 40, 60):
        race.grow(epochs)
        assert race.ranges() == zoomed
        assert race.hidden() == hidden
    assert race.page.evaluate(f"() => {HOST}.querySelector('.main-svg').mark") is True
    given = race.page.evaluate(f"() => {HOST}.ranges")
    assert given["yaxis2"] != zoomed[1]
    race.page.mouse.dblclick(plot["x"] + 50, plot["y"] + 50)
    race.page.wait_for_function(f"() => {HOST}._fullLayout.xaxis.range[1] > 90")
    assert race.ranges() == [given["xaxis"], given["yaxis2"]]


def test_lines_are_named_where_they_have_come_to_and_no_name_covers_another(race):
    def names():
        return race.page.evaluate(
            f"""() => [...{HOST}.querySelectorAll('text.end')].map(end => {{
                const {{ left, right, top, bottom }} = end.getBoundingClientRect();
                const [text, value] = [...end.childNodes].map(part => part.textContent.trim());
                return {{ text, value, left, right, top, bottom }};
            }})"""
        )

    def now(epochs):
        place = f"{HOST}._fullLayout.xaxis._offset + {HOST}._fullLayout.xaxis.d2p({epochs})"
        return race.page.evaluate(f"() => {HOST}.getBoundingClientRect().left + {place}")

    for epochs in (5, 60, 100):
        race.grow(epochs)
        named = names()
        assert [name["text"] for name in named] == ["One", "Two", "Three"]
        whole = ready(figure(epochs))["data"]
        lines = [trace for trace in whole if trace.get("showlegend")]
        assert [float(name["value"]) for name in named] == [float(f"{line['y'][-1]:.3g}") for line in lines]
        assert all(abs(name["left"] - now(epochs) - 22) < 2 for name in named)
        box = race.page.locator(".lrlab-chart").bounding_box()
        assert all(name["right"] <= box["x"] + box["width"] for name in named)
        heights = sorted((name["top"], name["bottom"]) for name in named)
        assert all(below[0] > above[1] - 4 for above, below in pairwise(heights))


def test_a_press_on_a_name_that_moves_meanwhile_is_not_lost(race):
    name = race.page.locator(".lrlab-chart text.end").nth(1).bounding_box()
    race.page.mouse.move(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)
    race.page.mouse.down()
    race.grow(6)
    race.page.mouse.up()
    race.page.wait_for_function(f"() => {HOST}._fullData.some(t => t.visible === 'legendonly')")
    assert set(race.hidden()) == {"Two"}


@pytest.mark.parametrize(
    "loss",
    [
        "host.kept.number -= 1",
        pytest.param("delete host.kept", marks=pytest.mark.proof),
        pytest.param("host.kept.token = 'another'", marks=pytest.mark.proof),
        pytest.param("host.kept.figure.data[0].x.length = 2", marks=pytest.mark.proof),
    ],
)
def test_a_message_that_was_lost_is_made_good(race, loss):
    race.grow(6)
    race.calm_down()
    race.page.evaluate(f"() => {{ const host = {HOST}; {loss}; }}")
    race.grow(7)
    assert max(race.sizes) > 5000
    race.calm_down()
    race.grow(8)
    assert max(race.sizes) < SHORT


def test_another_theme_has_the_same_points_in_its_own_colours(race):
    race.grow(6)
    race.grow(7)
    colors = f"() => {HOST}.data.map(t => [t.line.color, t.fillcolor])"
    light = race.page.evaluate(colors)
    assert ["#00805c", "#00805c33"] in light
    race.page.emulate_media(color_scheme="dark")
    race.page.wait_for_function(f"before => {HOST}.data[0].line.color !== before", arg=light[0][0])
    race.wait(7)
    dark = race.page.evaluate(colors)
    assert ["#37c89a", "#37c89a33"] in dark
    race.grow(8)
    assert race.page.evaluate(colors) == dark
