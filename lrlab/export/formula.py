"""A schedule's formula as a function in Python: with NumPy, with `math` alone, or with another library."""

import ast
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from lrlab.export.traced import ARITHMETIC, Traced, Writer, number, rewritten, statements, traced_parameters
from lrlab.runs.plan import Plan
from lrlab.runs.samples import samples_of
from lrlab.schedules import Schedule
from lrlab.schedules.base import named

LONG = 80
FUNCTIONS = ("exp", "log", "log1p", "sqrt", "cos", "sin", "tan", "tanh", "floor", "ceil")
PYTHON = ARITHMETIC | {
    "power": "({0} ** {1})",
    "floor_divide": "({0} // {1})",
    "remainder": "({0} % {1})",
    "equal": "({0} == {1})",
    "not_equal": "({0} != {1})",
}
MATH = PYTHON | {
    "pi": "math.pi",
    "inf": "({0}math.inf)",
    "nan": "math.nan",
    "where": "({1} if {0} else {2})",
    "clip": "min(max({0}, {1}), {2})",
    "minimum": "min({0}, {1})",
    "maximum": "max({0}, {1})",
    "absolute": "abs({0})",
    "running_sum": "sum({1} for i in range(int({0}) + 1))",
    **{name: f"math.{name}({{0}})" for name in FUNCTIONS},
}


def array_dialect(library: str) -> dict[str, str]:
    """How operations are written with a library that has NumPy's functions under NumPy's names."""
    two = ("minimum", "maximum")
    return PYTHON | {
        "pi": "np.pi",
        "inf": "({0}np.inf)",
        "nan": "np.nan",
        "where": f"{library}.where({{0}}, {{1}}, {{2}})",
        "clip": f"{library}.clip({{0}}, {{1}}, {{2}})",
        **{name: f"{library}.{name}({{0}}, {{1}})" for name in two},
        **{name: f"{library}.{name}({{0}})" for name in (*FUNCTIONS, "absolute")},
        "everywhere": f"{library}.full({library}.shape({{0}}), {{1}})",
    }


NUMPY = array_dialect("np") | {
    "running_sum": "np.cumsum([{1} for i in range(int(np.max({0})) + 1)])[np.asarray({0}, int)]",
}


class Formula:
    """A schedule as an expression of the time `t`, and its numbers by name, with a help text for each."""

    def __init__(self, schedule: Schedule, time: Traced, name: str = "{}") -> None:
        self.numbers: dict[str, float] = {}

        def symbol(own: str, value: float) -> Traced:
            self.numbers[own] = value
            return Traced("name", (name.format(own),), value)

        traced, meanings = traced_parameters(schedule, symbol)
        root = traced.at(time)
        self.root = root if isinstance(root, Traced) else number(float(root))
        used = {str(node.args[0]) for node in _nodes(self.root) if node.op == "name"}
        self.numbers = {own: value for own, value in self.numbers.items() if name.format(own) in used}
        self.helps = {own: meanings[own] for own in self.numbers}

    def for_float32(self) -> "Formula":
        """The same, but rounding makes no base of a power negative where that would give NaN."""
        self.root = rewritten(self.root, _without_nan)
        return self

    def constants(self) -> list[str]:
        """An assignment for each number, with its meaning as a comment."""
        return [f"{name} = {value!r}  # {self.helps[name]}" for name, value in self.numbers.items()]


def rate_source(plan: Plan) -> str:
    """The plan's parameters and its formula as a Python function `rate(t)` that works on NumPy arrays."""
    formula = Formula(plan.resolved, Traced("name", ("t",)))
    body = array_body(formula, NUMPY, "t")
    unit = "step" if plan.clock == "step" else "epoch"
    doc = f'"""The learning rate at time t, which counts {unit}s from 0."""'
    constants = formula.constants()
    return "\n".join([*constants, "", ""] if constants else []) + (
        f"\ndef rate(t):\n{textwrap.indent(f'{doc}{chr(10)}{body}', '    ')}\n"
    )


def array_body(formula: Formula, dialect: dict[str, str], time: str) -> str:
    """The statements of a function of the array `time`, for the whole array at once."""
    writer = Writer(dialect, {*formula.numbers, time, "t", "i"}, LONG)
    text = writer.text(formula.root)
    if not any(node.op == "name" and node.args[0] == time for node in _nodes(formula.root)):
        text = dialect["everywhere"].format(time, text)
    return _tidy([*(f"{name} = {written}" for name, written in writer.lines), f"return {text}"])


def scalar_function(plan: Plan, name: str = "learning_rate") -> str:
    """The plan as a Python function of the epoch, or of the step, that needs `math` alone."""
    argument = "epoch" if plan.clock == "epoch" else "step"
    time = Traced("name", (argument,))
    if plan.clock == "smooth":
        time = named(time / plan.steps_per_epoch, "epoch")
    formula = Formula(plan.resolved, time)
    body = _tidy(statements(formula.root, Writer(MATH, {*formula.numbers, argument, "i"})))
    where = "in an epoch" if argument == "epoch" else "of a step"
    lines = [
        f'"""The {name.replace("_", " ")} {where}, counted from 0."""',
        *formula.constants(),
        *body.splitlines(),
    ]
    return f"def {name}({argument}):\n" + textwrap.indent("\n".join(lines), "    ") + "\n"


def in_float32(schedule: Schedule, unit: int, count: int) -> bool:
    """Whether the formula, computed in float32, gives the same rates for `count` settings and one more.

    `unit` is the number of settings in a unit of time. Of many settings `samples_of` takes some, with those
    on both sides of a jump. XLA, the compiler of JAX and of Keras, may multiply by 1 / x where the code
    divides by x: both must be exact enough.
    """
    root = Formula(schedule, Traced("name", ("t",)) / float(unit)).for_float32().root
    if any(node.op == "running_sum" for node in _nodes(root)):
        return False
    settings, exact, _ = samples_of(schedule, unit, count + 1)
    steps = settings.astype(np.float32)
    with np.errstate(all="ignore"):
        peak = np.abs(exact).max()
        far = [np.abs(_value(root, steps, inverse) - exact) for inverse in (False, True)]
        return all(bool((each <= 1e-5 * np.abs(exact) + 1e-6 * peak).all()) for each in far)  # not for NaN


def _without_nan(node: Traced) -> Traced:
    """XLA computes 1 - t / T as 1 - t * (1 / T) in one operation, which can be just below 0 at t = T."""
    if node.op == "power" and node.parts[0].op == "subtract":
        base, exponent = node.parts
        if exponent.value is None or exponent.value % 1:
            above = Traced("maximum", [base, number(0.0)], base.value, base.decide)
            return Traced("power", [above, exponent], node.value, node.decide, node.label)
    return node


def _value(root: Traced, t: npt.NDArray[np.float32], inverse: bool) -> Any:
    """The value of an expression in float32; with `inverse`, x / constant is x * (1 / constant).

    Python computes the arithmetic of plain numbers in float64, and the library everything else in float32.
    """
    known: dict[int, Any] = {}

    def value(node: Traced) -> Any:
        if node.op in ("name", "number"):
            return t if node.value is None else float(node.value)
        if id(node) not in known:
            args = [value(part) for part in node.parts]
            if all(isinstance(arg, float) for arg in args):
                computed = getattr(np, node.op)(*args)
                plain = node.op in PYTHON
                known[id(node)] = float(computed) if plain else np.asarray(computed, np.float32)
            elif node.op == "divide" and inverse and np.ndim(args[1]) == 0:
                known[id(node)] = args[0] * (np.float32(1) / np.float32(args[1]))
            else:
                known[id(node)] = getattr(np, node.op)(*args)
        return known[id(node)]

    return value(root)


def _nodes(root: Traced) -> Iterator[Traced]:
    """Each expression inside an expression, once."""
    seen: dict[int, Traced] = {}
    left = [root]
    while left:
        node = left.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            left += node.parts
    yield from seen.values()


def _tidy(lines: list[str]) -> str:
    """The statements as Python's own `ast` writes them: without superfluous parentheses."""
    code = "\n".join(lines)
    function = ast.parse("def f():\n" + textwrap.indent(code, "    "))
    return textwrap.dedent(ast.unparse(function).partition("\n")[2])
