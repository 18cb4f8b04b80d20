"""The picture of schedules at the article's rates and at their own best: everything has its place."""

import re
from xml.etree import ElementTree

from lrlab.analysis.tuned import Tuned
from lrlab.figures.tuned import tuned_figure

ROWS = (
    Tuned("Cosine", 0.622, 0.37, 0.0, 0.111, 0.34),
    Tuned("A name <b>of more letters than there is room</b>", 0.622, None, 1.0, 0.262, 0.35),
    Tuned("Constant", 0.01, 0.45, 0.25, None, None),
)
COLORS = {row.name: number for number, row in enumerate(ROWS)}
SVG = "{http://www.w3.org/2000/svg}"


def dots(picture):
    """Where rings and dots are, with what a pointer says over them."""
    found = ElementTree.fromstring(picture).iter(f"{SVG}circle")
    return {each[0].text: float(each.get("cx")) for each in found if len(each)}


def test_a_ring_and_a_dot_stand_at_their_losses():
    found = tuned_figure(ROWS, COLORS)
    for picture in (found.wide, found.narrow):
        places = dots(picture)
        assert len(places) == 4
        first, best = places["Cosine at 0.622: 0.370"], places["Cosine at 0.111: 0.340"]
        assert best < first < places["Constant at 0.01: 0.450 (25% of the seeds diverged)"]
        width = float(ElementTree.fromstring(picture).get("width"))
        assert all(100 < place < width - 60 for place in places.values())
        assert "<b>" not in picture
        assert picture.count("dasharray") == 1, "of the ring where seeds diverged"
    assert "0.622 → 0.111" in found.wide
    assert "0.622 (diverged) → 0.262" in found.wide


def test_it_is_said_in_words():
    words = tuned_figure(ROWS[::2], COLORS).alt
    assert words.endswith("Cosine 0.370 at 0.622, 0.340 at 0.111 and Constant 0.450.")


def test_without_a_loss_there_are_axes_alone():
    found = tuned_figure([Tuned("Step", 0.5, None, 1.0, None, None)], {"Step": 1})
    assert not dots(found.wide)
    assert re.search("diverged", found.narrow)
    same = tuned_figure([Tuned("Step", 0.5, 0.4, 0.0, 0.5, 0.4)], {"Step": 1})
    assert len({*dots(same.wide).values()}) == 1
