"""Symbolic expressions that record the operations of a formula."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np

from lrlab.parameters.kinds import Parameter
from lrlab.schedules import Schedule, Wrapper
from lrlab.schedules.base import running_sum

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

    `value` is its value, if known. A condition with a value takes its branch at once; for any other
    condition, `decide` chooses the branch.
    """

    def __init__(
        self,
        op: str,
        args: Sequence["Traced | str | float"],
        value: float | None = None,
        decide: "Callable[[Traced], bool] | None" = None,
    ) -> None:
        self.op, self.args, self.value, self.decide = op, args, value, decide

    @property
    def constant(self) -> float | None:
        """Its value if it is a number, otherwise None."""
        return self.value if self.op == "number" else None

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
) -> tuple[Schedule, dict[str, Parameter]]:
    """The schedule with each number replaced by `symbol(name, value)`, and its parameters by name.

    Names are those of the parameters, of the inner schedule first. If a name is taken, the kind of the
    schedule is put before it.
    """
    helps: dict[str, Parameter] = {}
    replaced: dict[str, object] = {}
    if isinstance(schedule, Wrapper):
        replaced["inner"], helps = traced_parameters(schedule.inner, symbol)
    for name, parameter in schedule.parameters().items():
        if isinstance(parameter, Parameter) and getattr(schedule, name) is not None:
            own = name if name not in helps else f"{schedule.kind.replace('-', '')}_{name}"
            own = own if own not in helps else f"outer_{own}"
            helps[own] = parameter
            replaced[name] = symbol(own, _plain(getattr(schedule, name)))
    return schedule.unchecked_replace(**replaced), helps


def write(
    root: Traced,
    dialect: dict[str, str],
    reserved: Collection[str] = (),
    long: int | None = None,
    share: bool = True,
) -> tuple[list[tuple[str, str]], str]:
    """An expression as text: first its repeated parts as (name, text), then the rest.

    `dialect` maps an operation to a format string for its arguments' texts. Parts of more than `long`
    characters get a name too. Without `share`, no part gets a name because it is repeated.
    """
    uses: dict[int, int] = {}

    def count(node: Traced) -> None:
        uses[id(node)] = uses.get(id(node), 0) + 1
        if uses[id(node)] == 1:
            for part in node.parts:
                count(part)

    count(root)
    names = (name for name in _local_names() if name not in reserved)
    lines: list[tuple[str, str]] = []
    known: dict[int, str] = {}

    def named(text: str) -> str:
        name = next(names)
        lines.append((name, text))
        return name

    def text(node: Traced) -> str:
        if node.op == "name":
            return dialect["name"].format(*node.args)
        if node.constant is not None:
            return _number_text(node.constant, dialect)
        if id(node) not in known:
            args = [text(part) for part in node.parts]
            if node.op == "running_sum" and long:
                args[0] = named(args[0])
            written = dialect[node.op].format(*args)
            again = share and uses[id(node)] > 1
            far = long and len(written) > long and node is not root
            known[id(node)] = named(written) if again or far else written
        return known[id(node)]

    rest = text(root)
    return lines, rest


def _number_text(value: float, dialect: dict[str, str]) -> str:
    if value == np.pi or not np.isfinite(value):
        return dialect["pi" if value == np.pi else "nan" if np.isnan(value) else "inf"].format(
            "-" if value < 0 else ""
        )
    return f"({value!r})"


def _local_names() -> Iterator[str]:
    yield from ("z", "y", "x", "w", "v", "u", "q", "r")
    number = 1
    while True:
        yield f"x{number}"
        number += 1


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
    if name == "add" and 0 in literal:
        return nodes[1 - literal.index(0)]
    if (name == "subtract" and literal[1] == 0) or (name in ("divide", "power") and literal[1] == 1):
        return nodes[0]
    if name == "divide" and literal[0] == 0 and nodes[1].value:
        return nodes[0]
    return None


def _plain(value: float | np.generic | np.ndarray) -> float:
    """A number as Python writes it."""
    plain: float = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    return plain


@running_sum.register
def _(n: Traced, terms: Callable[[Traced], Traced]) -> Traced:
    if n.constant is not None:
        return sum((terms(number(i)) for i in range(int(n.constant) + 1)), number(0.0))
    return Traced("running_sum", (n, terms(Traced("name", ("i",)))), None, n.decide)
