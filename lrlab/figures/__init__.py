"""Plotly figures and pictures in SVG: pure functions of curves and records.

A picture has the colours of the page around it; `svg` says which. In a Plotly figure, a trace has the number
of its colour in `meta`. The chart in the browser replaces it by the theme's colour, so that the same figure
works in light and dark themes.
"""

from lrlab.figures.compare import compare_figure
from lrlab.figures.lanes import LaneCurves
from lrlab.figures.race import gradients_figure, race_figure
from lrlab.figures.rates import rates_figure
from lrlab.figures.steps import steps_figure

__all__ = ["LaneCurves", "compare_figure", "gradients_figure", "race_figure", "rates_figure", "steps_figure"]
