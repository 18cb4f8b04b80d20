"""Export a plan as Keras, PyTorch, optax and plain Python source, and as JavaScript for the browser.

A formula runs once on symbols instead of numbers (`traced`), and its operations are written out as
source. So all languages use the formula of the Python class, and there is no second copy of it.
"""

from lrlab.export.base import Export
from lrlab.export.javascript import javascript
from lrlab.export.source import TARGETS, Target, source

__all__ = ["TARGETS", "Export", "Target", "javascript", "source"]
