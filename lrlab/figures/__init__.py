"""Plotly figures: pure functions of curves and records.

A trace carries the number of its colour in `meta`; the chart in the browser puts in the colour that
the theme has for it, so that one figure serves light and dark.
"""

from lrlab.figures.compare import compare_figure
from lrlab.figures.lanes import LaneCurves
from lrlab.figures.race import gradients_figure, race_figure
from lrlab.figures.rates import rates_figure
from lrlab.figures.steps import steps_figure

__all__ = ["LaneCurves", "compare_figure", "gradients_figure", "race_figure", "rates_figure", "steps_figure"]
