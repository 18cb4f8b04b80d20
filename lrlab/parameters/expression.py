"""Parse a user's formula into a tree of a few allowed operations. It is never executed as Python."""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Any

import numpy as np

from lrlab.errors import UserError

MAX_LENGTH = 200
MAX_LEVELS = 50

UNKNOWN = 2.0**53  # from here on, a quotient in float64 has no digit behind the point
# The function for a node, from the values of the variables to the value of the node.
Evaluate = Callable[[Mapping[str, Any]], Any]


def _near(operation: Callable[[Any, Any], Any], far: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation that takes long where a / b is huge, by `far` there: it would divide bit by bit."""

    def computed(a: Any, b: Any) -> Any:
        if not all(isinstance(value, float | np.ndarray) for value in (a, b)):  # an expression
            return operation(a, b)
        huge = np.abs(a) >= UNKNOWN * np.abs(b)
        return np.where(huge, far(a, b), operation(np.where(huge, 0.0, a), b))

    return computed


CONSTANTS = {"pi": np.pi, "e": np.e}
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: _near(operator.floordiv, operator.truediv),
    ast.Mod: _near(operator.mod, lambda a, b: np.nan),
    ast.Pow: operator.pow,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# Number of arguments of each function (None for two or more), and its implementation.
FUNCTIONS: dict[str, tuple[int | None, Callable[..., Any]]] = {
    **{name: (1, getattr(np, name)) for name in ("exp", "log", "sqrt", "cos", "sin", "tan", "tanh")},
    **{name: (1, getattr(np, name)) for name in ("floor", "ceil", "abs")},
    "min": (None, lambda *values: reduce(np.minimum, values)),
    "max": (None, lambda *values: reduce(np.maximum, values)),
    "where": (3, np.where),
    "clip": (3, np.clip),
}
REASONS: dict[type[ast.AST], str] = {
    ast.Constant: "only plain numbers are allowed as values",
    ast.BinOp: "this operation is not supported (write a power as **)",
    ast.UnaryOp: "only + and - are allowed before a value",
    ast.BoolOp: "'and' and 'or' are not supported (put one condition inside another)",
    ast.Attribute: "names with a dot are not supported",
    ast.Subscript: "square brackets are not supported",
    ast.Lambda: "new functions cannot be defined",
    ast.NamedExpr: "assignments are not supported",
    ast.Starred: "write the values of a function one by one, without *",
}


@lru_cache(maxsize=256)
def parse(text: str, names: tuple[str, ...]) -> Callable[[Callable[[str], Any]], Any]:
    """Parse a formula over the variables `names`, a tuple; returns a function that evaluates it.

    The returned function takes a function from a variable's name to its value: a number, an array or an
    object that overloads operators and NumPy's functions. A comparison is a condition where one is expected,
    and 1 or 0 elsewhere. Undefined results are NaN or infinity. Raises UserError for anything but the
    operations here; its message gives the position in the text without surrounding spaces.
    """
    text = text.strip()
    if not text:
        raise UserError(f"The formula is empty. {_allowed(names)}")
    if len(text) > MAX_LENGTH:
        raise UserError(
            f"A formula can have at most {MAX_LENGTH} characters, but this one has {len(text):,}."
        )
    reader = _Reader(text, names)
    root = reader.number(reader.tree())
    used = frozenset(reader.used)

    def evaluate(value: Callable[[str], Any]) -> Any:
        with np.errstate(all="ignore"):
            # Times 1.0, because Python's own numbers raise errors where NumPy's give infinity or NaN.
            return root({name: np.multiply(1.0, value(name)) for name in used})

    return evaluate


def _allowed(names: tuple[str, ...]) -> str:
    return (
        f"A formula can use numbers, {', '.join((*names, *CONSTANTS))}, + - * / // % **, parentheses, "
        f"a if t < b else c (or <=, >, >=), and {', '.join(FUNCTIONS)}."
    )


class _Reader:
    """Turns each allowed node of a syntax tree into a function of the variables' values."""

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.text, self.names = text, names
        self.used: set[str] = set()

    def refusal(self, start: int, end: int | None, reason: str) -> UserError:
        """The error that gives the position, the text there, and the reason."""
        there = f"{self.text[start:end]!r:.30}" if start < len(self.text) else "its end"
        return UserError(
            f"The formula cannot be read at character {start + 1}, {there}: {reason}. {_allowed(self.names)}"
        )

    def refused(self, node: ast.expr, reason: str) -> UserError:
        return self.refusal(node.col_offset, node.end_col_offset, reason)

    def tree(self) -> ast.expr:
        """The syntax tree of the text; raises UserError if it is too deep to walk safely."""
        # Python reads look-alike characters as plain letters, ends a formula at a # or a new line, and
        # restarts its positions inside an f-string.
        if odd := re.search(r"""[^ -~]|[#'"\\]""", self.text):
            raise self.refusal(odd.start(), odd.end(), "this character is not allowed in a formula")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            start = error.offset - 1 if error.offset else len(self.text)  # 0 is the end
            raise self.refusal(start, None, f"this is not a formula ({error.msg})") from error
        except (ValueError, MemoryError, RecursionError, OverflowError) as error:
            raise self.refusal(0, None, "this is nested too deeply, or it is not a formula") from error
        level: list[ast.AST] = [tree]
        for _ in range(MAX_LEVELS):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
        for node in level:
            if isinstance(node, ast.expr):
                raise self.refused(node, f"this is nested more than {MAX_LEVELS} operations deep")
        return tree

    def number(self, node: ast.expr) -> Evaluate:
        """The function for a node that gives a number."""
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self.literal(node, np.float64(value))
            case ast.Name(id=name) if name in self.names:
                self.used.add(name)
                return lambda values: values[name]
            case ast.Name(id=name) if name in CONSTANTS:
                return self.literal(node, np.float64(CONSTANTS[name]))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
                return _applied(UNARY[type(op)], self.number(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return _applied(BINARY[type(op)], self.number(left), self.number(right))
            case ast.Compare():
                return _applied(_all_true, self.comparisons(node))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return _applied(np.where, self.condition(test), self.number(body), self.number(orelse))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                return self.call(node, name, args)
        raise self.refused(node, self.reason(node))

    def literal(self, node: ast.expr, value: np.float64) -> Evaluate:
        if not np.isfinite(value):
            raise self.refused(node, "this number is too large")
        return lambda values: value

    def comparisons(self, node: ast.Compare) -> Evaluate:
        """The function for the list of the conditions in a < b < c, which computes each value once."""
        if not all(type(op) in COMPARISONS for op in node.ops):
            raise self.refused(node, "the only comparisons are <, <=, > and >=")
        parts = [self.number(value) for value in (node.left, *node.comparators)]
        operations = [COMPARISONS[type(op)] for op in node.ops]

        def conditions(values: Mapping[str, Any]) -> list[Any]:
            numbers = [part(values) for part in parts]
            return [compare(*pair) for compare, pair in zip(operations, pairwise(numbers), strict=True)]

        return conditions

    def condition(self, node: ast.expr) -> Evaluate:
        """The function for a node that is a condition; a number is true unless it is 0."""
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return _applied(operator.itemgetter(0), self.comparisons(node))
        number = self.number(node)
        return lambda values: number(values) != 0

    def call(self, node: ast.expr, name: str, args: list[ast.expr]) -> Evaluate:
        count, function = FUNCTIONS[name]
        if len(args) != count if count else len(args) < 2:
            wanted = "2 or more values" if count is None else f"{count} value{'s' * (count > 1)}"
            raise self.refused(node, f"{name} takes {wanted}, not {len(args)}")
        first = self.condition if name == "where" else self.number
        return _applied(function, first(args[0]), *map(self.number, args[1:]))

    def reason(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name) if name in FUNCTIONS:
                return f"{name} is a function and needs its values in parentheses"
            case ast.Name():
                return "this name is unknown"
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                return "a function takes its values without names"
            case ast.Call():
                return "this function is unknown"
        return REASONS.get(type(node), "this is not allowed in a formula")


def _applied(function: Callable[..., Any], *parts: Evaluate) -> Evaluate:
    return lambda values: function(*[part(values) for part in parts])


def _all_true(conditions: list[Any]) -> Any:
    """1 where all conditions hold, and 0 elsewhere."""
    return reduce(operator.mul, (np.where(condition, 1.0, 0.0) for condition in conditions))
