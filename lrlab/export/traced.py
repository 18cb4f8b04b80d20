"""Symbolic expressions that record the operations of a formula."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count

import numpy as np

from lrlab.parameters.kinds import Parameter
from lrlab.schedules import Schedule, Wrapper
from lrlab.schedules.base import named, running_sum

FUNCTIONS = {np.where, np.clip}
# Operations with the same notation in Python and JavaScript.
ARITHMETIC = {
    "name": "{0}",
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "divide": "({0} / {1})",
    "negative": "(-{0})",
    "positive": "{0}",
    "less": "({0} < {1})",
    "less_equal": "({0} <= {1})",
    "greater": "({0} > {1})",
    "greater_equal": "({0} >= {1})",
}


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A NumPy operation on other expressions, or a `name`, or a `number`.

    `value` is its value, if known; `label` is the name of the variable that it becomes. A condition with a
    value takes its branch at once; for any other condition, `decide` chooses the branch.
    """

    def __init__(
        self,
        op: str,
        args: Sequence["Traced | str | float"],
        value: float | None = None,
        decide: "Callable[[Traced], bool] | None" = None,
        label: str | None = None,
    ) -> None:
        self.op, self.args, self.value, self.decide, self.label = op, args, value, decide, label

    @property
    def constant(self) -> float | None:
        """Its value if it is a number, otherwise None."""
        return self.value if self.op == "number" else None

    def labelled(self, label: str | None) -> "Traced":
        """The same expression, to be written as a variable of that name."""
        return Traced(self.op, self.args, self.value, self.decide, label)

    @property
    def parts(self) -> list["Traced"]:
        """The expressions in it."""
        return [arg for arg in self.args if isinstance(arg, Traced)]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: "Operand", **kwargs: object) -> object:
        if method != "__call__" or kwargs:
            return NotImplemented
        return _operation(ufunc.__name__, ufunc, inputs)

    def __array_function__(
        self,
        function: Callable[..., float],
        types: Collection[type],
        args: Sequence["Operand"],
        kwargs: Mapping[str, object],
    ) -> object:
        if function not in FUNCTIONS or kwargs:
            return NotImplemented
        return _operation(function.__name__, function, args)

    def __bool__(self) -> bool:
        if self.value is not None:
            return bool(self.value)
        if self.decide is None:
            raise TypeError(f"Whether this {self.op} is true depends on a value that is not known.")
        return self.decide(self)

    def __format__(self, spec: str) -> str:
        return "…"  # only used in the message of an error that is not shown


Operand = Traced | float | np.generic | np.ndarray


def number(value: float) -> Traced:
    """A constant."""
    return Traced("number", (value,), value)


def traced_parameters(
    schedule: Schedule, symbol: Callable[[str, float], object]
) -> tuple[Schedule, dict[str, str]]:
    """The schedule with each number replaced by `symbol(name, value)`, and the numbers' meanings by name.

    Names are those of the parameters, of the inner schedule first. If a name is taken, the kind of the
    schedule is put before it.
    """
    helps: dict[str, str] = {}
    replaced: dict[str, object] = {}
    if isinstance(schedule, Wrapper):
        replaced["inner"], helps = traced_parameters(schedule.inner, symbol)
    for name, parameter in schedule.parameters().items():
        if isinstance(parameter, Parameter) and getattr(schedule, name) is not None:
            own = name if name not in helps else f"{schedule.kind.replace('-', '')}_{name}"
            own = own if own not in helps else f"outer_{own}"
            helps[own] = _meaning(schedule, name, parameter)
            replaced[name] = symbol(own, _plain(getattr(schedule, name)))
    return schedule.unchecked_replace(**replaced), helps


def _meaning(schedule: Schedule, name: str, parameter: Parameter) -> str:
    """What a number is, in a few words; those of a phase around the schedule begin with its name."""
    text = re.split("[;:]", parameter.help)[0].rstrip(".")
    if isinstance(schedule, Wrapper) and name != next(iter(schedule.parameters())):
        return f"{schedule.title}: {text[0].lower()}{text[1:]}"
    return text


class Writer:
    """Writes expressions as text in one language; their named and their repeated parts become variables.

    `dialect` maps an operation to a format string for its arguments' texts. Parts of more than `long`
    characters become variables too. With `share` false there are no variables.
    """

    def __init__(
        self,
        dialect: Mapping[str, str],
        reserved: Collection[str] = (),
        long: int | None = None,
        share: bool = True,
    ) -> None:
        self.dialect, self.long, self.share = dialect, long, share
        self.taken = set(reserved)
        self.lines: list[tuple[str, str]] = []
        self.known: dict[int, tuple[Traced, str]] = {}  # with the node, so that no other gets its id

    def branch(self) -> "Writer":
        """A writer that knows the same variables, for one branch of a condition."""
        other = Writer(self.dialect, self.taken, self.long, self.share)
        other.known = dict(self.known)
        return other

    def text(self, root: Traced) -> str:
        """The expression as text, after new variables in `lines`, each as (name, text)."""
        uses: dict[int, int] = {}

        def tally(node: Traced) -> None:
            uses[id(node)] = uses.get(id(node), 0) + 1
            if uses[id(node)] == 1:
                for part in node.parts:
                    tally(part)

        def text(node: Traced) -> str:
            if node.op == "name":
                return self.dialect["name"].format(*node.args)
            if node.constant is not None:
                return _number_text(node.constant, self.dialect)
            if id(node) not in self.known:
                args = [text(part) for part in node.parts]
                if node.op == "running_sum" and self.long:
                    args[0] = self._variable("last", args[0])
                written = self.dialect[node.op].format(*args)
                again = self.share and (uses[id(node)] > 1 or node.label) and node is not root
                far = self.long and len(written) > self.long and node is not root
                named = self._variable(node.label or "part", written) if again or far else written
                self.known[id(node)] = node, named
            return self.known[id(node)][1]

        tally(root)
        return text(root)

    def _variable(self, label: str, text: str) -> str:
        names = (f"{label}_{number}" if number > 1 else label for number in count())
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        self.lines.append((name, text))
        return name


def statements(root: Traced, writer: Writer) -> list[str]:
    """Python statements that return the value of an expression; a choice at its end becomes an `if`."""
    if root.op != "where":
        text = writer.text(root)
        return [*(f"{name} = {written}" for name, written in writer.lines), f"return {text}"]
    condition, yes, no = root.parts
    test = writer.text(condition)
    before = [f"{name} = {written}" for name, written in writer.lines]
    inside = statements(_given(yes, condition, True), writer.branch())
    after = statements(_given(no, condition, False), writer.branch())
    return [*before, f"if {test}:", *(f"    {line}" for line in inside), *after]


def rewritten(root: Traced, change: Callable[[Traced], Traced]) -> Traced:
    """The expression with `change` applied to each part, from the innermost on."""
    known: dict[int, Traced] = {}

    def changed(node: Traced) -> Traced:
        if not node.parts:
            return node
        if id(node) not in known:
            args = [changed(arg) if isinstance(arg, Traced) else arg for arg in node.args]
            same = all(new is old for new, old in zip(args, node.args, strict=True))
            known[id(node)] = change(
                node if same else Traced(node.op, args, node.value, node.decide, node.label)
            )
        return known[id(node)]

    return changed(root)


def _given(root: Traced, condition: Traced, true: bool) -> Traced:
    """An expression where a < b or not: without its min(a, b) and min(a / b, 1), or its max(a - b, 0)."""
    bound = condition.parts if condition.op == "less" else []

    def between(node: Traced, op: str) -> bool:
        return (
            node.op == op and len(bound) == 2 and all(x is y for x, y in zip(node.parts, bound, strict=True))
        )

    def simpler(node: Traced) -> Traced:
        if true and between(node, "minimum"):
            return bound[0]
        if true and node.op == "minimum" and node.parts[1].constant == 1 and between(node.parts[0], "divide"):
            return node.parts[0].labelled(node.label)
        if not true and node.op == "maximum" and node.parts[1].constant == 0:
            return node.parts[0].labelled(node.label) if between(node.parts[0], "subtract") else node
        return node

    return rewritten(root, simpler)


def _number_text(value: float, dialect: Mapping[str, str]) -> str:
    if value == np.pi or not np.isfinite(value):
        return dialect["pi" if value == np.pi else "nan" if np.isnan(value) else "inf"].format(
            "-" if value < 0 else ""
        )
    return f"({value!r})"


def _operation(name: str, function: Callable[..., float], inputs: Sequence[Operand]) -> Traced:
    nodes = [item if isinstance(item, Traced) else number(_plain(item)) for item in inputs]
    decide = next((node.decide for node in nodes if node.decide), None)
    values = [node.value for node in nodes]
    with np.errstate(all="ignore"):
        value = function(*values) if all(value is not None for value in values) else None
    if value is not None and all(node.op == "number" for node in nodes):
        return number(_plain(value))
    if name == "where" and values[0] is not None:
        return nodes[1] if values[0] else nodes[2]
    if value is not None and name in ("minimum", "maximum", "clip"):
        return next((node for node in nodes if node.value == value), number(_plain(value)))
    simple = _simple(name, nodes)
    return Traced(name, nodes, value, decide) if simple is None else simple


def _simple(name: str, nodes: list[Traced]) -> Traced | None:
    """The result without an operation: for times one or zero, and plus or minus zero; else None."""
    literal = [node.constant for node in nodes]
    if name == "multiply":
        for this, other in ((0, 1), (1, 0)):
            if literal[this] == 0:
                return nodes[this]
            if literal[this] == 1:
                return nodes[other]
    if name == "multiply" and nodes[0].op == "divide":
        divisor = nodes[0].parts[1]
        if divisor is nodes[1] or (literal[1] is not None and divisor.constant == literal[1]):
            return nodes[0].parts[0]  # a / b * b
    if name == "add" and 0 in literal:
        return nodes[1 - literal.index(0)]
    if name == "add" and nodes[1].op == "subtract" and nodes[1].args[1] is nodes[0]:
        return nodes[1].parts[0]  # a + (b - a)
    if (name == "subtract" and literal[1] == 0) or (name in ("divide", "power") and literal[1] == 1):
        return nodes[0]
    if name == "divide" and literal[0] == 0 and nodes[1].value:
        return nodes[0]
    return None


def _plain(value: float | np.generic | np.ndarray) -> float:
    """A number as Python writes it."""
    plain: float = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    return plain


@named.register
def _(value: Traced, name: str) -> Traced:
    return value if value.op in ("name", "number") else value.labelled(name)


@running_sum.register
def _(n: Traced, terms: Callable[[Traced], Traced]) -> Traced:
    if n.constant is not None:
        return sum((terms(number(i)) for i in range(int(n.constant) + 1)), number(0.0))
    return Traced("running_sum", (n, terms(Traced("name", ("i",)))), None, n.decide)
