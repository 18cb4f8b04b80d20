"""Symbolic expressions that record the operations of a formula."""

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

    def __init__(self, op, args, value=None, decide=None):
        self.op, self.args, self.value, self.decide = op, args, value, decide

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs:
            return NotImplemented
        return _operation(ufunc.__name__, ufunc, inputs)

    def __array_function__(self, function, types, args, kwargs):
        if function not in FUNCTIONS or kwargs:
            return NotImplemented
        return _operation(function.__name__, function, args)

    def __bool__(self):
        return bool(self.value) if self.value is not None else self.decide(self)

    def __format__(self, spec):
        return "…"  # only used in the message of an error that is not shown


def number(value) -> Traced:
    """A constant."""
    return Traced("number", (value,), value)


def traced_parameters(schedule: Schedule, symbol) -> tuple[Schedule, dict]:
    """The schedule with each number replaced by `symbol(name, value)`, and its parameters by name.

    Names are those of the parameters, of the inner schedule first. If a name is taken, the kind of the
    schedule is put before it.
    """
    helps, replaced = {}, {}
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
    root: Traced, dialect: dict[str, str], reserved=(), long=None, share=True
) -> tuple[list[tuple[str, str]], str]:
    """An expression as text: first its repeated parts as (name, text), then the rest.

    `dialect` maps an operation to a format string for its arguments' texts. Parts of more than `long`
    characters get a name too. Without `share`, no part gets a name because it is repeated.
    """
    uses = {}

    def count(node):
        uses[id(node)] = uses.get(id(node), 0) + 1
        if uses[id(node)] == 1:
            for arg in node.args:
                if isinstance(arg, Traced):
                    count(arg)

    count(root)
    names = (name for name in _local_names() if name not in reserved)
    lines, known = [], {}

    def named(text):
        name = next(names)
        lines.append((name, text))
        return name

    def text(node):
        if node.op == "name":
            return dialect["name"].format(*node.args)
        if node.op == "number":
            return _number_text(node.value, dialect)
        if id(node) not in known:
            args = [text(arg) for arg in node.args]
            if node.op == "running_sum" and long:
                args[0] = named(args[0])
            written = dialect[node.op].format(*args)
            again = share and uses[id(node)] > 1
            far = long and len(written) > long and node is not root
            known[id(node)] = named(written) if again or far else written
        return known[id(node)]

    rest = text(root)
    return lines, rest


def _number_text(value, dialect):
    if value == np.pi or not np.isfinite(value):
        return dialect["pi" if value == np.pi else "nan" if np.isnan(value) else "inf"].format(
            "-" if value < 0 else ""
        )
    return f"({value!r})"


def _local_names():
    yield from ("z", "y", "x", "w", "v", "u", "q", "r")
    number = 1
    while True:
        yield f"x{number}"
        number += 1


def _operation(name, function, inputs):
    nodes = [item if isinstance(item, Traced) else number(_plain(item)) for item in inputs]
    decide = next((node.decide for node in nodes if node.decide), None)
    values = [node.value for node in nodes]
    known = all(value is not None for value in values)
    with np.errstate(all="ignore"):
        value = function(*values) if known else None
    if all(node.op == "number" for node in nodes):
        return number(_plain(value))
    if name == "where" and values[0] is not None:
        return nodes[1] if values[0] else nodes[2]
    if known and name in ("minimum", "maximum", "clip"):
        return next((node for node in nodes if node.value == value), number(_plain(value)))
    simple = _simple(name, nodes)
    return Traced(name, nodes, value, decide) if simple is None else simple


def _simple(name, nodes):
    """The result without an operation: for times one or zero, and plus or minus zero; else None."""
    literal = [node.args[0] if node.op == "number" else None for node in nodes]
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


def _plain(value):
    """A number as Python writes it."""
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


@running_sum.register
def _(n: Traced, terms):
    if n.op == "number":
        return sum((terms(number(i)) for i in range(int(n.value) + 1)), number(0.0))
    return Traced("running_sum", (n, terms(Traced("name", ("i",)))), None, n.decide)
