"""plotly.js itself, from the installed plotly package."""

from plotly.offline import get_plotlyjs as plotlyjs
from plotly.offline import get_plotlyjs_version

NAME = f"plotly-{get_plotlyjs_version()}.min.js"

__all__ = ["NAME", "plotlyjs"]
