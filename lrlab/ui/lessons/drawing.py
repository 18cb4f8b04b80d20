"""The chart on which a reader draws the loss curves they expect; later the measured ones lie over them."""

from functools import cache
from pathlib import Path
from statistics import mean

import streamlit as st

from lrlab.figures.compare import PANELS
from lrlab.lessons import sketch
from lrlab.lessons.evidence import Evidence
from lrlab.lessons.lesson import Lesson
from lrlab.lessons.recipes import RECIPES
from lrlab.palette import LOOKS
from lrlab.ui.chart.served import hashed, loading, script_url
from lrlab.ui.lessons import progress
from lrlab.ui.lessons.curves import colors

HERE = Path(__file__).parent
DEPTHS = (0, 50, 90)  # per cent of the text's colour in the curves of one hue: here a dash means "drawn"


@st.fragment
def draw(lesson: Lesson) -> None:
    """Let the reader draw a curve for each recipe; the drawing is kept. Nothing measured is sent for it."""
    key = f"lesson.draw.{lesson.id}"

    def take():
        progress.keep_drawing(sketch.read(st.session_state[key].get("drawing"), *_size(lesson)))

    drawing = progress.drawing()
    _component(script_url(*_script()))(
        data=_data(lesson) | {"drawing": drawing and [[*curve] for curve in drawing]},
        key=key,
        on_drawing_change=take,
    )


def compare(lesson: Lesson, found: Evidence) -> None:
    """Draw the measured curves over the reader's, with the area between them and its size."""
    drawing = progress.drawing() or ()
    drawn = [sketch.whole(curve) for curve in drawing]
    measured = [sketch.measured(found, recipe, lesson.panel) for recipe in lesson.recipes]
    apart = [
        None if one is None else sketch.distance(one, other)
        for one, other in zip(drawn, measured, strict=True)
    ]
    scores = [
        value if value is None else {"apart": value, "word": sketch.in_a_word(value)} for value in apart
    ]
    score = mean(value for value in apart if value is not None)
    data = {"drawn": drawn, "measured": measured, "scores": scores, "score": score}
    _component(script_url(*_script()))(data=_data(lesson) | data, key=f"lesson.drawn.{lesson.id}")
    close, near = (most for most, _ in sketch.WORDS[:-1])
    st.caption(
        f"Dashed: your drawing. Solid: the median of the seeds; a loss above {sketch.TOP:g}, or one that "
        f"overflowed, is at the upper edge. The score is the mean distance over the epochs: 0 is exact, up "
        f"to {close:g} is close, up to {near:g} is near."
    )


def has_drawn() -> bool:
    """Whether the reader has drawn a curve of the open lesson."""
    return any(sketch.whole(curve) for curve in progress.drawing() or ())


def _size(lesson):
    return len(lesson.recipes), RECIPES[lesson.recipes[0]][1].epochs


def _data(lesson):
    hues = [LOOKS[color].hue for color in colors(lesson.recipes).values()]
    depths = [DEPTHS[min(hues[:at].count(hue), len(DEPTHS) - 1)] for at, hue in enumerate(hues)]
    return {
        "id": lesson.id,
        "names": [RECIPES[recipe][0] for recipe in lesson.recipes],
        "hues": hues,
        "depths": depths,
        "epochs": _size(lesson)[1],
        "top": sketch.TOP,
        "guessing": sketch.GUESSING_LOSS,
        "measure": PANELS[lesson.panel],
    }


@cache
def _component(url):
    return st.components.v2.component(
        "lrlab.drawing",
        html='<div class="lrlab-drawing"></div>',
        css=(HERE / "drawing.css").read_text(encoding="utf-8"),
        js=loading(url),
        isolate_styles=False,
    )


@cache
def _script():
    return hashed("drawing", (HERE / "drawing.js").read_text(encoding="utf-8"))
