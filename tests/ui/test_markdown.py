"""Text of visitors is text, whatever is in it."""

import pytest

from lrlab.ui.widgets.markdown import plain


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a_b", r"a\_b"),
        ("0.1 and -0.5", "0.1 and -0.5"),
        ("a &lt; b", r"a \&lt; b"),
        ("1. x\n- y", "1\\. x  \n\\- y"),
        ("title\n---", "title  \n\\---"),
        ("a\n    code", "a  \ncode"),
        ("", ""),
    ],
)
def test_plain_text_is_no_markdown(text, markdown):
    assert plain(text) == markdown
