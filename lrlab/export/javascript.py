"""A plan's formula as JavaScript, with all its numbers as parameters."""

from functools import lru_cache

from lrlab.errors import UserError
from lrlab.export.traced import ARITHMETIC, Traced, Writer, traced_parameters
from lrlab.runs.plan import Plan

DIALECT = ARITHMETIC | {
    "pi": "Math.PI",
    "inf": "({0}Infinity)",
    "nan": "NaN",
    "power": "Math.pow({0}, {1})",
    "floor_divide": "Math.floor({0} / {1})",
    # A function, because with each operand written twice, t % 9 % 9 % ... would double with every sign.
    "remainder": "((a, b) => a - b * Math.floor(a / b))({0}, {1})",
    "absolute": "Math.abs({0})",
    "not_equal": "({0} !== {1})",
    "equal": "({0} === {1})",
    "minimum": "Math.min({0}, {1})",
    "maximum": "Math.max({0}, {1})",
    "where": "({0} ? {1} : {2})",
    "clip": "Math.min(Math.max({0}, {1}), {2})",
    "running_sum": "sum({0}, (i) => {1})",
    **{name: f"Math.{name}({{0}})" for name in ("exp", "log", "log1p", "sqrt", "cos", "sin", "tan", "tanh")},
    **{name: f"Math.{name}({{0}})" for name in ("floor", "ceil")},
}


def javascript(plan: Plan) -> tuple[str, dict[str, float]]:
    """The body of a JavaScript function (p, step, sum) -> rate, and the numbers `p` of this plan.

    `p` holds every number of the schedule by name, and `epochs` and `steps_per_epoch`. `sum(n, f)` is
    f(0) + ... + f(n). The rate is NaN if the schedule does not fit into the run.

    >>> from lrlab.schedules import Constant
    >>> javascript(Plan(Constant(0.1), epochs=4))
    ('if (true) { return p.initial_lr; }', {'epochs': 4, 'steps_per_epoch': 250, 'initial_lr': 0.1})
    """
    numbers: dict[str, float] = {"epochs": plan.epochs, "steps_per_epoch": plan.steps_per_epoch}

    def keep(name: str, value: float) -> float:
        numbers[name] = value
        return value

    traced_parameters(plan.schedule, keep)
    return _body(_Shape(plan)), numbers


class _Shape:
    """A plan that is equal to every plan with the same formula, whatever its numbers are."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.key = repr(traced_parameters(plan.schedule, lambda name, value: name)[0]), plan.clock

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _body(shape: _Shape) -> str:
    plan = shape.plan
    branches: list[str] = []
    decided: list[bool] | None = []
    while decided is not None:
        path = _Path(decided)

        def symbol(name: str, value: float | None = None, path: _Path = path) -> Traced:
            return Traced("name", (f"p.{name}",), None, path.decide)

        step, size = Traced("name", ("step",), None, path.decide), symbol("steps_per_epoch")
        time = {"step": step, "epoch": step // size, "smooth": step / size}[plan.clock]
        length = symbol("epochs") * size if plan.clock == "step" else symbol("epochs")
        settings = size if plan.clock == "smooth" else 1
        try:
            rate = traced_parameters(plan.schedule, symbol)[0].within(length, settings).at(time)
        except UserError:
            rate = float("nan")
        branches.append(_branch(path, rate))
        decided = path.next()
    return "\n".join(branches)


class _Path:
    """One way through the conditions of a formula, which always come in the same order."""

    def __init__(self, answers: list[bool]) -> None:
        self.answers = list(answers)
        self.conditions: list[str] = []

    def decide(self, node: Traced) -> bool:
        text = Writer(DIALECT, share=False).text(node)
        if text not in self.conditions:
            self.conditions.append(text)
        if len(self.answers) < len(self.conditions):
            self.answers.append(True)
        return self.answers[self.conditions.index(text)]

    def next(self) -> list[bool] | None:
        """The answers of the next way; None after the last one."""
        answers = self.answers[: len(self.conditions)]
        while answers and not answers[-1]:
            answers.pop()
        return [*answers[:-1], False] if answers else None


def _branch(path: _Path, rate: Traced | float) -> str:
    writer = Writer(DIALECT, ("p", "step", "sum", "i"))
    text = writer.text(rate) if isinstance(rate, Traced) else _literal(rate)
    body = "".join(f"const {name} = {written}; " for name, written in writer.lines) + f"return {text};"
    asked = zip(path.conditions, path.answers, strict=False)
    return f"if ({' && '.join(c if yes else f'!{c}' for c, yes in asked) or 'true'}) {{ {body} }}"


def _literal(rate: float) -> str:
    return "NaN" if rate != rate else repr(float(rate))
