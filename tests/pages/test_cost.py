"""What the worst links cost the server: the time of its processor and its memory, in a new process."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from lrlab.parameters.declare import MOST_PIECES
from lrlab.runs.plan import MAX_EPOCHS, MAX_STEPS
from lrlab.scene import MAX_CURVES, MAX_NAME
from lrlab.schedules import SCHEDULES

pytestmark = [pytest.mark.pages, pytest.mark.slow]
SECONDS = 2.5  # of a processor that is twice as slow as needs be; before, each of these took 4 to 80
MEGABYTES = 50
PIECES, TIMES = "_".join(["0.1"] * (MOST_PIECES - 1)), "_".join(map(str, range(MOST_PIECES - 1)))
AROUND = "~_w5~_d9~_csmooth"


def link(*curves, start="?"):
    """A link to the longest run with these curves, each with a rate of its own: equal ones cost less."""
    length = {"e": MAX_EPOCHS, "s": MAX_STEPS // MAX_EPOCHS}
    return start + urlencode([*length.items(), *(("c", curve) for curve in curves)])


def many(head, rest=AROUND):
    """As many curves as a link can have, with the longest names."""
    return [f"{head}~{0.1 + at / 1000}{rest}~_n{at:W>{MAX_NAME}}" for at in range(MAX_CURVES)]


LINKS = {
    "sums": link(*many("time-based-compounding", "~1e-07~_w5~_cstep")),
    "momentum": link(*many("one-cycle", f"~~~~1~~~1{AROUND}")),
    "pieces": link(*(f"piecewise~{PIECES}_{at}~{TIMES}{AROUND}" for at in range(MAX_CURVES))),
    "kinds": link(*(f"{cls.kind}~_cstep" for cls in SCHEDULES)),
    "sine": link(*many(f"formula~{'sin(' * 39}t{')' * 39}")),
    "power": link(*many("formula~" + "**".join("t" * 40))),
    "remainder": link(*many("formula~1e300%(t+.1)" + "%(1e300%(t+1))" * 9)),
    "remainders": link(*many("formula~t" + "%9" * 49)),
    "comparisons": link(*many(f"formula~{'0<(' * 32}t{')<1' * 32}")),
    "panels of a staircase": link("step~~~7~_csmooth", start="panels?"),
    "panels of a warm-up": link("tanh~_w5~_d9~_csmooth", start="panels?"),
}


def test_no_link_costs_much():
    command = [sys.executable, "-m", "tests.pages.cost", *LINKS.values()]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    costs = dict(zip(LINKS, map(str.split, done.stdout.splitlines()), strict=True))
    assert {name: cost for name, cost in costs.items() if float(cost[0]) > SECONDS} == {}
    assert {name: cost for name, cost in costs.items() if float(cost[2]) > MEGABYTES} == {}
