"""A plan in other languages: Keras, PyTorch and optax source, and JavaScript for the browser.

A formula runs once on symbols instead of numbers (`traced`); what it did with them is written out
again. So every language has the formula of the Python class, and none a copy of it.
"""

from lrlab.export.javascript import javascript
from lrlab.export.source import TARGETS, source

__all__ = ["TARGETS", "javascript", "source"]
