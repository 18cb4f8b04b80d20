"""The chart component's payload: JSON that no value can break, and only what is new; plotly.js."""

import json
from shutil import rmtree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from lrlab.figures import LaneCurves, plotlyjs, race_figure
from lrlab.figures.style import Drawing
from lrlab.runs.records import Epoch
from lrlab.ui.chart.sending import finite, message, numbers, ready
from lrlab.ui.chart.served import write_once
from tests.pages import TIMEOUT

LINES = st.lists(st.floats() | st.integers(-9, 9).map(float), max_size=12)


@given(st.lists(st.floats(), max_size=20), st.sampled_from([list, np.array]))
def test_nan_and_infinity_become_null(values, kind):
    figure = Drawing([{"x": list(range(len(values))), "y": kind(values)}], {})
    sent = json.dumps(ready(figure), allow_nan=False)
    back = json.loads(sent)["data"][0]["y"]
    for value, got in zip(values, back, strict=True):
        if np.isfinite(value):
            assert np.isclose(got, value, rtol=1e-4, atol=0)
        else:
            assert got is None


def test_five_digits_are_sent():
    assert finite({"y": (1 / 3, 123456.789), "n": 3, "name": "a"}) == {
        "y": [0.33333, 123460.0],
        "n": 3,
        "name": "a",
    }


@given(st.lists(st.floats(), max_size=20))
def test_many_numbers_are_sent_as_each_of_them(values):
    for value, got in zip(values, numbers(np.array(values)), strict=True):
        one = finite(value)
        assert got == one or abs(got - one) <= 1.01e-4 * abs(one)  # a half may be rounded either way
        assert got is None or abs(got) > 1e300 or got == float(f"{got:.5g}")


def test_whole_numbers_stay_whole():
    assert json.dumps([numbers([1, 2]), numbers(np.arange(3)), numbers(()), numbers(["a"])]) == (
        '[[1, 2], [0, 1, 2], [], ["a"]]'
    )


def figure(*lines, height=300, mode="lines"):
    traces = [
        {"x": list(range(len(y))), "y": y, "mode": mode, "uid": f"line-{at}"} for at, y in enumerate(lines)
    ]
    return ready(Drawing(traces, {"height": height}))


def received(messages):
    """What growing.js makes of the messages."""
    whole = None
    for sent in messages:
        if "figure" in sent:
            whole = sent["figure"]
            continue
        traces = []
        for trace, news in zip(whole["data"], sent["grows"]["traces"], strict=True):
            news = news or {}
            points = {axis: trace[axis] for axis in "xy"}
            if "from" in news:
                points = {axis: trace[axis][: news["from"]] + news[axis] for axis in "xy"}
            traces.append(news.get("rest", {k: v for k, v in trace.items() if k not in "xy"}) | points)
        whole = {"data": traces, "layout": sent["grows"].get("layout", whole["layout"])}
    return whole


@given(st.lists(st.tuples(LINES, LINES), min_size=1, max_size=5))
def test_the_parts_make_the_whole(states):
    sent, messages = None, []
    for number, lines in enumerate(states):
        new, sent = message(figure(*lines, height=300 + number // 2), sent)
        if number and new["grows"]["number"] == messages[-1]["grows"]["number"]:
            assert new["grows"] == messages[-1]["grows"]
            continue
        messages.append(json.loads(json.dumps(new, allow_nan=False)))
        assert received(messages) == figure(*lines, height=300 + number // 2)
    assert [m["grows"]["number"] for m in messages] == list(range(len(messages)))
    assert len({m["grows"]["token"] for m in messages}) == 1


def test_only_what_is_new_is_sent():
    first, sent = message(figure([1.0, 2.0], [5.0]), None)
    assert first["figure"] == figure([1.0, 2.0], [5.0])
    new, sent = message(figure([1.0, 2.0, 3.0], [5.0]), sent)
    assert new["grows"]["traces"] == [{"from": 2, "x": [2], "y": [3.0]}, None]
    assert "layout" not in new["grows"]
    new, sent = message(figure([1.0, 2.5, 3.0], [5.0], mode="markers"), sent)
    assert [trace.get("from") for trace in new["grows"]["traces"]] == [1, None]
    assert {trace["rest"]["mode"] for trace in new["grows"]["traces"]} == {"markers"}
    new, sent = message(figure([1.0], [5.0], mode="markers"), sent)
    assert new["grows"]["traces"] == [{"from": 1, "x": [], "y": []}, None]


def test_where_nothing_is_new_the_last_message_comes_again():
    sent = None
    for lines in ([1.0],), ([1.0, 2.0],):
        new, sent = message(figure(*lines), sent)
        assert message(figure(*lines), sent) == ({"grows": new["grows"]}, sent)


def test_other_lines_are_sent_whole_under_another_token():
    first, sent = message(figure([1.0], [2.0]), None)
    second, sent = message(figure([1.0]), sent)
    assert second["figure"] == figure([1.0])
    assert second["grows"]["number"] == 0
    assert second["grows"]["token"] != first["grows"]["token"]


def race(epochs, lanes=6):
    def run(lane):
        rng = np.random.default_rng(lane)
        return [Epoch(n, 0.5 * 0.9**n, 0.5 * 0.9 ** (n + 1), *rng.random(4), 0.3) for n in range(epochs)]

    shown = [LaneCurves(f"Lane {number}", number, (run(number),)) for number in range(lanes)]
    return ready(race_figure(shown, length=100))


def test_a_race_that_is_an_epoch_further_is_a_short_message():
    whole, sent = message(race(60), None)
    new, sent = message(race(61), sent)
    assert len(json.dumps(new)) < 2000 < len(json.dumps(whole)) / 10


SCRIPT = """
import streamlit as st
from lrlab.figures.style import Drawing
from lrlab.ui.chart import chart, forget_sent

if st.session_state.setdefault("whole", False):
    forget_sent("growing")
n = st.session_state["n"] = st.session_state.get("n", 0) + 1
chart(Drawing([{"x": list(range(n)), "y": list(range(n))}], {}), "growing", "A line", grows=True)
chart(Drawing([{"x": [1], "y": [2]}], {}), "other", "A point")
"""


@pytest.fixture
def app(home):
    return AppTest.from_string(SCRIPT, default_timeout=TIMEOUT).run()


def payloads(app):
    return [json.loads(element.proto.json) for element in app.get("bidi_component")]


def test_a_chart_keeps_what_it_has_sent_until_it_is_forgotten(app):
    growing, other = payloads(app)
    assert growing["figure"]["data"][0]["x"] == [0]
    assert other["figure"]["data"][0]["y"] == [2]
    assert "grows" not in other
    app.run()
    growing, other = payloads(app)
    assert "figure" not in growing
    assert growing["grows"]["traces"] == [{"from": 1, "x": [1], "y": [1]}]
    assert other["figure"]
    app.session_state["whole"] = True
    app.run()
    assert payloads(app)[0]["figure"]["data"][0]["x"] == [0, 1, 2]
    assert not app.exception


def test_a_components_script_is_not_sent_with_each_message(app):
    for element in app.get("bidi_component"):
        assert len(element.proto.js_content) < 300


def test_plotlyjs_comes_out_of_the_installed_package(tmp_path):
    file = tmp_path / "scripts" / plotlyjs.NAME
    write_once(file, plotlyjs.plotlyjs)
    assert file.stat().st_size > 1_000_000
    before = file.stat().st_mtime_ns
    write_once(file, plotlyjs.plotlyjs)
    assert file.stat().st_mtime_ns == before
    assert [*file.parent.iterdir()] == [file]


def test_scripts_that_were_deleted_from_the_cache_are_written_again(app, home):
    def scripts():
        return {file.name for file in (home / "cache/scripts").iterdir()}

    written = scripts()
    assert sorted(name.split("-")[0] for name in written) == ["chart", "plotly"]
    rmtree(home / "cache")
    assert not app.run().exception
    assert scripts() == written


def test_a_name_is_no_html():
    figure = Drawing([{"name": "<b>a</b> & b", "x": [0], "y": [1]}], {})
    assert ready(figure)["data"][0]["name"] == "&lt;b&gt;a&lt;/b&gt; &amp; b"
