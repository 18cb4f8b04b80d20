"""The chart component's payload: JSON that no value can break, and plotly.js from the package."""

import json

import numpy as np
import plotly.graph_objects as go
from hypothesis import given
from hypothesis import strategies as st

from lrlab.figures.plotlyjs import write_plotlyjs
from lrlab.ui.chart import _finite


@given(st.lists(st.floats(), max_size=20))
def test_nan_and_infinity_become_null(values):
    figure = go.Figure(go.Scatter(x=list(range(len(values))), y=values))
    sent = json.dumps(_finite(figure.to_plotly_json()), allow_nan=False)
    back = json.loads(sent)["data"][0]["y"]
    for value, got in zip(values, back, strict=True):
        if np.isfinite(value):
            assert np.isclose(got, value, rtol=1e-4, atol=0)
        else:
            assert got is None


def test_five_digits_are_sent():
    assert _finite({"y": (1 / 3, 123456.789), "n": 3, "name": "a"}) == {
        "y": [0.33333, 123460.0],
        "n": 3,
        "name": "a",
    }


def test_plotlyjs_comes_out_of_the_installed_package(tmp_path):
    name = write_plotlyjs(tmp_path / "static")
    file = tmp_path / "static" / name
    assert file.stat().st_size > 1_000_000
    before = file.stat().st_mtime_ns
    assert write_plotlyjs(tmp_path / "static") == name
    assert file.stat().st_mtime_ns == before
    assert [path.name for path in file.parent.iterdir()] == [name]
