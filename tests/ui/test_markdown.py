"""Text of visitors is text, whatever is in it."""

import ast
from pathlib import Path

import pytest

from lrlab.ui.widgets.markdown import plain

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a_b", r"a\_b"),
        ("0.1 and -0.5", "0.1 and -0.5"),
        ("a &lt; b", r"a \&lt; b"),
        ("1. x\n- y", "1\\. x  \n\\- y"),
        ("title\n---", "title  \n\\---"),
        ("a\n    code", "a  \ncode"),
        ("http://a.b, WWW.a.b", "http\\:\u2060//a.b, WWW\u2060.a.b"),
        ("me@a.b", "me\u2060@a.b"),
        ("", ""),
    ],
)
def test_plain_text_is_no_markdown(text, markdown):
    assert plain(text) == markdown


def test_a_public_server_does_not_say_where_its_files_are(home, monkeypatch):
    text = f"{home}/runs.sqlite3 cannot be used, see {ROOT}/app.py"
    assert str(home) in plain(text).replace("\\", "")
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    assert plain(text).replace("\\", "") == "…/runs.sqlite3 cannot be used, see …/app.py"


MESSAGES = {"error", "warning", "info", "success", "toast"}
SOURCES = sorted([*(ROOT / "lrlab" / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])


def _messages():
    """Every text that a page shows as a message, as (place, expression, function around it)."""
    for file in SOURCES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _is_message(call.func):
                around = [each for each in functions if each.lineno <= call.lineno <= each.end_lineno]
                place = f"{file.relative_to(ROOT)}:{call.lineno}"
                yield pytest.param(call.args[0], around[-1], id=place)


def _is_message(function):
    """Whether it is `st.error` or alike, or a choice between two of them."""
    if isinstance(function, ast.IfExp):
        return _is_message(function.body) or _is_message(function.orelse)
    of_streamlit = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
    return of_streamlit and function.value.id == "st" and function.attr in MESSAGES


def _is_ours(text, around):
    """Whether nothing in a text comes from outside, or all that does is a number or made plain."""
    match text:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.List(elts=parts):
            return all(_is_ours(part, around) for part in parts)
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=form)])):
            return form[-1] in "gdef%," or _is_ours(text.value, around)
        case ast.FormattedValue(value=part) | ast.Starred(value=part):
            return _is_ours(part, around)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return _is_ours(left, around) and _is_ours(right, around)
        case ast.Call(func=ast.Name(id="plain" | "len")):
            return True
        case ast.Call(func=ast.Name(id="_by_hand")):  # made of a literal and a number
            return True
        case ast.Call(func=ast.Attribute(attr="join"), args=[parts]):
            return _is_ours(parts, around)
        case ast.ListComp(elt=part):
            return _is_ours(part, around)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return True
        case ast.Name(id=name):
            return _is_local(name, around)
    return False


def _is_local(name, around):
    """Whether all that a function gives that name is ours."""
    given = [
        node.value
        for node in ast.walk(around)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.NamedExpr))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]
    return bool(given) and all(_is_ours(value, around) for value in given)


@pytest.mark.parametrize(("text", "around"), [*_messages()])
def test_what_a_message_quotes_is_plain_text(text, around):
    """An error quotes what it received: in a link or a file that could be an image or a link elsewhere."""
    assert _is_ours(text, around), f"write plain(...) around what is not a text of ours: {ast.unparse(text)}"
