"""What the library offers has an example in its docstring, and the example runs."""

import doctest
import sys

import pytest

from lrlab import exchange, export, schedules
from lrlab.analysis import (
    best_rates,
    cells,
    confirm,
    findings,
    learning_rate_sensitivity,
    range_test,
    shape_or_rate,
    verdict,
)
from lrlab.analysis.range_curve import Smoothed
from lrlab.analysis.trend import slope
from lrlab.datasets import data_set
from lrlab.links.query import read
from lrlab.links.scene import from_query, to_query
from lrlab.networks import network_from_record, network_of_kind
from lrlab.optimizers import optimizer_from_record, optimizer_of_kind
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.cost import operations
from lrlab.runs.plan import Plan
from lrlab.runs.spec import RunSpec
from lrlab.runs.summary import summary

OFFERED = [
    *(Plan, RunSpec, EarlyStopping, ReduceOnPlateau, summary, operations, findings, verdict, data_set),
    *(slope, Smoothed, range_test, cells, best_rates, learning_rate_sensitivity, shape_or_rate, confirm),
    *(read, from_query, to_query),
    *(optimizer_of_kind, optimizer_from_record, network_of_kind, network_from_record),
    *(getattr(package, name) for package in (schedules, export, exchange) for name in package.__all__),
]


@pytest.mark.parametrize(
    "offered", [each for each in OFFERED if callable(each)], ids=lambda offered: offered.__name__
)
def test_an_example_runs(offered):
    module = dict(vars(sys.modules[offered.__module__]))
    (test,) = doctest.DocTestFinder(recurse=False).find(offered, offered.__name__, globs=module)
    assert test.examples, "it has no example"
    said = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)
