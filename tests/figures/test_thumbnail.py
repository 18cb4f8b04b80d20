"""The small picture of a claim's evidence."""

import re
from xml.etree import ElementTree

import numpy as np

from lrlab.figures import LaneCurves
from lrlab.figures.thumbnail import HEIGHT, WIDTH, thumbnail
from lrlab.runs.records import Epoch


def lane(*losses):
    epochs = [Epoch(n, 0.1, 0.1, loss, 0.8, loss, 0.8, 0.1) for n, loss in enumerate(losses)]
    return LaneCurves("A", 0, (epochs,))


def lines(svg):
    found = [line.get("points").split() for line in ElementTree.fromstring(svg).findall("{*}polyline")]
    return [np.array([point.split(",") for point in points], float) for points in found]


def test_lines_go_from_left_to_right_and_a_lower_loss_is_lower():
    svg = thumbnail([lane(3.0, 2.0, 1.0), lane(2.0, 2.0, 2.0)], ["#000000", "#ffffff"])
    falling, level = lines(svg)
    assert (np.diff(falling[:, 0]) > 0).all()
    assert falling[-1, 0] <= WIDTH
    assert (np.diff(falling[:, 1]) > 0).all(), "y counts downwards"
    assert falling[-1, 1] <= HEIGHT
    assert len({*level[:, 1]}) == 1
    assert re.findall('stroke="(#.{6})"', svg) == ["#000000", "#ffffff"]


def test_a_run_that_overflowed_does_not_flatten_the_others():
    usual, lost = lines(thumbnail([lane(*np.linspace(1, 0.5, 40)), lane(1e30, np.inf)], ["#000000"] * 2))
    assert np.ptp(usual[:, 1]) > HEIGHT / 2
    assert len(lost) == 1
