"""Functions of the chart's script, run by the Node.js that Playwright brings."""

import json
import subprocess
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from lrlab.ui.chart import HERE

# A page with nothing but sliders, which are where `thumbs` says; someone is at that of the name `focused`.
PAGE = """
const thumbs = {};
const document = {
  focused: "slider",
  querySelector(selector) {
    const name = selector.slice(1).split(/[ :]/)[0];
    const isMissed = selector.includes(":focus-within") && name !== this.focused;
    if (thumbs[name] === undefined || isMissed) return null;
    return { getAttribute: () => String(thumbs[name]) };
  },
};
"""


def run(script, names=("preview.js", "axes.js", "rings.js")):
    """What the script returns, with the functions of those files."""
    whole = PAGE + "".join(Path(HERE, name).read_text(encoding="utf-8") for name in names)
    code = f"{whole}\nconsole.log(JSON.stringify((() => {{ {script} }})()));"
    node = compute_driver_executable()[0]
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


LINES = """
const run = { batches_per_epoch: 1, batches_per_update: 1 };
const line = (curve, rate, slider) => ({
  curve, numbers: { initial_lr: rate, ...run }, sliders: { initial_lr: slider },
});
const answered = (rate, thumb) => {
  thumbs.slider = thumb;
  host.live = { lines: [line("a", rate, "slider"), line("b", rate, "slider"), line("c", 0.7, "other")] };
  keepMoved(host);
  return host.live.lines.map((each) => followed(each).initial_lr);
};
const moved = { curve: "a", name: "initial_lr", slot: "slider", value: 0.3, older: [0.1, 0.2] };
const host = { moved: [moved] };
"""


def test_a_value_that_was_let_go_stays_until_the_server_and_the_slider_have_it():
    older = "[[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.3, 0.2]]"
    seen = run(f"{LINES} return {older}.map((each) => answered(...each));")
    assert seen == [[0.3, 0.3, 0.7]] * 4
    assert run(LINES + "answered(0.3, 0.2); answered(0.3, 0.3); return host.moved;") == []
    assert run(LINES + "answered(0.3); return host.moved;") == []
    assert run(
        LINES + "moved.value = 0.1; host.held = moved; answered(0.1); moved.sent = host.live;"
        "delete host.held; keepMoved(host); return [answered(0.2), answered(0.1), host.moved];"
    ) == [[0.1, 0.1, 0.7], [0.1, 0.1, 0.7], []]


def test_another_value_of_the_server_or_of_the_slider_wins():
    assert run(LINES + "return answered(0.4, 0.4);") == [0.4, 0.4, 0.7]
    assert run(LINES + "return answered(0.1, 0.5);") == [0.5, 0.5, 0.7]


def test_a_slider_at_which_nobody_is_moves_no_line():
    apart = 'document.focused = "other"; '
    assert run(LINES + apart + "return answered(0.1, 0.5);") == [0.3, 0.3, 0.7]
    assert run(LINES + apart + "host.moved = []; return answered(0.1, 0.5);") == [0.1, 0.1, 0.7]


def test_a_value_is_kept_while_its_ring_is_held_or_until_its_curve_goes():
    assert run(LINES + "host.held = moved; return answered(0.4, 0.4);") == [0.3, 0.3, 0.7]
    assert run(LINES + "host.live = { lines: [] }; keepMoved(host); return host.moved;") == []


def test_a_running_sum_is_kept_with_its_numbers():
    script = """
    globalThis.seen = [];
    const line = { body: "return sum(step, (i) => { seen.push(i); return p.rate * i; });" };
    const rates = [5, 3, 7].map((step) => ratesAt(line, { rate: 1 }, [step])[0]);
    return [rates, [...seen], ratesAt(line, { rate: 2 }, [2])[0]];
    """
    assert run(script) == [[15, 6, 28], [*range(8)], 6]


def test_a_line_below_a_logarithmic_axis_goes_on():
    script = """
    const xaxis = flatAxis({ range: [0, 3] }, 0, 300, false);
    const yaxis = flatAxis({ type: "log", range: [-3, 0] }, 0, 100, true);
    return [pathOf([0, 1, 2, 3], [1, 0, null, 0.001], "linear", xaxis, yaxis), yaxis.d2p(0)];
    """
    path, place = run(script, ("axes.js",))
    assert path == "M0,0L100,2100M300,100"
    assert place is None
