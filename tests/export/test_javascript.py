"""The generated JavaScript, run by the Node.js that Playwright brings, against the plan itself."""

import json
import subprocess

import numpy as np
import pytest
from playwright._impl._driver import compute_driver_executable

from lrlab.export import javascript
from lrlab.parameters.kinds import Choice, Parameter, Switch
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.schedules import (
    SCHEDULES,
    Cooldown,
    CosineDecay,
    ExponentialDecay,
    Formula,
    OneCycle,
    PolynomialDecay,
    StepDecay,
    Warmup,
    WarmupStableDecay,
)
from lrlab.schedules.phases import WARMUP_SHAPES

# What the browser does with a body: see lrlab/ui/chart/preview.js.
RUN = """
const fs = require("fs");
const { live } = JSON.parse(fs.readFileSync(0));
console.log(JSON.stringify(live.map(({ body, p, steps }) => {
  const rate = new Function("p", "step", "sum", body);
  const sum = (n, f) => { let total = 0; for (let i = 0; i <= n; i++) total += f(i); return total; };
  return steps.map((step) => rate(p, step, sum));
})));
"""


def run_javascript(plans, numbers=None):
    """The rates of each plan as Node.js gives them, at sampled steps; with those steps."""
    live, steps = [], []
    for plan in plans:
        body, p = javascript(plan)
        steps.append(np.unique(np.linspace(0, plan.steps - 1, 60).round().astype(int)))
        live.append({"body": body, "p": p | (numbers or {}), "steps": steps[-1].tolist()})
    node = compute_driver_executable()[0]
    done = subprocess.run(
        [node, "-e", RUN], input=json.dumps({"live": live}), capture_output=True, text=True, check=True
    )
    return [(at, np.array(rates, float)) for at, rates in zip(steps, json.loads(done.stdout), strict=True)]


# Other curves of a kind than those of its choices and switches.
OTHERS = {
    ExponentialDecay: (ExponentialDecay(1e-5, -0.05), ExponentialDecay(1e-5, -0.05, 3)),
    StepDecay: (StepDecay(1e-5, 1.5, 10),),
    CosineDecay: (CosineDecay(0.1, 0.01, k_decay=1.5),),
}


def variants(cls):
    """A kind with each of its choices and switches."""
    yield cls()
    yield from OTHERS.get(cls, ())
    for name, parameter in cls.parameters().items():
        if isinstance(parameter, Switch):
            yield cls(**{name: True})
        elif isinstance(parameter, Choice):
            # An exponential warm-up cannot start at 0.
            more = {"start_lr": 0.01} if "start_lr" in cls.parameters() else {}
            yield from (cls(**{name: word}, **more) for word in parameter.choices[1:])


def wrapped(schedule):
    """A schedule alone, and inside each wrapper and both."""
    yield schedule
    for shape in WARMUP_SHAPES:
        yield Warmup(schedule, 5, 0.01, shape)
    for shape in ("linear", "cosine", "1-sqrt"):
        yield Cooldown(schedule, 20, 0.001, shape)
    yield Warmup(Cooldown(schedule, 15), 7)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
def test_equals_numpy(cls, clock):
    plans = [Plan(around, 60, 12, clock) for inner in variants(cls) for around in wrapped(inner)]
    for plan, (steps, rates) in zip(plans, run_javascript(plans), strict=True):
        np.testing.assert_allclose(rates, plan.rates()[steps], rtol=1e-11, atol=1e-15, err_msg=str(plan))


@pytest.mark.parametrize("cls", SCHEDULES, ids=lambda cls: cls.kind)
def test_one_body_serves_every_value_of_the_numbers(cls):
    """A slider that moves leaves the code as it is, conditions on numbers included."""
    one = cls()
    moved = {
        name: (parameter.slider[1] if parameter.log else (parameter.slider[0] + parameter.slider[1]) / 2)
        for name, parameter in cls.parameters().items()
        if isinstance(parameter, Parameter) and not parameter.optional
    }
    moved = {name: int(v) if cls.parameters()[name].integer else v for name, v in moved.items()}
    moved |= {"warmup": 12, "cooldown": 20} if cls is WarmupStableDecay else {}
    other = Plan(cls(**moved), 77, 9, "smooth")
    body, _ = javascript(Plan(one, 100, 12, "smooth"))
    assert body == javascript(other)[0]
    ((steps, rates),) = run_javascript([other])
    np.testing.assert_allclose(rates, other.rates()[steps], rtol=1e-11, atol=1e-15)


def test_a_schedule_that_does_not_fit_is_not_a_number():
    plan = Plan(WarmupStableDecay(), 100, 10)
    ((_, rates),) = run_javascript([plan], {"epochs": 10})
    assert np.isnan(rates).all()


def test_nothing_but_numbers_operators_and_math_is_in_it():
    body, numbers = javascript(Plan(Warmup(Cooldown(OneCycle(three_phases=True))), clock="smooth"))
    assert set(numbers) > {"max_lr", "warmup", "cooldown", "epochs"}
    assert not set(body) & set("\"'`[]\\")


def test_names_stay_apart_in_wrappers():
    _, numbers = javascript(Plan(Cooldown(PolynomialDecay(0.5, 1.0, 0.1), 20, 0.2)))
    assert (numbers["final_lr"], numbers["cooldown_final_lr"]) == (0.1, 0.2)


@pytest.mark.parametrize("sign", ["%9", "//9", "**.9", "<9"])
def test_the_text_of_a_formula_grows_with_its_length_only(sign):
    body, _ = javascript(Plan(Formula("t" + sign * 40)))
    shorter, _ = javascript(Plan(Formula("t" + sign * 20)))
    assert len(body) < 2.5 * len(shorter)
